# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ``rolling_step`` module's way through: the next restart, if it is this host's turn."""

from __future__ import annotations

import contextlib
import dataclasses
import time
import typing as t

from .._argspec import access, sentinel_access
from .._client import gather
from .._engine.deployment import Deployment, some
from .._errors import CollectionError, Refused, Unsettled
from .._host.commands import systemd_runs
from .._managed.connection import checked
from . import gates, process, render
from .deployment import make_kind
from .gated import Gated
from .gates import HEALTH_HINT
from .lost import lost, overtaken
from .model import PRIMARY, SENTINEL, Need, State, make_needs
from .options import Server, make_servers, pace
from .plan import plan, within_release
from .prefer import Prioritise, restore
from .steps import MOVES, STAYS, Hold, Release, Restart, Step, SwitchOver, Together, release

if t.TYPE_CHECKING:
    from .._client import Record

Params = t.Mapping[str, t.Any]

LAST_WAIT = 5.0  # seconds that a run that has failed waits for the lock in order to release what it holds


class RollingStep(Gated[Step]):
    """Plans the whole restart (without ``host``), or takes the steps up to the first restart that are this host's."""

    def __init__(self, params: Params, record: Record) -> None:
        self._params = params
        self._record = record
        self._host: str = params["host"]
        self._pace = pace(params)
        self._needs = make_needs(params["needs"])
        self._deployment = Deployment(record, params["timeout"], params["run_by"])
        self._servers: dict[str, Server]
        self._restarted = False
        # Whether anything may have been done, by this call or an earlier one: check mode executes nothing.
        self._begun = False
        self._observed = False
        self._planned: list[Step] = []
        self._left_out: tuple[str, ...] = ()

    def enter(self) -> None:
        """Find the addresses of host names, and which service manager this host has."""
        self._servers = {one.name: one for one in make_servers(self._params["servers"], systemd=systemd_runs())}
        self._kind = make_kind(self._params, self._deployment)
        self._begun = bool(self._params["restarted"])

    def observe(self) -> State:
        """Ask every instance and every Sentinel."""
        if self._observed:
            return self._kind.observe()
        self._observed = True
        return self._observe_patiently()

    def plan(self, state: State) -> list[Step]:
        """Return all that is left of the plan, or what of it comes before any other host's turn."""
        self._complete(state)
        if not self._host:
            self._refuse_unhealthy(state)
        steps = plan(state, self._needs, self._pace)
        if not self._host:
            self._refuse_unsafe(state, steps)
            self._planned = steps
            return steps
        mine: list[Step] = []
        for step in steps:
            # What is held is set over the network: any host can do it, at any turn.
            if isinstance(step, (Restart, Together, SwitchOver)) and (self._restarted or step.host != self._host):
                break
            mine.append(step)
            if isinstance(step, (Restart, Together)):
                break
        return mine

    def execute(self, steps: t.Sequence[Step], state: State) -> t.Sequence[Step]:
        """Take the first step once its gate is open, and return when it has been proven."""
        self._begun = True
        return super().execute(steps, state)

    def abandon(self) -> None:
        """Release what is held, where no other run is at work: that one, or the next, does it otherwise."""
        if not self._begun:
            return
        with contextlib.suppress(CollectionError):
            self._deployment.hold(*self._kind.scopes, within=LAST_WAIT)
            state = self._kind.observe()
            left: list[Step] = [*release(state, self._pace.release), *restore(state, self._pace.priorities)]
            for step in left:
                self._take(step)

    def _take(self, step: Step) -> None:
        if isinstance(step, SwitchOver):
            self._kind.switch_over(step)
            return
        if isinstance(step, (Hold, Release)):
            self._kind.let_replicas(step.nodes, STAYS if isinstance(step, Hold) else MOVES)
            return
        if isinstance(step, Prioritise):
            self._kind.prioritise(step)
            return
        restarts = step.restarts if isinstance(step, Together) else (step,)
        self._restart(restarts)
        self._restarted = True
        names = (one.node for one in restarts)
        self._pace = dataclasses.replace(self._pace, restarted=(*self._pace.restarted, *names))

    def settle(self, state: State) -> State:
        """Wait between two members, where the user wants time to check the first."""
        if self._restarted and plan(state, self._needs, self._pace):
            time.sleep(self._params["pause"])
        return state

    def render(self, state: State) -> str:
        """Return the members as lines."""
        return render.members(state, self._needs)

    def result(self, state: State) -> dict[str, t.Any]:
        """Return whose turn is next, and what the next call has to know."""
        # In check mode the state is the one after the plan.
        left = plan(state, self._needs, self._pace) if self._host else self._planned
        return {
            "next": _turn(left, state),
            "remaining": [step.describe() for step in left],
            "left_out": list(self._left_out),
            "needs": [{**dataclasses.asdict(need), "reasons": list(need.reasons)} for need in self._needs],
            "restarted": list(self._pace.restarted),
            "primaries": list(self._pace.primaries),
        }

    def close(self) -> None:
        """Give the lock back."""
        self._deployment.close()

    def _complete(self, state: State) -> None:
        """Note which process each need is about, and who is primary, where that is not known from an earlier call."""
        unknown = [need.node for need in self._needs if state.member(need.node) is None]
        if unknown:
            known = ", ".join(one.name for one in state.members)
            raise Refused(f"{', '.join(unknown)} is not a member of this deployment", hint=f"Members: {known}.")
        given = {one["node"]: one["run_id"] for one in self._params["needs"]}
        self._needs = tuple(
            need if given[need.node] is not None or need.run_id else self._about(need, state) for need in self._needs
        )
        if self._params["keep_release"]:
            self._needs, left_out = within_release(state, self._needs)
            self._left_out = (*self._left_out, *left_out)
        if not self._pace.primaries:
            primaries = tuple(one.name for one in state.members if one.role == PRIMARY)
            self._pace = dataclasses.replace(self._pace, primaries=primaries)

    def _about(self, need: Need, state: State) -> Need:
        member = state.member(need.node)
        return dataclasses.replace(need, run_id=member.run_id if member else "")

    def _refuse_unhealthy(self, state: State) -> None:
        """Refuse where a member is not in sync that the user has not named: its restart may be what fixes one.

        Neither is a member waited for that only its new version brings back.
        """
        named = {need.node for need in self._needs if need.named}
        named.update(lost(state, self._needs))
        failing = [one.failure for one in state.members if one.failure and one.name not in named]
        if failing and self._needs:
            raise Unsettled(f"the deployment is not healthy: {some(failing)}", hint=HEALTH_HINT)

    def _refuse_unsafe(self, state: State, steps: t.Sequence[Step]) -> None:
        """Refuse a plan of which a step could not be taken, before the first one is."""
        for step in steps:
            missing = gates.missing(state, step)
            if missing:
                raise Unsettled(f"cannot {step.describe()}: {some(missing)}", hint=HEALTH_HINT)
            state = step.apply(state)

    def _missing(self, state: State, step: Step) -> str:
        if isinstance(step, Hold):
            # Nothing is touched where the step that it is for would not be taken.
            following = (one for one in plan(state, self._needs, self._pace) if not isinstance(one, Hold))
            return some(missing for one in list(following)[:1] for missing in gates.missing(state, one))
        return some(gates.missing(state, step))

    def _unfinished(self, state: State, step: Step, before: State) -> str:
        return some(gates.unfinished(state, step, before))

    def _overtaken(self, state: State, step: Step) -> bool:
        return overtaken(state, step, self._needs, self._pace)

    def _restart(self, steps: t.Sequence[Restart]) -> None:
        for step in steps:
            if step.node not in self._servers:
                raise Refused(f"{step.node} is not among the servers of {self._host}", node=step.node)

        def restart(step: Restart) -> None:
            server = self._servers[step.node]
            login = sentinel_access(self._params) if server.kind == SENTINEL else access(self._params)
            process.restart(server, login, self._record, self._deployment.left())

        checked(gather(restart, steps))
        held = [step.node for step in steps if step.held]
        if held:
            self._hold_again(held)

    def _hold_again(self, nodes: t.Sequence[str]) -> None:
        """Hold the new processes as soon as they answer, which may be long before they are in sync."""

        def missing(state: State) -> str:
            return some(f"{one.name} {one.problem}" for one in state.members if one.name in nodes and one.problem)

        self._deployment.poll(
            self._kind.observe,
            missing,
            awaiting=f"an answer of {', '.join(nodes)}, to keep replicas where they are",
            hint="See its log; then run again.",
            longest_interval=0.5,
        )
        self._kind.let_replicas(nodes, STAYS)


def _turn(left: t.Sequence[Step], state: State) -> str:
    """Return the host that has the next turn; any host can release what is held, and restore a priority."""
    bound = [step.host for step in left if isinstance(step, (Restart, Together, SwitchOver))]
    loose = {node for step in left if isinstance(step, Release) for node in step.nodes}
    loose.update(step.node for step in left if isinstance(step, Prioritise))
    return next(iter((*bound, *(one.host for one in state.members if one.name in loose))), "")
