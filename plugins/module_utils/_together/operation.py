# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ``rolling_together`` module's way through: the steps of a whole restart up to those of another host."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from .._engine.deployment import Deployment, some
from .._engine.loop import Operation, PhaseFailed
from .._errors import CollectionError, DeadlineExceeded, Refused
from .._rolling.deployment import Kind, make_kind
from .._rolling.gated import GATE_SHARE
from .._rolling.model import Need, Pace, make_needs
from .._rolling.model import State as Whole
from .._wait import observe_patiently
from . import gates, observe, render, safety, store
from . import record as records
from .model import Record, Seen, State, has_to_stop, leader
from .plan import plan, propose, refuse_unsafe, unstartable
from .steps import Prove, Quiesce, Step
from .taking import Taking

if t.TYPE_CHECKING:
    from .._client import Record as Recorder

Params = t.Mapping[str, t.Any]


class TogetherStep(Operation[State, Step]):
    """Plans the whole restart (without ``host``), or takes the steps up to the first one of another host."""

    def __init__(self, params: Params, record: Recorder) -> None:
        self._params = params
        self._record = record
        self._host: str = params["host"]
        self._home: str = params["home"]
        self._needs = make_needs(params["needs"])
        self._given = records.parse(params["record"])
        self._deployment = Deployment(record, params["timeout"], params["run_by"])
        self._kind: Kind
        self._taking: Taking
        self._proven = self._held = False
        self._observed = False
        self._left: list[Step] = []

    def enter(self) -> None:
        """Find the addresses of host names, and which service manager this host has."""
        self._kind = make_kind(self._params, self._deployment)
        self._taking = Taking(self._params, self._record, self._deployment, self._kind, self._look)

    def observe(self) -> State:
        """Ask every member, and read the record where it is."""
        if self._observed:
            return self._look()
        self._observed = True
        return observe_patiently(self._look, self._all, timeout=self._deployment.timeout)

    def _look(self) -> State:
        params, disks = self._params, {one["node"]: one for one in self._params["disks"]}
        next_start = {name: one["next_start"] for name, one in disks.items()}
        members = observe.look(self._kind.scopes, self._kind.connections, next_start)
        begun = store.read(params["records"], params["deployment"]) if self._host == self._home else self._given
        if begun is not None:
            _refuse_strangers(begun, members)
            return State(members, begun, None, self._proven, self._held)
        whole = self._kind.observe()
        self._complete(whole)
        proposal = propose(whole, self._needs, Pace(releases=params["change_release"]), params["deployment"])
        room = safety.room(members, {name: one["disk_free_bytes"] for name, one in disks.items()})
        failing = [one.failure for one in whole.members if one.failure]
        unwell = (*failing, *whole.unwell, *unstartable(whole, self._needs), *room)
        return State(members, None, proposal, self._proven, self._held, unwell)

    def plan(self, state: State) -> list[Step]:
        """Return all that is left of the plan, or what of it comes before any other host's turn."""
        steps = self._all(state)
        self._left = steps
        if not self._host:
            return steps
        others = [place for place, step in enumerate(steps) if step.host != self._host]
        return steps[: others[0]] if others else steps

    def _all(self, state: State) -> list[Step]:
        refuse_unsafe(state)
        return plan(state, self._home)

    def execute(self, steps: t.Sequence[Step], state: State) -> t.Sequence[Step]:
        """Take the first step once it may be taken, and return when it has been proven."""
        # While nothing runs, nothing can be locked: the record keeps others away.
        if any(one.answers for one in state.members) and self._deployment.hold(*self._kind.scopes):
            return ()
        step = steps[0]
        self._deployment.restart_timeout()
        before = self._await_gate(step)
        if self._all(before)[:1] != [step]:
            return ()
        try:
            self._taking.take(step, before)
            self._await_proof(step, before)
        except CollectionError as error:
            if isinstance(error, Refused) and isinstance(step, Prove):
                raise  # nothing was stopped
            raise PhaseFailed([], [(step, error)]) from error
        self._proven = self._proven or isinstance(step, Prove)
        self._held = self._held or isinstance(step, Quiesce)
        return [step]

    def abandon(self) -> None:
        """Let clients write again to primaries that were not stopped."""
        with contextlib.suppress(CollectionError):
            state = self._look()
            if state.record is None or self._host != self._home:
                return
            found = [(one, leader(state, state.record, one)) for one in state.record.shards]
            self._taking.let_write([one.node for each, one in found if has_to_stop(each, one)])

    def render(self, state: State) -> str:
        """Return the members as lines."""
        return render.members(state)

    def result(self, state: State) -> dict[str, t.Any]:
        """Return whose turn is next, and what the next call has to know."""
        # In check mode the state is the one after the plan.
        left = self._all(state) if self._host else self._left
        record = state.record if self._host else self._given
        # What is begun goes on by the record: members that have come back meanwhile are not restarted once more.
        needs = () if self._given and not self._host else self._needs
        return {
            "next": left[0].host if left else "",
            "remaining": [step.describe() for step in left],
            "needs": [{**dataclasses.asdict(need), "reasons": list(need.reasons)} for need in needs],
            "record": records.text(record) if record else "",
        }

    def close(self) -> None:
        """Give the lock back."""
        self._deployment.close()

    def _complete(self, whole: Whole) -> None:
        """Note which process each need is about, where that is not known from an earlier call."""
        given = {one["node"]: one["run_id"] for one in self._params["needs"]}
        unknown = [need.node for need in self._needs if whole.member(need.node) is None]
        if unknown:
            raise Refused(f"{', '.join(unknown)} is not a member of this deployment")
        self._needs = tuple(
            need if need.run_id or given[need.node] is not None else _about(need, whole) for need in self._needs
        )

    def _await_gate(self, step: Step) -> State:
        try:
            return self._deployment.poll(
                self._look,
                lambda state: some(gates.missing(state, step)),
                awaiting=f"a moment at which it is safe to {step.describe()}",
                within=self._deployment.timeout * GATE_SHARE,
                hint="This step has not been begun. See the log of the member that is named; then run again.",
                longest_interval=1.0,
            )
        except DeadlineExceeded as error:
            raise PhaseFailed([], [(step, error)]) from error

    def _await_proof(self, step: Step, before: State) -> None:
        self._deployment.poll(
            self._look,
            lambda state: some(gates.unfinished(state, step, before)),
            awaiting=f"the effect of step '{step.describe()}'",
            hint="See the log of the member that is named; then run again, which goes on from here.",
            longest_interval=0.5,
        )


def _about(need: Need, whole: Whole) -> Need:
    member = whole.member(need.node)
    return dataclasses.replace(need, run_id=member.run_id if member else "")


def _refuse_strangers(record: Record, members: t.Sequence[Seen]) -> None:
    """Refuse to go on where the inventory is another one than that with which the restart was begun."""
    strangers = {one.node for one in record.members} - {one.node for one in members}
    if strangers:
        raise Refused(
            f"a restart was begun with {', '.join(sorted(strangers))}, which the inventory lacks",
            hint="Run again with the inventory with which it was begun; change that afterwards.",
        )
