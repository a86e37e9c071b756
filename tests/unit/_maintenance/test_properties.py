# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any deployment, any host, cut anywhere, failovers in between: what must not be lost is there at every moment."""

from __future__ import annotations

import dataclasses

from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._maintenance import gates, plan
from ansible_collections.almashooq.redis.plugins.module_utils._maintenance.steps import Start, Step, Stop
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.model import (
    CLUSTER,
    INSTANCE,
    PRIMARY,
    REPLICA,
    SENTINEL,
    SENTINELS,
    State,
)
from hypothesis import given
from hypothesis import strategies as st

from .._rolling.test_properties import deployments, fail_over
from .._rolling.worlds import HOSTS

MOST_STEPS = 60


def request(state: State, host: str, *, bare: bool, **others: tuple[str, ...]) -> plan.Request:
    """Return what is asked of the deployment for a host with all of its members."""
    return plan.Request(host, tuple(one.name for one in state.members if one.host == host), bare, **others)


def taken(state: State, step: Step, before: State) -> State:
    """Return the state after a step; a member that starts is a replica of the shard that it was in."""
    state = step.apply(state)
    if isinstance(step, Start):
        old, new = before.member(step.node), state.member(step.node)
        assert old is not None
        assert new is not None
        role = REPLICA if old.kind == INSTANCE else ""
        state = state.replacing(dataclasses.replace(new, role=role, shard=old.shard, run_id="another"))
    return state


def assert_safe(state: State, before: State, host: str, *, bare: bool) -> None:
    """Check what may never be lost."""
    sentinels = [one for one in before.members if one.kind == SENTINEL]
    up = [one for one in state.members if one.kind == SENTINEL and not one.failure]
    gone = len(sentinels) - len(up)
    assert not gone or 2 * len(up) > len(sentinels)
    primaries = []
    for shard in {one.shard for one in before.members if one.kind == INSTANCE}:
        primary = state.primary(shard)
        assert primary is not None, f"{shard} has no primary"
        assert not primary.failure
        primaries.append(primary)
        replicas = [one for one in state.replicas(shard) if not one.failure]
        assert len(replicas) >= min(primary.min_replicas, len(before.replicas(shard)))
        assert replicas or bare or not before.replicas(shard)
    # Every primary is there, so a majority of the voters of a cluster is.
    assert len(primaries) == len({one.shard for one in before.members if one.kind == INSTANCE})


@given(deployments(), st.sampled_from(HOSTS), st.booleans(), st.data())
def test_a_host_leaves_and_comes_back_safely_wherever_it_is_cut(
    before: State, host: str, bare: bool, data: st.DataObject
) -> None:
    state = before
    asked = request(before, host, bare=bare)
    events = data.draw(st.lists(st.sampled_from(["nothing", "failover"]), max_size=6))
    for _step in range(MOST_STEPS):
        if events and events.pop() == "failover" and not any(one.problem for one in state.members):
            state = fail_over(state, data.draw)
        # Made anew before each step, as after a cut.
        try:
            steps = plan.leave(state, asked)
        except Refused:
            # Before anything was stopped, if no failover moves a primary back while members are down.
            assert not any(one.problem for one in state.members)
            return
        if not steps:
            break
        step = steps[0]
        assert gates.missing(state, step, host) == []
        if isinstance(step, Stop):
            assert gates.unfinished(state, step, state, host)
        state = taken(state, step, before)
        assert_safe(state, before, host, bare=bare)
    assert all(bool(one.problem) == (one.host == host) for one in state.members)
    assert plan.leave(state, asked) == []

    # The primaries are noted once, at the beginning: those of the first observation.
    noted = tuple(one.name for one in before.members if one.host == host and one.role == PRIMARY)
    priorities = {one.name: one.priority for one in before.members if one.host == host}
    asked = dataclasses.replace(request(before, host, bare=bare, primaries=noted), priorities=priorities)
    for _step in range(MOST_STEPS):
        steps = plan.back(state, asked)
        if not steps:
            break
        assert gates.missing(state, steps[0], host) == []
        state = taken(state, steps[0], before)
        assert_safe(state, before, host, bare=True)
    assert plan.back(state, asked) == []
    assert gates.unsettled(state) == []
    assert {one.name: one.priority for one in state.members if one.host == host} == priorities
    if state.switching in (CLUSTER, SENTINELS):
        assert set(noted) <= {one.name for one in state.members if one.role == PRIMARY}


@given(deployments(), st.sampled_from(HOSTS), st.booleans(), st.data())
def test_nothing_is_touched_while_a_member_on_another_host_is_not_in_sync(
    state: State, host: str, bare: bool, data: st.DataObject
) -> None:
    others = [one for one in state.members if one.host != host]
    here = [one for one in state.members if one.host == host]
    if not others or not here:
        return
    failing = data.draw(st.sampled_from(others))
    state = state.replacing(dataclasses.replace(failing, problem="is unreachable", run_id=""))
    try:
        steps = plan.leave(state, request(state, host, bare=bare))
    except Refused as error:
        assert failing.name in str(error)
        return
    raise AssertionError(f"{[step.describe() for step in steps]} were planned")


@given(deployments(), st.sampled_from(HOSTS))
def test_what_is_refused_would_lose_something(before: State, host: str) -> None:
    try:
        plan.leave(before, request(before, host, bare=True))
    except Refused:
        sentinels = [one for one in before.members if one.kind == SENTINEL]
        staying = [one for one in sentinels if one.host != host]
        lost = len(staying) < len(sentinels) and 2 * len(staying) <= len(sentinels)
        for shard in {one.shard for one in before.members if one.kind == INSTANCE}:
            primary = before.primary(shard)
            assert primary is not None
            left = [one for one in before.shard(shard) if one.host != host]
            lost = lost or not left or len(left) - 1 < primary.min_replicas
            if primary.host == host:
                here = [one for one in before.replicas(shard) if one.host == host]
                # Sentinel could choose one of those.
                lost = lost or bool(here)
        assert lost
