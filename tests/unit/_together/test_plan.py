# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any deployment that is restarted as a whole, cut anywhere, with members that start by themselves in between."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError, Refused
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.model import PRIMARY, REPLICA, Need, Pace
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.model import State as Whole
from ansible_collections.almashooq.redis.plugins.module_utils._together import record as records
from ansible_collections.almashooq.redis.plugins.module_utils._together.counts import Counts, Database
from ansible_collections.almashooq.redis.plugins.module_utils._together.gates import missing
from ansible_collections.almashooq.redis.plugins.module_utils._together.model import (
    STOPPED,
    Entry,
    Record,
    Seen,
    State,
    followers,
    leader,
)
from ansible_collections.almashooq.redis.plugins.module_utils._together.plan import (
    plan,
    propose,
    refuse_unsafe,
    unstartable,
)
from ansible_collections.almashooq.redis.plugins.module_utils._together.steps import (
    PRIMARIES,
    REPLICAS,
    SENTINELS,
    Begin,
    End,
    Quiesce,
    Start,
    Step,
    Stop,
)
from hypothesis import given
from hypothesis import strategies as st

from .._rolling.worlds import all_need, cluster, installing, of_versions, replicated

HOME = "a"
MOST_STEPS = 200


def begun(whole: Whole) -> State:
    """Return a deployment of which all members run, and are to be restarted."""
    proposal = propose(whole, all_need(whole), Pace(), "main")
    counts = Counts((Database(0, 3),))
    members = tuple(Seen(one.name, one.host, one.run_id, role=one.role, counts=counts) for one in whole.members)
    return State(members, None, proposal)


@st.composite
def deployments(draw: st.DrawFn) -> State:
    """Draw a cluster, a set with Sentinels or without, or a single instance."""
    if draw(st.booleans()):
        shards = draw(st.integers(1, 4))
        return begun(cluster(shards, draw(st.integers(0, 2))))
    return begun(replicated(draw(st.integers(0, 4)), draw(st.integers(0, 3))))


def boot(state: State, draw: st.DrawFn) -> State:
    """Start a stopped member, as a boot of its host does; a replica may take over while its primary does not run."""
    record = state.record
    stopped = [one for one in state.members if one.stopped]
    if record is None or not stopped:
        return state
    one = draw(st.sampled_from(stopped))
    entry = record.entry(one.node)
    assert entry is not None
    role = "" if not entry.primary else PRIMARY if entry.is_primary else REPLICA
    primary = record.entry(entry.primary)
    if role == REPLICA and primary is not None and not leader(state, record, primary).answers and draw(st.booleans()):
        role = PRIMARY
    elif role == PRIMARY and leader(state, record, entry).node != one.node:
        role = REPLICA  # the start guard, or the cluster
    return state.replacing(dataclasses.replace(one, problem="", role=role, run_id=f"{one.run_id}+"))


def check(state: State, step: Step) -> None:
    """Check that nothing can take over from what stops, or discard its data for what starts."""
    record = state.record
    if record is None or not isinstance(step, (Stop, Start)):
        return
    for one in record.shards:
        first, others = leader(state, record, one), followers(state, record, one)
        if first.node in step.nodes and step.what == PRIMARIES:
            assert not [each.node for each in others if each.answers]
            assert not [each.node for each in record.sentinels if state.member(each.node).answers]
            assert one.counts is not None
        if isinstance(step, Start) and step.what in (REPLICAS, SENTINELS):
            assert one.whole


@given(st.data(), deployments())
def test_a_restart_that_is_cut_anywhere_is_safe_at_every_step_and_ends(data: st.DataObject, state: State) -> None:
    before = {one.node: one.run_id for one in state.members}
    for taken in range(MOST_STEPS):
        steps = plan(state, HOME)
        if not steps:
            break
        check(state, steps[0])
        assert missing(state, steps[0]) == []
        state = steps[0].apply(state)
        if taken < MOST_STEPS // 2 and data.draw(st.integers(0, 3)) == 0:
            # Killed: what the call knew is gone, the record is not.
            state = dataclasses.replace(state, proven=False, held=False)
            state = boot(state, data.draw)
    assert state.of is None
    assert not [one.node for one in state.members if one.problem or one.run_id == before[one.node]]


@given(deployments())
def test_the_plan_is_what_a_run_takes_that_is_not_cut(state: State) -> None:
    planned, taken = plan(state, HOME), []
    while state.of is not None:
        taken.append(plan(state, HOME)[0])
        state = taken[-1].apply(state)
    assert planned == taken


def lines(state: State) -> list[str]:
    """Return the kind of each step."""
    return [" ".join(filter(None, [type(one).__name__, getattr(one, "what", "")])) for one in plan(state, HOME)]


def test_the_order_of_a_set() -> None:
    assert lines(begun(replicated(2, 3))) == [
        "Prove",
        "Begin",
        "Stop Sentinels",
        "Quiesce",
        "Stop replicas",
        "Stop primaries",
        "Start primaries",
        "Compare",
        "Start replicas",
        "Start replicas",
        "Start Sentinels",
        "Start Sentinels",
        "Start Sentinels",
        "End",
    ]


def test_the_plan_says_how_much_is_loaded_again() -> None:
    state = begun(replicated(0, 0))
    state = state.replacing(*(dataclasses.replace(one, memory=3 * 1024**3) for one in state.members))
    assert any("clients are offline until they have loaded 3.0 GiB" in one.describe() for one in plan(state, HOME))


def test_without_a_need_nothing_is_begun() -> None:
    whole = cluster()
    assert propose(whole, (), Pace(), "main") is None
    assert propose(whole, [Need(whole.members[0].name, "of before", ("requested",))], Pace(), "main") is None
    assert plan(State(()), HOME) == []


@pytest.mark.parametrize(
    ("running", "target", "pace", "words"),
    [
        ("redis 7.0.15", "redis 7.0.16", Pace(), ""),
        ("redis 7.0.15", "redis 8.0.2", Pace(), "run playbook almashooq.redis.upgrade"),
        ("redis 7.0.15", "redis 8.0.2", Pace(releases=True), ""),
        (
            "redis 7.0.15",
            "redis 9.9.9",
            Pace(releases=True, untested=True),
            "not known that redis 9.9.9 loads its files",
        ),
        ("valkey 9.1.2", "redis 8.0.2", Pace(releases=True), "not known that redis 8.0.2 loads its files"),
    ],
)
def test_another_release_starts_only_where_it_loads_the_files(
    running: str, target: str, pace: Pace, words: str
) -> None:
    whole = of_versions(replicated(), running)
    needs = installing(all_need(whole), target)
    if not words:
        assert propose(whole, needs, pace, "main")
        return
    with pytest.raises(Refused) as refused:
        propose(whole, needs, pace, "main")
    assert words in str(refused.value)


def after(state: State, kind: type, what: str = "") -> State:
    """Return the state after the last step of a kind."""
    steps = plan(state, HOME)
    last = max(place for place, one in enumerate(steps) if isinstance(one, kind) and getattr(one, "what", "") == what)
    for step in steps[: last + 1]:
        state = step.apply(state)
    return state


def test_a_primary_that_ended_before_it_was_counted_is_not_started_by_a_guess() -> None:
    state = after(begun(replicated()), Stop, SENTINELS)
    crashed = dataclasses.replace(state.members[0], problem=STOPPED)
    with pytest.raises(Refused) as refused:
        plan(state.replacing(crashed), HOME)
    assert "its keys were not counted" in str(refused.value)


def test_writes_are_held_and_counted_again_by_the_run_that_goes_on() -> None:
    state = after(begun(replicated(2, 0)), Stop, REPLICAS)
    cut = dataclasses.replace(state, proven=False, held=False)
    assert lines(cut)[:3] == ["Prove", "Quiesce", "Stop primaries"]
    assert state.record is not None
    assert state.record.shards[0].counts == Counts((Database(0, 3),))


def test_a_replica_that_took_over_is_what_is_compared() -> None:
    state = after(begun(replicated(2, 0)), Stop, PRIMARIES)
    promoted = dataclasses.replace(state.members[1], problem="", role=PRIMARY, run_id="new")
    steps = plan(state.replacing(promoted), HOME)
    assert next(one.nodes for one in steps if hasattr(one, "nodes")) == (promoted.node,)
    started = [node for one in steps if isinstance(one, Start) for node in one.nodes]
    assert promoted.node not in started
    assert state.members[0].node in started


def test_a_member_that_hangs_closes_every_gate() -> None:
    state = begun(replicated())
    hanging = state.replacing(dataclasses.replace(state.members[1], problem="cannot be asked: unreachable"))
    step = plan(hanging, HOME)[0]
    assert missing(hanging, step) == [f"{state.members[1].node} cannot be asked: unreachable"]


def test_sentinels_wait_until_replicas_are_in_sync() -> None:
    state = after(begun(replicated()), Start, REPLICAS)
    step = next(one for one in plan(state, HOME) if isinstance(one, Start))
    lagging = state.replacing(dataclasses.replace(state.members[1], linked=False))
    assert missing(lagging, step) == [f"{state.members[1].node} has no link to its primary"]
    assert missing(state, step) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"unwell": ("a Sentinel is down",)}, "the deployment is not healthy: a Sentinel is down"),
        ({"members": (Seen("x", unsafe=("x keeps nothing",)),)}, "data would not be safe: x keeps nothing"),
    ],
)
def test_nothing_begins_while_data_would_not_be_safe(change: dict[str, t.Any], words: str) -> None:
    state = dataclasses.replace(begun(replicated()), **change)
    with pytest.raises(Refused) as refused:
        refuse_unsafe(state)
    assert words in str(refused.value)
    # Once it has begun, it has to end.
    refuse_unsafe(dataclasses.replace(state, record=state.proposal))


def test_no_member_is_stopped_that_would_not_start_again() -> None:
    whole = of_versions(cluster(), "valkey 8.0.1")
    stuck = dataclasses.replace(whole.members[3], unstartable="it does not read its nodes file")
    whole = whole.replacing(stuck)
    assert unstartable(whole, all_need(whole)) == ["it does not read its nodes file"]
    assert unstartable(whole, ()) == ["it does not read its nodes file"]
    assert unstartable(whole, installing(all_need(whole), "valkey 8.1.1")) == []


def test_a_record_is_read_as_it_was_written() -> None:
    state = after(begun(replicated()), Quiesce)
    record = dataclasses.replace(t.cast(Record, state.record), since=5, by="alice@control")
    assert records.parse(records.text(record)) == record
    assert records.parse("") is None


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"members": [{}]}', '{"members": 1, "deployment": "x"}'])
def test_a_record_that_cannot_be_read_stops_a_run(text: str) -> None:
    with pytest.raises(CollectionError) as refused:
        records.parse(text, "/var/lib/redis-rolling/main.json")
    assert "/var/lib/redis-rolling/main.json is no record of a restart" in str(refused.value)


def test_steps_are_lines_for_people() -> None:
    state = begun(cluster())
    found = [one.describe() for one in plan(state, HOME)]
    assert len(set(found)) == len(found)
    assert isinstance(plan(state, HOME)[1], Begin)
    assert isinstance(plan(state, HOME)[-1], End)
    assert Entry("x", "a").is_primary is False
