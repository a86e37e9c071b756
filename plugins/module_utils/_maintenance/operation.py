# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ``maintenance_step`` module's way through: the members of one host in one deployment leave it, or come back."""

from __future__ import annotations

import typing as t

from .._argspec import access, sentinel_access
from .._engine.deployment import Deployment, some
from .._engine.loop import Operation, PhaseFailed
from .._errors import CollectionError, DeadlineExceeded, Refused
from .._host.commands import systemd_runs
from .._marks import MIGRATION
from .._rolling import process
from .._rolling.deployment import Kind, make_kind
from .._rolling.model import PRIMARY, SENTINEL, State
from .._rolling.options import Server, make_servers
from .._rolling.steps import SwitchOver
from . import gates, plan, render
from .options import OUT
from .steps import OFF, ON, Hold, Release, Start, Step

if t.TYPE_CHECKING:
    from .._client import Record

Params = t.Mapping[str, t.Any]
GATE_SHARE = 0.5  # of the time of a call, that a step may wait until it is safe


class MaintenanceStep(Operation[State, Step]):
    """Takes the members of a host out of service, or starts them again, one step after the other."""

    def __init__(self, params: Params, record: Record) -> None:
        self._params = params
        self._record = record
        self._host: str = params["host"]
        self._out: bool = params["state"] == OUT
        self._deployment = Deployment(record, params["timeout"], params["run_by"])
        self._servers: dict[str, Server]
        self._request: plan.Request
        self._kind: Kind
        self._before: State | None = None

    def enter(self) -> None:
        """Find the addresses of host names, and which service manager this host has."""
        self._servers = {one.name: one for one in make_servers(self._params["servers"], systemd=systemd_runs())}
        self._request = plan.Request(
            self._host,
            tuple(self._servers),
            self._params["accept_no_replica"],
            tuple(self._params["primaries"]),
            tuple(self._params["held"]),
        )
        self._kind = make_kind(self._params, self._deployment, self._host)

    def observe(self) -> State:
        """Ask every instance and every Sentinel."""
        state = self._kind.observe()
        self._before = self._before or state
        return state

    def plan(self, state: State) -> list[Step]:
        """Return what is left to do."""
        return plan.leave(state, self._request) if self._out else plan.back(state, self._request)

    def execute(self, steps: t.Sequence[Step], state: State) -> t.Sequence[Step]:
        """Take the first step once its gate is open, and return when it has been proven."""
        if self._deployment.hold(*self._kind.scopes):
            return ()  # what was observed before the lock may be old: observe again
        step = steps[0]
        before = self._await_gate(step)
        try:
            self._take(step)
            self._await_proof(step, before)
        except PhaseFailed as error:
            raise PhaseFailed([], [(step, why) for _part, why in error.failed]) from error
        except CollectionError as error:
            if isinstance(error, Refused) and isinstance(step, SwitchOver):
                raise  # before anything of it was sent
            raise PhaseFailed([], [(step, error)]) from error
        return [step]

    def settle(self, state: State) -> State:
        """Make sure of what a boot would do, and wait until the deployment is whole again."""
        for server in self._servers.values():
            process.at_boot(server, starts=not self._out)
        if self._out:
            return state
        return self._deployment.poll(
            self.observe,
            lambda seen: some(gates.unsettled(seen)),
            awaiting=f"the deployment to be whole with {self._host}",
            hint="The host stays marked as in maintenance. See the log of the member that is named; then run again.",
            longest_interval=0.5,
        )

    def render(self, state: State) -> str:
        """Return the members as lines."""
        return render.members(state)

    def result(self, state: State) -> dict[str, t.Any]:
        """Return what is to be noted of the deployment of before, and what it can bear less than otherwise."""
        before = self._before or state
        return {
            "primaries": [one.name for one in before.members if one.host == self._host and one.role == PRIMARY],
            "held": [
                one.name
                for one in before.members
                if one.host != self._host and (one.migration == ON or one.name in self._request.held)
            ],
            "running": [one.name for one in state.members if one.host == self._host and not one.problem],
            "notices": plan.alone(state, self._host) if self._out else [],
        }

    def close(self) -> None:
        """Give the lock back."""
        self._deployment.close()

    def _take(self, step: Step) -> None:
        if isinstance(step, SwitchOver):
            self._kind.switch_over(step)
        elif isinstance(step, (Hold, Release)):
            value = OFF if isinstance(step, Hold) else ON
            self._kind.send(step.node, ("CONFIG", "SET", MIGRATION, value))
        else:
            server = self._servers[step.node]
            login = sentinel_access(self._params) if server.kind == SENTINEL else access(self._params)
            act = process.start if isinstance(step, Start) else process.stop
            act(server, login, self._record, self._deployment.left())

    def _await_gate(self, step: Step) -> State:
        try:
            return self._deployment.poll(
                self.observe,
                lambda state: some(gates.missing(state, step, self._host)),
                awaiting=f"a moment at which it is safe to {step.describe()}",
                # The rest is for the step itself, which must not be begun with a second left.
                within=self._deployment.timeout * GATE_SHARE,
                hint=f"This step has not been begun. {plan.HEALTH_HINT}",
                longest_interval=1.0,
            )
        except DeadlineExceeded as error:
            # Before anything of this step was done.
            raise Refused(error.message, node=error.node, hint=error.hint) from error

    def _await_proof(self, step: Step, before: State) -> None:
        self._deployment.poll(
            self.observe,
            lambda state: some(gates.unfinished(state, step, before, self._host)),
            awaiting=f"{step.describe()} to be done",
            hint="Nothing else is done meanwhile. See the log of the member that is named; then run again.",
            longest_interval=0.5,
        )
