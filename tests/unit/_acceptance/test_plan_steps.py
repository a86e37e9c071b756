# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drill that is killed, or fails, in any of its steps: what it broke is restored, and the primary is where it was."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance import calls, plan_return, plan_steps
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance.plan_steps import (
    COUNT,
    FAULTS,
    FORGET,
    HEALED,
    PREFER,
    PREFERRED,
    PUT_BACK,
    REMEMBER,
    RETURN,
    STOP,
    TAKEOVER,
    UNPREFER,
    WRITE,
    Outcome,
)
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError

from .worlds import ASKS, CLUSTER, LAYOUT, NEW, OLD, SET, SHARD, Killed, World, drill, next_run, walk

BACK_OF = {CLUSTER: [RETURN, FORGET], SET: [PREFER, PREFERRED, RETURN, UNPREFER, FORGET]}
# The longest module has five steps; a cut after more than a module has is no cut.
MOMENTS = range(6)
# Everything that a run can be cut in: topology, fault, whether primaries are given back, and the step.
CUTS = [
    pytest.param(topology, fault, returns, step.name, id=f"{topology} {fault} {returns} {step.name}")
    for topology in (CLUSTER, SET)
    for fault in FAULTS
    for returns in (True, False)
    for step in drill(topology, fault, returns)
]


def interrupted(topology: str) -> World:
    """Return the deployment after a drill that was killed when the replica had taken over, with everything started."""
    world = World(topology)
    world.stops_after = 0
    with contextlib.suppress(Killed):
        walk(world, drill(topology, "kill"), stops_at=HEALED)
    world.restore()
    return world


def names(journal: plan_steps.Journal) -> list[str]:
    """Return the steps that were done."""
    return [one.step for one in journal]


@pytest.mark.parametrize("topology", [CLUSTER, SET])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_drill_leaves_everything_as_it_was(topology: str, fault: str) -> None:
    world = World(topology)
    before = world.summary
    journal = walk(world, drill(topology, fault))
    back = [] if fault == "planned" else [PUT_BACK]
    assert names(journal) == [REMEMBER, WRITE, STOP, TAKEOVER, *back, HEALED, COUNT, *BACK_OF[topology]]
    assert [one.problem for one in journal if one.problem] == []
    assert world.summary == before


def test_without_a_return_nobody_is_recorded_and_the_successor_stays() -> None:
    world = World(SET)
    journal = walk(world, drill(SET, "kill", returns=False))
    assert names(journal) == [WRITE, STOP, TAKEOVER, PUT_BACK, HEALED, COUNT]
    assert (world.primary, world.notes()["alpha"]) == (NEW, [])


@pytest.mark.parametrize(("topology", "fault", "returns", "step"), CUTS)
@pytest.mark.parametrize("takes_over", [True, False], ids=["taken over", "not taken over"])
def test_cut_in_any_step_the_next_run_puts_everything_back(
    topology: str, fault: str, returns: bool, step: str, takes_over: bool
) -> None:
    for moment in MOMENTS:
        world = World(topology)
        before = world.summary
        world.stops_after = moment
        with contextlib.suppress(Killed):
            walk(world, drill(topology, fault, returns), stops_at=step)
        world.stops_after = None
        world.takes_over = takes_over
        journal = next_run(world)
        assert [one.problem for one in journal if one.problem] == []
        # Without a note of who was primary the successor stays.
        assert world.summary == (before if returns else (world.primary, *before[1:]))
        assert next_run(world) == ()


@pytest.mark.parametrize(("topology", "fault", "returns", "step"), CUTS)
def test_where_a_step_fails_the_same_run_starts_what_it_stopped_and_the_next_finds_the_way_back(
    topology: str, fault: str, returns: bool, step: str
) -> None:
    for moment in MOMENTS:
        world = World(topology)
        before = world.summary
        world.stops_after, world.stops_with = moment, CollectionError("it broke")
        journal = walk(world, drill(topology, fault, returns), stops_at=step)
        assert {one.step for one in journal if one.problem} <= {step, TAKEOVER, HEALED}
        primary, runs, frozen, held, priority, notes, writes = world.summary
        if step not in (PUT_BACK, UNPREFER):
            assert (runs, frozen, held, priority) == (True, False, False, "100")
        assert not writes or step == COUNT
        # Who was primary is known as long as it is not primary again.
        assert primary == OLD or not returns or REMEMBER in [one.fault for one in notes]
        next_run(world)
        assert world.summary == (before if returns else (world.primary, *before[1:]))


@pytest.mark.parametrize("topology", [CLUSTER, SET])
@pytest.mark.parametrize("step", [HEALED, *BACK_OF[SET]])
def test_a_restore_that_is_cut_is_finished_by_the_next_one(topology: str, step: str) -> None:
    for moment in MOMENTS:
        world = interrupted(topology)
        before = World(topology).summary
        world.stops_after = moment
        with contextlib.suppress(Killed):
            walk(world, plan_return.steps(world.notes(), world.about, ASKS), stops_at=step)
        world.stops_after = None
        next_run(world)
        assert world.summary == before


def test_a_deployment_that_does_not_heal_is_not_switched_over() -> None:
    world = interrupted(SET)
    world.stops_after = 0
    world.stops_with = CollectionError("a replica is down")
    steps = plan_return.steps(world.notes(), world.about, ASKS)
    assert names(walk(world, steps, stops_at=HEALED)) == [HEALED]
    assert [one.fault for one in world.alpha.entries] == [REMEMBER]


def test_after_trouble_no_other_shard_is_drilled() -> None:
    other = {**SHARD, "primary": NEW, "host": "bravo"}
    next_steps = plan_steps.steps(other, CLUSTER, "run", ASKS, "kill", True)
    ended = Outcome(OLD, COUNT, result={"report": {"error": "out of memory"}})
    assert all(not plan_steps.is_due(one, (ended,)) for one in next_steps)
    assert plan_steps.is_due(next_steps[0], (Outcome(OLD, COUNT, result={"report": {}}),))


def test_where_a_step_runs() -> None:
    hosts = {one.name: one.host for one in plan_steps.steps(SHARD, SET, "run", "charlie", "kill", True)}
    on_the_instance = {REMEMBER, STOP, PUT_BACK, PREFER, UNPREFER, FORGET}
    assert {name for name, host in hosts.items() if host == "alpha"} == on_the_instance
    planned = plan_steps.steps(SHARD, SET, "run", "charlie", "planned", True)
    assert {one.name for one in planned if one.host == "alpha"} == on_the_instance - {STOP, PUT_BACK}


@pytest.mark.parametrize("topology", [CLUSTER, SET])
@pytest.mark.parametrize("fault", FAULTS)
def test_what_a_task_is_given_is_what_was_planned(topology: str, fault: str) -> None:
    for step in drill(topology, fault):
        assert plan_steps.make_step(json.loads(json.dumps(step.as_dict()))) == step
    outcome = Outcome(OLD, STOP, 1.0, 2.0, "", {"at": 1.5})
    assert plan_steps.make_journal([dataclasses.asdict(outcome)]) == (outcome,)


CALLS: list[tuple[str, str, str, dict[str, t.Any]]] = [
    (CLUSTER, "planned", STOP, {"from": OLD}),
    (CLUSTER, "kill", RETURN, {"to": OLD, "accept_placement": []}),
    (SET, "planned", STOP, {"from": OLD, "set": "main"}),
    (SET, "kill", RETURN, {"from": NEW, "set": "main"}),
    (SET, "freeze", STOP, {"fault": "freeze", "port": 6379, "run": "run-6379"}),
    (SET, "freeze", WRITE, {"deadline": 360.0, "run": "run-6379", "slots": ""}),
    (SET, "kill", COUNT, {"state": "stopped", "run": "run-6379", "directory": "/notes"}),
    (SET, "kill", PREFERRED, {"awaiting": "preferred", "old": OLD, "timeout": 120.0}),
    (SET, "kill", UNPREFER, {"state": "absent", "unit": "redis-node"}),
]


@pytest.mark.parametrize(("topology", "fault", "name", "options"), CALLS)
def test_what_a_step_calls(topology: str, fault: str, name: str, options: dict[str, t.Any]) -> None:
    world = World(topology)
    (step,) = (one for one in drill(topology, fault) if one.name == name)
    journal = (Outcome(OLD, TAKEOVER, result={"successor": NEW}),)
    called = calls.call(step, journal, calls.Setting(world.about, LAYOUT, "/notes", 120.0, 2.0))
    assert {key: called.options[key] for key in options} == options
