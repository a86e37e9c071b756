# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host in maintenance: the others are restarted where they can be spared as well."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.gates import missing
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.model import (
    INSTANCE,
    PRIMARY,
    SENTINEL,
    Pace,
    State,
)
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.plan import plan
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.steps import SwitchOver
from hypothesis import assume, given
from hypothesis import strategies as st

from .test_properties import MOST_STEPS, deployments, down, restarted
from .worlds import HOSTS, all_need, cluster, need, replicated


def without(state: State, host: str) -> State:
    """Return the state in which a host is in maintenance; its primaries have handed over, where there is another."""
    for primary in [one for one in state.members if one.host == host and one.role == PRIMARY]:
        others = [one for one in state.replicas(primary.shard) if one.host != host]
        if others:
            state = SwitchOver(primary.shard, primary.name, others[0].name, host).apply(state)
    away = tuple(one for one in state.members if one.host == host)
    return dataclasses.replace(state, members=tuple(one for one in state.members if one.host != host), absent=away)


def test_members_of_a_shard_that_has_lost_none_are_restarted() -> None:
    state = without(cluster(), "c")  # 2 and 5 are away, of shards 2 and 0: shard 1 is 1 and 3
    steps = plan(state, need(state, "192.0.2.1:7000", "192.0.2.3:7000"), Pace())
    assert [step.describe().partition(" (")[0] for step in steps] == [
        "restart 192.0.2.3:7000",
        "switch shard 1 over from 192.0.2.1:7000 to 192.0.2.3:7000",
        "restart 192.0.2.1:7000",
    ]


def test_the_last_replica_of_a_shard_is_not_restarted_and_neither_is_one_sentinel_too_many() -> None:
    state = without(replicated(replicas=2, min_replicas=0), "c")
    with pytest.raises(Refused) as refusal:
        plan(state, need(state, "192.0.2.1:7000"), Pace(offline=True))
    assert str(refusal.value).startswith(
        "192.0.2.1:7000 is the last replica of shard 0 while c is in maintenance: while it restarts, its data would be "
        "on one host only. Bring the host back first"
    )
    with pytest.raises(Refused, match=r"1 of 3 Sentinels would be left while 192\.0\.2\.0:26379 restarts and c is in"):
        plan(state, need(state, "192.0.2.0:26379"), Pace())
    # A majority is not enough where the quorum is higher.
    five = without(replicated(replicas=5, sentinels=5, quorum=4), "c")
    with pytest.raises(Refused, match=r"3 of 5 Sentinels would be left .* and a failover needs 4"):
        plan(five, need(five, "192.0.2.0:26379"), Pace())
    assert plan(dataclasses.replace(five, quorum=3), need(five, "192.0.2.0:26379"), Pace())


def test_a_replica_that_is_no_copy_may_be_restarted() -> None:
    state = without(replicated(replicas=2, min_replicas=0), "c")
    behind = dataclasses.replace(state.members[1], behind="has no link to its primary")
    assert len(plan(state.replacing(behind), need(state, "192.0.2.1:7000"), Pace())) == 1


@given(deployments(), st.sampled_from(HOSTS), st.data())
def test_beside_a_host_in_maintenance_nothing_is_taken_away_that_it_has_left(
    before: State, host: str, data: st.DataObject
) -> None:
    state = without(before, host)
    shards = {one.shard for one in before.members if one.kind == INSTANCE}
    assume(all(state.primary(shard) for shard in shards))
    chosen = data.draw(st.lists(st.sampled_from(state.members), unique=True, min_size=1))
    needs = [one for one in all_need(state) if one.node in {each.name for each in chosen}]
    number = sum(one.kind == SENTINEL for one in before.members)
    pace = Pace(parallel=data.draw(st.integers(1, 3)))
    for _step in range(MOST_STEPS):
        try:
            steps = plan(state, needs, pace)
        except Refused:
            break
        if not steps:
            break
        step = steps[0]
        assert missing(state, step) == []
        names = restarted(step)
        if names:
            now = down(state, names)
            for shard in shards:
                primary = now.primary(shard)
                assert primary is not None
                assert not primary.problem
                up = [one for one in now.replicas(shard) if not one.problem]
                assert up or not state.replicas(shard) or not any(one.shard == shard for one in state.absent)
            sentinels = [one for one in now.members if one.kind == SENTINEL]
            left = sum(not one.problem for one in sentinels)
            assert left == len(sentinels) or 2 * left > number or not any(one.kind == SENTINEL for one in state.absent)
        state = step.apply(state)
    assert state.absent == without(before, host).absent
