# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster module's operation over a simulated cluster, cut wherever a run can end."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._client import Access
from ansible_collections.almashooq.redis.plugins.module_utils._cluster import execute
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.checks import SHARD_IDS, findings
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.desired import Desired
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.model import Observed
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.plan_formation import plan
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.steps import Step
from ansible_collections.almashooq.redis.plugins.module_utils._engine.deployment import Deployment
from ansible_collections.almashooq.redis.plugins.module_utils._engine.loop import PhaseFailed, Report, entered, run
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError, EngineRefused, Unreachable
from ansible_collections.almashooq.redis.plugins.module_utils._nodes import UNREACHABLE, WARNING

from .worlds import RUNNING, change, completed, fresh, wish

SIX = wish(["a", "a", "b", "b", "c", "c"])
PHASES = list(dict.fromkeys(step.phase for step in plan(fresh(SIX), SIX)))


class World:
    """A cluster that does what the steps' model says, until a phase at which something happens to it."""

    def __init__(self, state: Observed, at: str = "", dead: str = "", refuse: str = "") -> None:
        self.state = state
        self.phases: list[str] = []
        self.reached = state  # as the run saw it at its end
        self.shards: list[t.Any] = []  # replies of CLUSTER SHARDS, the last ones empty
        self._at, self._dead, self._refuse = at, dead, refuse

    def __getitem__(self, name: str) -> Server:
        return Server(self, name)

    def perform(self, _connections: object, steps: t.Sequence[Step], _state: Observed) -> t.Sequence[Step]:
        self.phases.append(steps[0].phase)
        happens = steps[0].phase == self._at
        failed = [step for step in steps if happens and step.node == self._refuse]
        for step in steps:
            if step not in failed:
                self.state = step.apply(self.state)
        if happens and self._dead:
            self.state = change(self.state, self._dead, problem=UNREACHABLE, detail="no answer")
        if failed:
            errors = [(step, EngineRefused("no", node=step.node)) for step in failed]
            raise PhaseFailed([step for step in steps if step not in failed], errors)
        return steps


@dataclasses.dataclass
class Server:
    """The connection to one of its nodes."""

    world: World
    name: str

    def pipeline(self, commands: t.Sequence[tuple[str, ...]], _patience: float = 0.0) -> list[t.Any]:
        node = self.world.state.by_name()[self.name]
        if node.problem:
            raise Unreachable("no answer", node=self.name)
        if commands == [("CLUSTER", "SHARDS")]:
            return [self.world.shards.pop(0) if self.world.shards else []]
        settings = {**dict(node.settings), **{name: value for _config, _set, name, value in commands}}
        self.world.state = change(self.world.state, self.name, settings=tuple(sorted(settings.items())))
        return ["OK" for _command in commands]


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., tuple[Report, CollectionError | None]]:
    """Return a function that runs the operation on a world."""

    def converge(world: World, desired: Desired = SIX, timeout: float = 0.0) -> tuple[Report, CollectionError | None]:
        locks = iter([True])
        monkeypatch.setattr(Deployment, "hold", lambda *_given: next(locks, False))
        monkeypatch.setattr(Deployment, "connections", lambda *_given: world)
        monkeypatch.setattr(Deployment, "perform", lambda _self, *given: world.perform(*given))
        monkeypatch.setattr(execute, "observe", lambda *_given: world.state)
        operation = execute.ClusterOperation(desired, Access(), Deployment(lambda node, command: None, timeout))
        report = Report()
        try:
            with entered(operation):
                _before, world.reached = run(operation, report)
        except CollectionError as error:
            return report, error
        return report, None

    return converge


def lowered(state: Observed) -> list[str]:
    """Return the nodes that answer and do not run with their settings."""
    return [node.name for node in state.nodes if not node.problem and node.settings != RUNNING]


def test_a_run_passes_all_phases_and_leaves_the_settings_as_they_were(simulated: t.Any) -> None:
    world = World(fresh(SIX))
    report, error = simulated(world)
    assert error is None
    assert world.phases == PHASES
    assert world.state == completed(SIX)
    assert not lowered(world.state)
    assert report.changed


@pytest.mark.parametrize("phase", PHASES)
def test_a_node_that_dies_between_two_phases_ends_the_run_and_nothing_stays_lowered(
    simulated: t.Any, phase: str
) -> None:
    victim = SIX.nodes[0].name
    world = World(fresh(SIX), phase, dead=victim)
    report, error = simulated(world)
    assert error is not None
    assert error.node == victim or victim in error.message
    assert not lowered(world.state)
    # What was done is in the report, so that no message claims that nothing has been changed.
    assert report.done
    assert report.changed


@pytest.mark.parametrize("phase", PHASES)
def test_a_refusal_in_a_phase_ends_the_run_and_the_next_one_finishes(simulated: t.Any, phase: str) -> None:
    refuses = next(step.node for step in plan(fresh(SIX), SIX) if step.phase == phase)
    world = World(fresh(SIX), phase, refuse=refuses)
    report, error = simulated(world)
    assert isinstance(error, PhaseFailed)
    assert {one["node"] for one in report.failed_steps} == {refuses}
    if phase != "restore":
        assert not lowered(world.state)
    done = [one["step"] for one in report.done]
    assert sorted([*done, *report.remaining]) == sorted(report.plan)
    assert {one["step"] for one in report.failed_steps} <= set(report.remaining)
    again = World(world.state)
    _report, error = simulated(again)
    assert error is None
    assert not lowered(again.state)
    assert simulated(World(again.state))[0].plan == []


def alone(state: Observed) -> list[t.Any]:
    """Return a reply of CLUSTER SHARDS in which each node is a shard of its own."""
    return [["slots", [], "nodes", [["id", node.id, "health", "online"]]] for node in state.nodes]


def test_a_run_ends_when_every_node_could_start_again(simulated: t.Any) -> None:
    world = World(completed(SIX))
    world.shards = [alone(world.state) for _node in range(2 * len(SIX.nodes))]
    report, error = simulated(world, timeout=60)
    assert (error, report.changed, world.shards) == (None, False, [])
    assert not [finding for finding in findings(world.reached, SIX) if finding.check == SHARD_IDS]


def test_a_node_that_could_not_start_again_for_good_is_warned_of(simulated: t.Any) -> None:
    world = World(completed(SIX))
    world.shards = [alone(world.state) for _node in range(100)]
    _report, error = simulated(world)
    assert error is None
    warned = [finding for finding in findings(world.reached, SIX) if finding.check == SHARD_IDS]
    assert {finding.severity for finding in warned} == {WARNING}
    assert len(warned) == len(SIX.nodes)
    assert "could not start again" in warned[0].message


def test_settings_that_are_read_of_the_nodes_change_nothing_else_of_the_wish(simulated: t.Any) -> None:
    named = dataclasses.replace(SIX, accept=frozenset({"primary-majority-on-host"}), settings=())
    operation = execute.ClusterOperation(named, Access(), Deployment(lambda node, command: None, 0.0))
    operation._adopt_settings(fresh(SIX))
    adopted = operation._desired
    assert adopted.settings == RUNNING
    assert dataclasses.replace(adopted, settings=()) == named
