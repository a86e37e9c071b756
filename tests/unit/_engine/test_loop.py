# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The loop of every operation: what a run reports, whatever ends it and wherever."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._engine.loop import (
    Operation,
    PhaseFailed,
    Report,
    Stalled,
    entered,
    run,
)
from ansible_collections.almashooq.redis.plugins.module_utils._errors import (
    CollectionError,
    EngineRefused,
    Refused,
    Unreachable,
)

Done = frozenset[str]


@dataclass(frozen=True)
class Named:
    """A step that is known by its name."""

    name: str

    def describe(self) -> str:
        return f"do {self.name}"

    def apply(self, state: Done) -> Done:
        return state | {self.name}


@dataclass
class Work(Operation[Done, Named]):
    """Does one phase after the other, unless a function of that number fails or lies."""

    phases: list[list[str]]
    on_observe: dict[int, Exception] = field(default_factory=dict)
    on_plan: dict[int, Exception] = field(default_factory=dict)
    on_execute: dict[int, t.Callable[[list[Named]], t.Sequence[Named]]] = field(default_factory=dict)
    on_settle: Exception | None = None
    on_enter: Exception | None = None
    world: Done = frozenset()
    calls: list[str] = field(default_factory=list)

    def _call(self, name: str) -> int:
        self.calls.append(name)
        return self.calls.count(name)

    def enter(self) -> None:
        self._call("enter")
        if self.on_enter:
            raise self.on_enter

    def observe(self) -> Done:
        number = self._call("observe")
        if number in self.on_observe:
            raise self.on_observe[number]
        return self.world

    def plan(self, state: Done) -> list[Named]:
        number = self._call("plan")
        if number in self.on_plan:
            raise self.on_plan[number]
        return [Named(name) for phase in self.phases for name in phase if name not in state]

    def execute(self, steps: t.Sequence[Named], state: Done) -> t.Sequence[Named]:
        number = self._call("execute")
        phase = next(phase for phase in self.phases if steps[0].name in phase)
        now = [step for step in steps if step.name in phase]
        if number in self.on_execute:
            return self.on_execute[number](now)
        self.world |= {step.name for step in now}
        return now

    def settle(self, state: Done) -> Done:
        self._call("settle")
        if self.on_settle:
            raise self.on_settle
        return state

    def render(self, state: Done) -> str:
        return " ".join(sorted(state))

    def result(self, state: Done) -> dict[str, t.Any]:
        return {}

    def abandon(self) -> None:
        self._call("abandon")

    def close(self) -> None:
        self._call("close")


def went(work: Work, **how: t.Any) -> tuple[Report, BaseException | None]:
    """Run the work as a module does, and return the report and the error that ended it."""
    report = Report()
    try:
        with entered(work) as operation:
            run(operation, report, **how)
    except (CollectionError, KeyError) as error:
        return report, error
    return report, None


def steps(report: Report) -> list[str]:
    return [one["step"] for one in report.done]


def test_a_run_does_all_phases_and_closes() -> None:
    work = Work([["a", "b"], ["c"]])
    report, error = went(work)
    assert error is None
    assert steps(report) == report.plan == ["do a", "do b", "do c"]
    assert (report.changed, report.remaining, report.failed_steps) == (True, [], [])
    assert work.calls[-2:] == ["settle", "close"]
    assert "abandon" not in work.calls


def test_a_run_is_entered_once_before_anything_is_observed() -> None:
    work = Work([["a"]])
    went(work)
    assert work.calls[:2] == ["enter", "observe"]
    assert work.calls.count("enter") == 1


def test_an_operation_that_cannot_be_entered_is_abandoned_and_closed() -> None:
    work = Work([["a"]], on_enter=Refused("no such user"))
    report, error = went(work)
    assert str(error) == "no such user"
    assert (report.changed, report.done) == (False, [])
    assert work.calls == ["enter", "abandon", "close"]


def test_a_run_with_nothing_to_do_changes_nothing() -> None:
    work = Work([["a"]], world=frozenset("a"))
    report, error = went(work)
    assert (error, report.changed, report.plan, report.done) == (None, False, [], [])
    assert "execute" not in work.calls


def test_check_mode_applies_the_plan_to_the_model_alone() -> None:
    work = Work([["a"], ["b"]])
    report = Report()
    before, after = run(work, report, check=True)
    assert (before, after) == (frozenset(), frozenset("ab"))
    assert (report.changed, report.plan, report.done) == (True, ["do a", "do b"], [])
    assert work.world == frozenset()
    assert "execute" not in work.calls


CUTS: dict[str, tuple[dict[str, t.Any], list[str], list[str]]] = {
    "the first look": ({"on_observe": {1: Unreachable("no answer")}}, [], []),
    "the first plan": ({"on_plan": {1: Refused("no")}}, [], []),
    "a look between two phases": ({"on_observe": {2: Unreachable("no answer")}}, ["do a", "do b"], []),
    "a plan between two phases": ({"on_plan": {2: Refused("no")}}, ["do a", "do b"], []),
    "the end": ({"on_settle": Unreachable("no answer")}, ["do a", "do b", "do c"], []),
    "a fault of our own": ({"on_plan": {2: KeyError("x")}}, ["do a", "do b"], []),
}


@pytest.mark.parametrize(("cut", "done", "left"), CUTS.values(), ids=CUTS)
def test_whatever_ends_a_run_it_undoes_and_closes_and_reports_the_truth(
    cut: dict[str, t.Any], done: list[str], left: list[str]
) -> None:
    work = Work([["a", "b"], ["c"]], **cut)
    report, error = went(work)
    assert error is not None
    assert work.calls[-2:] == ["abandon", "close"]
    assert steps(report) == done
    assert report.changed is bool(done)


def failing(*names: str) -> t.Callable[[list[Named]], t.Sequence[Named]]:
    """Return an execution in which these steps fail, with an error each."""

    def execute(phase: list[Named]) -> t.Sequence[Named]:
        errors = [(one, EngineRefused(f"{one.name} was refused", node=one.name)) for one in phase if one.name in names]
        raise PhaseFailed([one for one in phase if one.name not in names], errors)

    return execute


def test_a_phase_that_fails_in_part_names_what_was_done_what_failed_and_what_is_left() -> None:
    work = Work([["a", "b", "c"], ["d"]], on_execute={1: failing("b", "c")})
    report, error = went(work)
    assert isinstance(error, PhaseFailed)
    assert error.result()["error"] == "refused_by_engine"
    assert "b was refused" in error.message
    assert "c was refused" in error.message
    assert steps(report) == ["do a"]
    assert [(one["step"], one["node"]) for one in report.failed_steps] == [("do b", "b"), ("do c", "c")]
    assert report.remaining == ["do b", "do c", "do d"]
    assert report.changed
    assert work.calls[-2:] == ["abandon", "close"]


def test_a_step_that_failed_may_be_half_done() -> None:
    report, _error = went(Work([["a"]], on_execute={1: failing("a")}))
    assert (report.done, report.changed) == ([], True)


def test_a_plan_that_stays_although_its_step_was_done_is_a_stall() -> None:
    def ignored(phase: list[Named]) -> t.Sequence[Named]:
        return phase

    work = Work([["a"], ["b"]], on_execute={2: ignored})
    report, error = went(work)
    assert isinstance(error, Stalled)
    assert "do b" in error.message
    assert error.data == {"observed_before": "a", "observed_after": "a"}
    assert error.result()["error"] == "stalled"
    # It was asked twice and no more.
    assert work.calls.count("execute") == 2
    assert steps(report) == ["do a", "do b"]


def test_a_round_in_which_nothing_was_done_is_no_stall() -> None:
    work = Work([["a"]], on_execute={1: lambda phase: []})
    report, error = went(work)
    assert error is None
    assert steps(report) == ["do a"]


def test_what_another_run_did_while_the_lock_was_awaited_is_planned_no_more() -> None:
    work = Work([["a"], ["b"]])

    def lock(phase: list[Named]) -> t.Sequence[Named]:
        work.world |= {"a"}
        return []

    work.on_execute = {1: lock}
    report, error = went(work)
    assert error is None
    assert report.plan == steps(report) == ["do b"]


@pytest.mark.parametrize(("error", "failed"), [(Refused("no"), []), (Unreachable("no answer"), ["do a"])])
def test_a_step_that_is_cut_short_may_be_half_done_and_one_that_is_refused_was_not_begun(
    error: CollectionError, failed: list[str]
) -> None:
    def cut(phase: list[Named]) -> t.Sequence[Named]:
        raise error

    report, raised = went(Work([["a"], ["b"]], on_execute={1: cut}))
    assert raised is error
    assert [one["step"] for one in report.failed_steps] == failed
    assert report.changed is bool(failed)
    assert report.remaining == ["do a", "do b"]
