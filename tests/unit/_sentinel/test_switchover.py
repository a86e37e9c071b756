# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a planned switchover is safe, who may take over, and how it is done."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils import _nodes
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._replication.model import PRIMARY, REPLICA, Node
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.model import Known, Observed
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.switchover import NEAR, State, plan

from .worlds import S1, S2, S3, SENTINELS, A, B, C, complete, sentinel, watch, wish

WRITTEN = 10_000_000
VALKEY, REDIS = "valkey 9.1.2", "redis 7.0.15"


def world(sentinels: Observed | None = None, version: str = REDIS, may: bool = False, **changes: t.Any) -> State:
    """A set whose primary is A, all in sync; ``changes`` are those of B."""
    first = Node(A, role=PRIMARY, offset=WRITTEN, version=version)
    second, third = (Node(name, role=REPLICA, following=A, offset=WRITTEN, version=version) for name in (B, C))
    seen = sentinels or complete()
    asked = Observed(tuple(dataclasses.replace(one, version=version) for one in seen.sentinels))
    return State(asked, (first, dataclasses.replace(second, **changes), third), A, may)


def with_priorities(**priorities: int) -> Observed:
    """Sentinels of which each knows replica B by the priority given for it (S1, S2, S3), and C by 0."""

    def replicas(name: str) -> tuple[Known, ...]:
        return (Known(B, following=A, priority=priorities[name]), Known(C, following=A, priority=0))

    names = zip(("S1", "S2", "S3"), SENTINELS)
    return Observed(
        tuple(sentinel(one, dataclasses.replace(watch(one), replicas=replicas(name))) for name, one in names)
    )


def test_every_replica_that_sentinel_may_choose_is_an_heir() -> None:
    step = plan(world(), wish())
    assert (step.primary, step.candidates, step.coordinated, step.down_after) == (A, (B, C), False, 5.0)


def test_a_replica_of_priority_0_is_no_heir_as_soon_as_all_sentinels_know() -> None:
    assert plan(world(with_priorities(S1=100, S2=0, S3=0)), wish()).candidates == (B,)
    with pytest.raises(Refused, match="replica-priority 0"):
        plan(world(with_priorities(S1=0, S2=0, S3=0)), wish())


def test_writes_are_held_no_longer_than_the_least_patient_sentinel_waits() -> None:
    hasty = watch(S2, settings={"down-after-milliseconds": "700"})
    observed = Observed((sentinel(S1, watch(S1)), sentinel(S2, hasty), sentinel(S3, watch(S3))))
    assert plan(world(observed), wish()).down_after == 0.7


@pytest.mark.parametrize("may", [True, False])
def test_sentinel_coordinates_where_all_can_and_its_user_may(may: bool) -> None:
    assert plan(world(version=VALKEY, may=may), wish()).coordinated is may


def test_one_older_server_is_enough_for_holding_writes_instead() -> None:
    state = world(version=VALKEY, may=True)
    older = dataclasses.replace(state.nodes[2], version="valkey 8.1.8")
    assert not plan(dataclasses.replace(state, nodes=(*state.nodes[:2], older)), wish()).coordinated


REFUSED: dict[str, tuple[State, str]] = {
    "a Sentinel that is down": (
        world(Observed((*complete().sentinels[:2], sentinel(S3, problem=_nodes.UNREACHABLE)))),
        f"Sentinel {S3} is unreachable",
    ),
    "a Sentinel that does not watch the set": (
        world(Observed((*complete().sentinels[:2], sentinel(S3)))),
        f"{S3} does not watch",
    ),
    "Sentinels that disagree": (
        world(Observed((*complete().sentinels[:2], sentinel(S3, watch(S3, B))))),
        f"name {A} and {B}",
    ),
    "a failover in progress": (world(complete(flags=frozenset(["master", "failover_in_progress"]))), "in_progress"),
    "no quorum": (world(complete(quorum_problem="NOQUORUM 1 usable")), "NOQUORUM"),
    "a replica that is down": (world(problem=_nodes.UNREACHABLE), f"may choose {B}"),
    "a replica without a link": (world(link_up=False), f"may choose {B}"),
    "a replica that is far behind": (world(offset=WRITTEN - NEAR - 1), f"may choose {B}"),
    "a primary that is not one of the nodes": (dataclasses.replace(world(), primary=S1), "not one of the nodes"),
    "a primary that says it is a replica": (dataclasses.replace(world(), primary=C), "is a replica"),
}


@pytest.mark.parametrize(("state", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_safe_is_refused_with_a_way_out(state: State, said: str) -> None:
    with pytest.raises(Refused) as error:
        plan(state, wish())
    assert said in error.value.message


def test_a_replica_that_lags_a_little_is_waited_for() -> None:
    assert B in plan(world(offset=WRITTEN - NEAR), wish()).candidates
