# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any deployment, any needs, cut anywhere, roles that change in between: never two members down, and it converges."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.edges import NO, YES, loads
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.gates import missing, unfinished
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.lost import lost
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.model import (
    INSTANCE,
    PRIMARY,
    REPLICA,
    SENTINEL,
    SENTINELS,
    Need,
    Pace,
    State,
)
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.plan import due, plan
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.prefer import Prioritise
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.steps import (
    Hold,
    Restart,
    Step,
    SwitchOver,
    Together,
)
from hypothesis import assume, given
from hypothesis import strategies as st

from .worlds import all_need, cluster, installing, of_versions, replicated

MOST_STEPS = 200


@st.composite
def deployments(draw: st.DrawFn) -> State:
    """Draw a healthy deployment of 1 to 12 instances, with 0 to 5 Sentinels."""
    if draw(st.booleans()):
        shards = draw(st.integers(1, 6))
        return cluster(shards, draw(st.integers(0, 12 // shards - 1)))
    return replicated(draw(st.integers(0, 11)), draw(st.integers(1, 5)), draw(st.integers(0, 2)))


@st.composite
def restarts(draw: st.DrawFn) -> tuple[State, tuple[Need, ...], Pace]:
    """Draw a deployment, who needs a restart, and how far a run goes."""
    state = draw(deployments())
    chosen = draw(st.lists(st.sampled_from(state.members), unique=True))
    needs = tuple(Need(one.name, one.run_id, ("requested",)) for one in chosen)
    configured = {one.name: draw(st.sampled_from((2, 100))) for one in state.members}
    state = state.replacing(*(dataclasses.replace(one, priority=configured[one.name]) for one in state.members))
    pace = Pace(offline=draw(st.booleans()), returning=draw(st.booleans()), parallel=draw(st.integers(1, 4)))
    return state, needs, dataclasses.replace(pace, priorities=configured)


def fail_over(state: State, draw: st.DrawFn) -> State:
    """Make any replica primary, as a failover from outside does."""
    shards = sorted({one.shard for one in state.members if one.role == REPLICA})
    if not shards:
        return state
    shard = draw(st.sampled_from(shards))
    primary, new = state.primary(shard), draw(st.sampled_from(state.replicas(shard)))
    assert primary is not None
    return SwitchOver(shard, primary.name, new.name, primary.host).apply(state)


def restarted(step: Step) -> list[str]:
    """Return the members that a step restarts."""
    restarts = step.restarts if isinstance(step, Together) else [step]
    return [one.node for one in restarts if isinstance(one, Restart)]


def down(state: State, names: t.Collection[str]) -> State:
    """Return the state while members restart."""
    gone = [one for one in state.members if one.name in names]
    assert len(gone) == len(names)
    return state.replacing(*(dataclasses.replace(one, run_id="", problem="is unreachable") for one in gone))


def assert_safe(state: State, step: Step, *, offline: bool) -> None:
    """Check what may never be: called while the members of a step are down."""
    gone = [one for one in state.members if one.problem]
    assert {one.name for one in gone} == set(restarted(step))
    restarts = step.restarts if isinstance(step, Together) else [step]
    unwritable = {
        one.shard
        for one in gone
        for each in restarts
        if isinstance(each, Restart) and each.unwritable and each.node == one.name
    }
    assert len({one.host for one in gone}) == 1
    assert len({one.shard for one in gone}) == len(gone)
    sentinels = [one for one in state.members if one.kind == SENTINEL]
    assert sum(bool(one.problem) for one in sentinels) <= 1
    for shard in {one.shard for one in state.members if one.kind == INSTANCE}:
        primary = state.primary(shard)
        assert primary is not None
        assert not primary.problem or (offline and not state.replicas(shard))
        up = [one for one in state.replicas(shard) if not one.failure]
        touched = any(one.problem for one in state.replicas(shard))
        enough = len(up) >= primary.min_replicas or not touched
        # Writes are refused with consent alone, where it cannot be otherwise, and the plan says so.
        assert enough or (offline and shard in unwritable and len(state.replicas(shard)) <= primary.min_replicas)


@given(restarts(), st.data())
def test_a_roll_is_safe_at_each_moment_and_converges_wherever_it_is_cut(
    drawn: tuple[State, tuple[Need, ...], Pace], data: st.DataObject
) -> None:
    state, needs, pace = drawn
    pace = dataclasses.replace(pace, primaries=tuple(one.name for one in state.members if one.role == PRIMARY))
    events = data.draw(st.lists(st.sampled_from(["nothing", "cut", "failover"]), max_size=12))
    for _step in range(MOST_STEPS):
        event = events.pop() if events else "nothing"
        if event == "failover":
            state = fail_over(state, data.draw)
        try:
            steps = plan(state, needs, pace)
        except Refused:
            # A consent that is given leaves nothing to refuse.
            assert not pace.offline
            return
        if not steps:
            break
        step = steps[0]
        assert missing(state, step) == []
        names = restarted(step)
        if names:
            assert_safe(down(state, names), step, offline=pace.offline)
            assert all(unfinished(down(state, [name]), step, state) for name in names)
        if event == "cut" and names:
            # The service manager, or site.yml, starts it again; the run is begun anew.
            pace = dataclasses.replace(pace, restarted=())
        state = step.apply(state)
    assert not any(due(one, each) for one in state.members for each in needs if each.node == one.name)
    assert plan(state, needs, pace) == []
    assert {one.name: one.priority for one in state.members} == pace.priorities
    if pace.returning:
        assert {one.name for one in state.members if one.role == PRIMARY} == set(pace.primaries)


@given(restarts(), st.data())
def test_nothing_is_touched_while_any_other_member_is_not_in_sync(
    drawn: tuple[State, tuple[Need, ...], Pace], data: st.DataObject
) -> None:
    state, needs, pace = drawn
    failing = data.draw(st.sampled_from(state.members))
    what: dict[str, t.Any] = {"behind": "has no link to its primary"}
    if failing.role == PRIMARY or failing.kind == SENTINEL or data.draw(st.booleans()):
        what = {"problem": "is unreachable", "run_id": ""}
    state = state.replacing(dataclasses.replace(failing, **what))
    try:
        steps = plan(state, needs, pace)
    except Refused:
        return
    for step in steps[:1]:
        if restarted(step) != [failing.name]:
            assert any(failing.name in text for text in missing(state, step))


OLD, NEW = "redis 7.0.15", "valkey 8.0.1"
LINK = "has no link to its primary"


def followed(state: State) -> State:
    """Return the state after replicas have asked for a full sync where they are out of sync: who can load it, does."""
    changed = []
    for one in state.members:
        primary = state.primary(one.shard)
        if one.behind and primary is not None and loads(one.version, primary.version) == YES:
            changed.append(dataclasses.replace(one, behind=""))
    return state.replacing(*changed)


def cut_links(state: State, draw: st.DrawFn) -> State:
    """Break the links of any replicas for longer than the backlog is: each has to load a full sync."""
    replicas = [one for one in state.members if one.role == REPLICA]
    chosen = draw(st.lists(st.sampled_from(replicas), unique=True)) if replicas else []
    return followed(state.replacing(*(dataclasses.replace(one, behind=LINK) for one in chosen)))


def fail_over_in_sync(state: State, draw: st.DrawFn) -> State:
    """Make a replica primary that is in sync, as engines do."""
    fit = [one for one in state.members if one.role == REPLICA and not one.behind]
    if not fit:
        return state
    new = draw(st.sampled_from(fit))
    primary = state.primary(new.shard)
    assert primary is not None
    return followed(SwitchOver(new.shard, primary.name, new.name, primary.host).apply(state))


@given(deployments(), st.booleans(), st.data())
def test_an_upgrade_ends_although_old_replicas_are_lost_on_the_way(
    state: State, returning: bool, data: st.DataObject
) -> None:
    assume(all(state.replicas(one.shard) for one in state.members if one.role == PRIMARY))
    state = of_versions(state, OLD)
    state = state.replacing(*(dataclasses.replace(one, min_replicas=0) for one in state.members))
    needs = installing(all_need(state), NEW)
    primaries = tuple(one.name for one in state.members if one.role == PRIMARY)
    priorities = {one.name: one.priority for one in state.members}
    pace = Pace(releases=True, returning=returning, primaries=primaries, priorities=priorities)
    events = data.draw(st.lists(st.sampled_from(["nothing", "links", "failover"]), max_size=12))
    for _step in range(MOST_STEPS):
        event = events.pop() if events else "nothing"
        state = {"links": cut_links, "failover": fail_over_in_sync}.get(event, lambda one, _draw: one)(state, data.draw)
        steps = plan(state, needs, pace)
        if not steps:
            break
        step = steps[0]
        # The run never waits for what cannot come: a full sync that the old release does not load.
        assert missing(state, step) == []
        assert isinstance(step, (Restart, SwitchOver, Prioritise))
        member = state.member(step.primary if isinstance(step, SwitchOver) else step.node)
        assert member is not None
        if lost(state, needs):
            assert isinstance(step, Restart)
            assert member.name in lost(state, needs)
        if isinstance(step, Restart):
            primary = state.primary(member.shard)
            assert primary is None or loads(step.installed, primary.version) != NO
        state = followed(step.apply(state))
    assert {one.version for one in state.members} == {NEW}
    assert [one.failure for one in state.members if one.failure] == []


YES_OR_NO = ("yes", "no")


@given(restarts(), st.data())
def test_replicas_stay_while_members_are_restarted_and_are_as_configured_at_the_end(
    drawn: tuple[State, tuple[Need, ...], Pace], data: st.DataObject
) -> None:
    state, needs, pace = drawn
    assume(state.switching != SENTINELS)
    # What an interrupted run has left, or somebody has set by hand, is any value; an old engine has none.
    values = [data.draw(st.sampled_from(("", *YES_OR_NO))) for _one in state.members]
    state = state.replacing(*(dataclasses.replace(one, migration=own) for one, own in zip(state.members, values)))
    configured = {one.name: data.draw(st.sampled_from(YES_OR_NO)) for one in state.members}
    release = tuple(name for name, own in configured.items() if own == "yes")
    everyone = dataclasses.replace(pace, hold=tuple(configured), release=release, returning=False)
    for _step in range(MOST_STEPS):
        try:
            steps = plan(state, needs, everyone)
        except Refused:
            assume(False)
            return
        if not steps:
            break
        step = steps[0]
        assert missing(state, step) == [] or isinstance(step, (Restart, SwitchOver))
        if isinstance(step, (Restart, SwitchOver)):
            assert {one.migration for one in state.members} <= {"", "no"}
        before, state = state, step.apply(state)
        assert unfinished(state, step, before) == []
        if isinstance(step, Restart) and data.draw(st.booleans()):
            # Cut before the new process was held: it has the value of its file.
            new = state.member(step.node)
            assert new is not None
            own = configured[new.name] if new.migration else ""
            state = state.replacing(dataclasses.replace(new, migration=own))
        if isinstance(step, Hold) and data.draw(st.booleans()):
            # Cut in the middle of the step: some of the nodes are held.
            last = before.member(step.nodes[-1])
            assert last is not None
            state = state.replacing(last)
            assert unfinished(before, step, before) != []
    assert not any(due(one, each) for one in state.members for each in needs if each.node == one.name)
    assert all(one.migration in ("", "yes") for one in state.members if one.name in release)
