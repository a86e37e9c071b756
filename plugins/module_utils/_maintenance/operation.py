# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ``maintenance_step`` module's way through: the members of one host in one deployment leave it, or come back."""

from __future__ import annotations

import contextlib
import typing as t

from .._argspec import access, sentinel_access
from .._engine.deployment import Deployment, some
from .._errors import CollectionError
from .._host.commands import systemd_runs
from .._rolling import process
from .._rolling.deployment import Kind, make_kind
from .._rolling.gated import Gated
from .._rolling.model import PRIMARY, SENTINEL, State
from .._rolling.options import Server, make_servers, priorities
from .._rolling.prefer import Prioritise, restore
from .._rolling.steps import MOVES, STAYS, Hold, Release, SwitchOver
from . import gates, plan, render
from .options import OUT
from .steps import Start, Step

if t.TYPE_CHECKING:
    from .._client import Record

Params = t.Mapping[str, t.Any]


class MaintenanceStep(Gated[Step]):
    """Takes the members of a host out of service, or starts them again, one step after the other."""

    def __init__(self, params: Params, record: Record) -> None:
        self._params = params
        self._record = record
        self._host: str = params["host"]
        self._out: bool = params["state"] == OUT
        self._deployment = Deployment(record, params["timeout"], params["run_by"])
        self._servers: dict[str, Server]
        self._request: plan.Request
        self._before: State | None = None
        self._begun = False
        # The deployment with the members of a host that is dead, and those of them that answer all the same.
        self._dead: Kind | None = None
        self._answering: list[str] = []

    def enter(self) -> None:
        """Find the addresses of host names, and which service manager this host has."""
        self._servers = {one.name: one for one in make_servers(self._params["servers"], systemd=systemd_runs())}
        self._request = plan.Request(
            self._host,
            tuple(self._servers),
            self._params["accept_no_replica"],
            tuple(self._params["primaries"]),
            tuple(self._params["held"]),
            priorities(self._params),
        )
        self._kind = make_kind(self._params, self._deployment, self._host)
        if self._params["unreached"]:
            self._dead, self._kind = self._kind, make_kind({**self._params, "absent": [self._host]}, self._deployment)

    def observe(self) -> State:
        """Ask every instance and every Sentinel."""
        if self._before is None:
            if self._dead is not None:
                found = self._dead.observe().members
                self._answering = [one.name for one in found if one.host == self._host and not one.problem]
            self._before = self._observe_patiently()
            return self._before
        return self._kind.observe()

    def plan(self, state: State) -> list[Step]:
        """Return what is left to do."""
        if self._out and self._params["unreached"]:
            return plan.leave_behind(state, self._host, self._answering)
        return plan.leave(state, self._request) if self._out else plan.back(state, self._request)

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
                if one.host != self._host and (one.migration == MOVES or one.name in self._request.held)
            ],
            "running": [one.name for one in state.members if one.host == self._host and not one.problem],
            "notices": plan.alone(state, self._host) if self._out else [],
        }

    def abandon(self) -> None:
        """Restore a priority that was for a switchover alone: the next run does it otherwise."""
        if not self._begun:
            return
        with contextlib.suppress(CollectionError):
            for step in restore(self._kind.observe(), self._request.priorities):
                self._take(step)

    def close(self) -> None:
        """Give the lock back."""
        self._deployment.close()

    def _take(self, step: Step) -> None:
        self._begun = True
        if isinstance(step, SwitchOver):
            self._kind.switch_over(step)
        elif isinstance(step, (Hold, Release)):
            self._kind.let_replicas(step.nodes, STAYS if isinstance(step, Hold) else MOVES)
        elif isinstance(step, Prioritise):
            self._kind.prioritise(step)
        else:
            server = self._servers[step.node]
            login = sentinel_access(self._params) if server.kind == SENTINEL else access(self._params)
            act = process.start if isinstance(step, Start) else process.stop
            act(server, login, self._record, self._deployment.left())

    def _missing(self, state: State, step: Step) -> str:
        return some(gates.missing(state, step, self._host))

    def _unfinished(self, state: State, step: Step, before: State) -> str:
        return some(gates.unfinished(state, step, before, self._host))
