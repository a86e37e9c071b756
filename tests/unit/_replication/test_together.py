# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several replication sets in one run: what is done in which order, and what is reported of sets that fail."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._engine.deployment import Deployment, first_phase
from ansible_collections.almashooq.redis.plugins.module_utils._engine.loop import Report, run
from ansible_collections.almashooq.redis.plugins.module_utils._errors import (
    CollectionError,
    DeadlineExceeded,
    Refused,
    Unreachable,
)
from ansible_collections.almashooq.redis.plugins.module_utils._replication.desired import (
    Desired,
    make_desired,
    make_sets,
)
from ansible_collections.almashooq.redis.plugins.module_utils._replication.execute import ReplicationOperation
from ansible_collections.almashooq.redis.plugins.module_utils._replication.model import PRIMARY, Node, Observed
from ansible_collections.almashooq.redis.plugins.module_utils._replication.plan import plan
from ansible_collections.almashooq.redis.plugins.module_utils._replication.steps import Attach
from ansible_collections.almashooq.redis.plugins.module_utils._replication.together import SetsOperation

from .worlds import endpoint

TIMEOUT = 40.0


def wish(name: str, nodes: t.Sequence[str]) -> Desired:
    """Return the desired state of a set that starts with the first of these nodes."""
    return make_desired(name, map(endpoint, nodes), endpoint(nodes[0]))


class Clock:
    """Time in seconds, as a test sets it."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Set(ReplicationOperation):
    """A set of two nodes without servers: it keeps a log of what is done to it, in a log that all sets share."""

    def __init__(self, name: str, first_port: int, log: list[str], deployment: Deployment, clock: Clock) -> None:
        nodes = [f"192.0.2.1{n}:{first_port}" for n in (1, 2)]
        self._desired = wish(name, nodes)
        self._observed = Observed(tuple(Node(node, role=PRIMARY, replid=node, run_id=node) for node in nodes))
        self._log, self._name = log, name
        self._deployment, self._clock = deployment, clock
        self.scopes = ((self._desired.nodes, t.cast("t.Any", None)),)
        self.errors: dict[str, CollectionError] = {}
        self.takes = 0.0

    def _do(self, what: str) -> None:
        if what != "observe":
            self._log.append(f"{what} {self._name}, {self._deployment.left():.0f} s left")
        self._clock.now += self.takes
        if what in self.errors:
            raise self.errors[what]

    def enter(self) -> None:
        self._do("enter")

    def observe(self) -> Observed:
        self._do("observe")
        return self._observed

    def plan(self, state: Observed) -> tuple[Attach, ...]:
        if "plan" in self.errors:
            raise self.errors["plan"]
        return plan(state, self._desired)

    def execute(self, steps: t.Sequence[Attach], state: Observed) -> t.Sequence[Attach]:
        self._do("attach")
        phase = first_phase(steps)
        for step in phase:
            self._observed = step.apply(self._observed)
        return phase

    def settle(self, state: Observed) -> Observed:
        self._do("settle")
        return state

    def result(self, state: Observed) -> dict[str, t.Any]:
        return {"primary": self._name, "warnings": [f"about {self._name}"]}


class World:
    """Two sets, and the run on them."""

    def __init__(self) -> None:
        clock = Clock()
        self.log: list[str] = []
        deployment = Deployment(lambda node, command: None, TIMEOUT, clock=clock)
        ports = {"main": 6379, "sessions": 6380}
        self.sets = {name: Set(name, port, self.log, deployment, clock) for name, port in ports.items()}
        self.operation = SetsOperation(self.sets, deployment)
        self.report = Report()

    def run(self, *, check: bool = False) -> dict[str, t.Any]:
        self.operation.enter()
        _before, after = run(self.operation, self.report, check=check)
        return self.operation.result(after)

    def failure(self, *, check: bool = False) -> CollectionError:
        with pytest.raises(CollectionError) as caught:
            self.run(check=check)
        return caught.value

    def acts(self) -> list[str]:
        """Return what was done, without the time that was left."""
        return [line.split(",")[0] for line in self.log]


@pytest.fixture
def world() -> World:
    """Two sets whose second nodes have yet to be attached."""
    return World()


def test_a_set_is_in_sync_before_the_next_one_is_attached(world: World) -> None:
    result = world.run()
    assert world.acts() == [
        "enter main",
        "enter sessions",
        "attach main",
        "settle main",
        "attach sessions",
        "settle sessions",
        "settle main",
        "settle sessions",
    ]
    assert [step["step"] for step in world.report.done] == world.report.plan
    assert world.report.plan == [f"192.0.2.12:{port}: replicate 192.0.2.11:{port}" for port in (6379, 6380)]
    assert result == {
        "sets": {"main": {"primary": "main"}, "sessions": {"primary": "sessions"}},
        "warnings": ["about main", "about sessions"],
    }


def test_check_mode_plans_all_sets_and_does_nothing(world: World) -> None:
    world.run(check=True)
    assert len(world.report.plan) == 2
    assert world.acts() == ["enter main", "enter sessions"]


def test_each_set_has_the_whole_timeout(world: World) -> None:
    for one in world.sets.values():
        one.takes = TIMEOUT - 1
    world.run()
    assert {line.split(", ")[1] for line in world.log} == {f"{TIMEOUT:.0f} s left"}


def test_what_is_refused_of_one_set_names_it_and_keeps_the_others_from_being_changed(world: World) -> None:
    world.sets["sessions"].errors["plan"] = Refused("two primaries", node="192.0.2.11:6380", hint="Stop one.")
    error = world.failure()
    assert str(error) == "set sessions: 192.0.2.11:6380: two primaries. Stop one."
    assert (error.kind, error.node) == ("refused", "192.0.2.11:6380")
    assert world.acts() == ["enter main", "enter sessions"]


@pytest.mark.parametrize("when", ["enter", "observe", "plan", "settle"])
def test_the_failure_of_one_set_does_not_hide_that_of_another(world: World, when: str) -> None:
    if when == "settle":
        world.run()
    world.sets["main"].errors[when] = Unreachable("no answer", node="192.0.2.11:6379")
    world.sets["sessions"].errors[when] = DeadlineExceeded("not in sync", hint="Run again.", waited=40)
    error = world.failure()
    assert str(error).split("\n") == [
        "2 replication sets failed:",
        "- set main: 192.0.2.11:6379: no answer",
        "- set sessions: not in sync. Run again.",
    ]
    assert error.kind == "unreachable"
    sets = t.cast("dict[str, t.Any]", error.result()["sets"])
    assert (sets["main"]["node"], sets["sessions"]["waited"]) == ("192.0.2.11:6379", 40)


def test_a_set_that_cannot_be_attached_ends_the_run_and_the_rest_is_what_remains(world: World) -> None:
    world.sets["main"].errors["attach"] = Unreachable("no answer", node="192.0.2.12:6379")
    assert str(world.failure()) == "set main: 192.0.2.12:6379: no answer"
    assert world.report.done == []
    assert world.report.remaining == world.report.plan
    assert len(world.report.remaining) == 2
    assert "attach sessions" not in world.acts()


def test_a_refusal_before_a_step_was_sent_is_no_failed_step(world: World) -> None:
    world.sets["main"].errors["attach"] = Refused("it has changed")
    assert isinstance(world.failure(), Refused)
    assert world.report.failed_steps == []


def test_a_set_that_does_not_get_in_sync_keeps_its_step_among_what_was_done(world: World) -> None:
    world.sets["main"].errors["settle"] = DeadlineExceeded("not in sync")
    assert str(world.failure()) == "set main: not in sync"
    assert [step["step"] for step in world.report.done] == world.report.plan[:1]
    assert world.report.failed_steps == []
    assert "attach sessions" not in world.acts()


def test_a_server_in_two_sets_is_refused(world: World) -> None:
    nodes = [*world.sets["sessions"].names, world.sets["main"].names[1]]
    world.sets["sessions"]._desired = wish("sessions", nodes)
    error = world.failure()
    assert str(error).startswith("192.0.2.12:6379 is one of the nodes of set 'main' and of set 'sessions'")
    assert world.report.plan == []


def test_one_lock_protects_the_servers_of_all_sets(world: World) -> None:
    world.operation.enter()
    for one in world.sets.values():
        assert [node.port for nodes, _login in one.scopes for node in nodes] == [6379, 6379, 6380, 6380]


def given(*names: str, **others: t.Any) -> dict[str, t.Any]:
    """Return the module's options for sets of one node each."""
    sets = [
        {
            "name": name,
            "nodes": [{"address": "192.0.2.11", "port": 7000 + number}],
            "primary": {"address": "192.0.2.11", "port": 7000 + number},
            "external": [f"192.0.2.99:{7000 + number}"],
        }
        for number, name in enumerate(names)
    ]
    return {"sets": sets, "sentinels": [], "discard": [], "external": ["192.0.2.88:6379"], **others}


def test_a_set_has_the_external_replicas_of_all_and_its_own() -> None:
    made = make_sets(given("main", "sessions"))
    assert [sorted(one.external) for one in made.values()] == [
        ["192.0.2.88:6379", "192.0.2.99:7000"],
        ["192.0.2.88:6379", "192.0.2.99:7001"],
    ]


def test_a_set_that_is_given_twice_is_refused() -> None:
    with pytest.raises(Refused, match="set 'main' is given twice"):
        make_sets(given("main", "sessions", "main"))
