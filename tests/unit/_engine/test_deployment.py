# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run on a deployment: phases, their errors, and waits that end with the run's deadline."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils import _wait
from ansible_collections.almashooq.redis.plugins.module_utils._engine.deployment import Deployment, first_phase, some
from ansible_collections.almashooq.redis.plugins.module_utils._engine.loop import PhaseFailed
from ansible_collections.almashooq.redis.plugins.module_utils._engine.steps import Command, StepDefaults
from ansible_collections.almashooq.redis.plugins.module_utils._errors import (
    DeadlineExceeded,
    EngineRefused,
    Refused,
    Unreachable,
)

Values = dict[str, str]


@dataclass(frozen=True)
class Set(StepDefaults):
    """SET of one key at one server; the state is what the servers have."""

    node: str
    key: str
    phase: str = "set"
    allowed: bool = True
    welcome: str = ""

    def describe(self) -> str:
        return f"{self.node}: set {self.key}"

    def apply(self, state: Values) -> Values:
        return {**state, self.key: self.node}

    def ready(self, state: Values) -> bool:
        return self.allowed

    def commands(self, state: Values) -> list[Command]:
        return [("SET", self.key), ("SAVE", self.key)]

    def missing(self, state: Values) -> str:
        return "" if self.key in state else f"{self.key} is not there"

    def tolerates(self, command: Command, refusal: EngineRefused) -> bool:
        return bool(self.welcome) and self.welcome in refusal.message


class Server:
    """A connection that answers OK, or what it is given."""

    def __init__(self, answers: t.Mapping[tuple[object, ...], Exception], dead: bool = False) -> None:
        self.sent: list[list[t.Sequence[object]]] = []
        self._answers = answers
        self._dead = dead

    def pipeline(self, commands: list[t.Sequence[object]], patience: float = 0.0) -> list[object]:
        assert patience == 30.0, "a change waits longer than a question"
        if self._dead:
            raise Unreachable("no answer", node="dead")
        self.sent.append(commands)
        return [self._answers.get(tuple(command), "OK") for command in commands]


def servers(dead: str = "", **answers: Exception) -> dict[str, Server]:
    """Return two servers; ``a_SET_x`` is what a answers to SET x."""
    told = {tuple(name.split("_")): error for name, error in answers.items()}
    return {
        node: Server({(word, key): error for (at, word, key), error in told.items() if at == node}, node == dead)
        for node in "ab"
    }


def perform(connections: t.Any, steps: t.Sequence[Set]) -> tuple[Deployment, t.Sequence[Set]]:
    deployment = Deployment(lambda node, command: None, 5.0)
    return deployment, deployment.perform(connections, steps, {})


def test_each_server_gets_its_commands_in_one_packet_and_in_order() -> None:
    world = servers()
    steps = [Set("a", "x"), Set("b", "y"), Set("a", "z")]
    _deployment, done = perform(world, steps)
    assert list(done) == steps
    assert world["a"].sent == [[("SET", "x"), ("SAVE", "x"), ("SET", "z"), ("SAVE", "z")]]
    assert world["b"].sent == [[("SET", "y"), ("SAVE", "y")]]


def test_nothing_is_sent_when_one_step_is_not_ready_any_more() -> None:
    world = servers()
    with pytest.raises(Refused, match="set y"):
        perform(world, [Set("a", "x"), Set("b", "y", allowed=False)])
    assert not world["a"].sent


def test_a_refusal_fails_its_step_and_no_other() -> None:
    steps = [Set("a", "x"), Set("a", "z"), Set("b", "y")]
    with pytest.raises(PhaseFailed) as failed:
        perform(servers(a_SAVE_x=EngineRefused("no disk", node="a")), steps)
    assert list(failed.value.done) == steps[1:]
    assert [(step, str(error)) for step, error in failed.value.failed] == [(steps[0], "a: no disk")]


def test_a_server_without_an_answer_fails_all_its_steps_and_all_errors_are_named() -> None:
    steps = [Set("a", "x"), Set("b", "y"), Set("b", "z")]
    with pytest.raises(PhaseFailed) as failed:
        perform(servers(dead="b", a_SET_x=EngineRefused("no", node="a")), steps)
    assert failed.value.done == ()
    assert [step for step, _error in failed.value.failed] == steps
    assert "no answer" in failed.value.message


def test_a_refusal_that_a_step_expects_is_no_failure_and_is_kept() -> None:
    step = Set("a", "x", welcome="gone")
    refusal = EngineRefused("gone already", node="a")
    deployment, done = perform(servers(a_SET_x=refusal), [step])
    assert list(done) == [step]
    assert deployment.tolerated == [(step, refusal)]


class Clock:
    """Time that passes during a sleep."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(
        _wait.poll, "__kwdefaults__", {**(_wait.poll.__kwdefaults__ or {}), "clock": made, "sleep": made.sleep}
    )
    return made


def test_a_wait_ends_with_the_run_however_long_it_might_take(clock: Clock) -> None:
    deployment = Deployment(lambda node, command: None, 10.0, clock=clock)
    clock.now = 7.0
    with pytest.raises(DeadlineExceeded):
        deployment.poll(lambda: 0, lambda _seen: "all", awaiting="an end", within=60.0)
    assert clock.now == pytest.approx(10.0)
    assert deployment.left() == 0.0


def test_a_wait_ends_earlier_when_it_is_told_to(clock: Clock) -> None:
    deployment = Deployment(lambda node, command: None, 10.0, clock=clock)
    with pytest.raises(DeadlineExceeded):
        deployment.poll(lambda: 0, lambda _seen: "all", awaiting="an end", within=2.0)
    assert clock.now == pytest.approx(2.0)


def test_an_effect_is_awaited_step_by_step(clock: Clock) -> None:
    deployment = Deployment(lambda node, command: None, 10.0, clock=clock)
    steps = [Set("a", "x"), Set("b", "y")]
    seen: list[Values] = [{}, {"x": "a"}, {"x": "a", "y": "b"}]
    assert deployment.await_effect(steps, lambda: seen.pop(0), awaiting="both") == {"x": "a", "y": "b"}


def test_steps_whose_effect_does_not_come_have_failed_and_the_others_are_done(clock: Clock) -> None:
    deployment = Deployment(lambda node, command: None, 10.0, clock=clock)
    steps = [Set("a", "x"), Set("b", "y")]
    with pytest.raises(PhaseFailed) as failed:
        deployment.await_effect(steps, lambda: {"x": "a"}, awaiting="both")
    assert list(failed.value.done) == steps[:1]
    assert [step for step, _error in failed.value.failed] == steps[1:]
    assert failed.value.result()["error"] == "deadline"


def test_the_first_phase_is_the_head_of_a_plan() -> None:
    first, second = Set("a", "x"), Set("b", "y")
    assert first_phase([first, second, dataclasses.replace(first, phase="later")]) == [first, second]


@pytest.mark.parametrize(
    ("said", "text"),
    [([], ""), (["", "a"], "a"), (list("abcde"), "a; b; c; d; e"), (list("abcdefg"), "a; b; c; d; e; and 2 more")],
)
def test_a_long_list_is_cut_and_counted(said: list[str], text: str) -> None:
    assert some(said) == text
