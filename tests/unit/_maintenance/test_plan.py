# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is planned for a host that leaves or comes back, and what is refused."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused, Unsettled
from ansible_collections.almashooq.redis.plugins.module_utils._maintenance import gates, plan
from ansible_collections.almashooq.redis.plugins.module_utils._maintenance.steps import Start, Stop
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.model import NOTHING, State
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.steps import Hold, Release

from .._rolling.worlds import cluster, instance, replicated, sentinel


def request(state: State, host: str = "a", **others: t.Any) -> plan.Request:
    return plan.Request(host, tuple(one.name for one in state.members if one.host == host), **others)


def leave(state: State, host: str = "a", *, bare: bool = False) -> list[str]:
    return [step.describe() for step in plan.leave(state, request(state, host, bare=bare))]


def down(state: State, *names: str, problem: str = "is unreachable") -> State:
    """Return the state in which these do not answer."""
    gone = [state.member(name) for name in names]
    return state.replacing(
        *(dataclasses.replace(one, problem=problem, run_id="", role="", shard="") for one in gone if one)
    )


def test_the_primaries_of_a_host_are_handed_over_and_then_its_members_are_stopped() -> None:
    assert leave(cluster(replicas=2)) == [
        "switch shard 0 over from 192.0.2.0:7000 to 192.0.2.5:7000",
        "stop 192.0.2.0:7000 (replica of shard 0)",
        "stop 192.0.2.3:7000 (replica of shard 1)",
        "stop 192.0.2.6:7000 (replica of shard 2)",
    ]


def test_the_sentinel_of_a_host_is_stopped_last() -> None:
    assert leave(replicated(min_replicas=0)) == [
        "switch shard 0 over from 192.0.2.0:7000 to the replica that Sentinel chooses",
        "stop 192.0.2.0:7000 (replica of shard 0)",
        "stop 192.0.2.0:26379 (Sentinel)",
    ]


def test_only_the_members_of_the_call_are_stopped_and_all_of_the_host_count() -> None:
    state = replicated(min_replicas=0)
    only = plan.Request("b", ("192.0.2.1:7000",))
    assert [step.describe() for step in plan.leave(state, only)] == ["stop 192.0.2.1:7000 (replica of shard 0)"]
    two = State(tuple(one for one in state.members if one.name != "192.0.2.2:26379"), switching=state.switching)
    with pytest.raises(Refused, match=r"1 of 2 Sentinels would be left without b, and a failover needs 2"):
        plan.leave(two, only)


def test_a_shard_without_a_replica_takes_consent() -> None:
    with pytest.raises(Refused, match=r"shard \d would be left without a replica: its data would be on one host only"):
        leave(cluster())
    assert [line.split()[0] for line in leave(cluster(), bare=True)] == ["switch", "stop", "stop"]


@pytest.mark.parametrize(
    ("state", "why"),
    [
        pytest.param(cluster(replicas=0), "shard 0 has no member on another host than a", id="no replica at all"),
        pytest.param(
            State((instance(0, 0, "primary"), instance(3, 0, "replica"))),
            "shard 0 has no member on another host than a",
            id="all members on the host",
        ),
        pytest.param(
            replicated(replicas=1, min_replicas=1),
            r"shard 0 accepts writes only with 1 replica\(s\) \(min-replicas-to-write\), and 0 would be left",
            id="writes need a replica",
        ),
        pytest.param(
            replicated(sentinels=0, switching=NOTHING), "shard 0 has no Sentinels that could switch over", id="no way"
        ),
        pytest.param(
            replicated(sentinels=2, min_replicas=0), "1 of 2 Sentinels would be left without a", id="two Sentinels"
        ),
        pytest.param(
            dataclasses.replace(replicated(min_replicas=0), quorum=3), "a failover needs 3", id="a quorum of all"
        ),
        pytest.param(
            State((*replicated(min_replicas=0).members, instance(3, 0, "replica")), switching="sentinels"),
            "Sentinel could choose 192.0.2.3:7000, which is on a, too",
            id="Sentinel could choose the same host",
        ),
    ],
)
def test_what_would_be_lost_is_refused_whatever_is_accepted(state: State, why: str) -> None:
    with pytest.raises(Refused, match=why):
        leave(state, bare=True)


def test_a_replica_that_may_not_take_over_is_none() -> None:
    state = replicated(min_replicas=0)
    unfit = [dataclasses.replace(one, unfit=f"{one.name} has replica-priority 0") for one in state.replicas("shard 0")]
    with pytest.raises(Refused, match=r"no replica of shard 0 on another host than a may take over: 192\.0\.2\.1:7000"):
        leave(state.replacing(*unfit))


def test_a_member_elsewhere_that_is_down_is_refused() -> None:
    state = down(cluster(replicas=2), "192.0.2.4:7000")
    with pytest.raises(Refused, match=r"not healthy without a: 192\.0\.2\.4:7000 is unreachable"):
        leave(state)
    with pytest.raises(Refused, match="not healthy without a: all is lost"):
        leave(dataclasses.replace(cluster(replicas=2), unwell=("all is lost",)))


def test_a_dead_host_is_left_behind_once_its_members_are_down_and_others_have_taken_over() -> None:
    state = cluster()
    state = state.replacing(*(dataclasses.replace(one, migration="yes") for one in state.members))
    left = dataclasses.replace(state, members=tuple(one for one in state.members if one.host != "a"))
    (step,) = plan.leave_behind(left, "a", ())
    assert isinstance(step, Hold)
    assert plan.leave_behind(step.apply(left), "a", ()) == []
    assert plan.leave_behind(replicated(), "a", ()) == []
    with pytest.raises(
        Refused, match=r"a was not reached, and 192\.0\.2\.0:7000 answers: its members cannot be stopped"
    ):
        plan.leave_behind(left, "a", ("192.0.2.0:7000",))
    wrong = dataclasses.replace(left, unwell=("5461 slots have no owner: 0-5460",))
    with pytest.raises(Unsettled, match="a was not reached, and the deployment is not healthy without it: 5461 slots"):
        plan.leave_behind(wrong, "a", ())
    with pytest.raises(Unsettled, match=r"192\.0\.2\.1:7000 is unreachable"):
        plan.leave_behind(down(left, "192.0.2.1:7000"), "a", ())


def test_a_run_that_was_cut_goes_on_with_what_is_left() -> None:
    state = down(cluster(), "192.0.2.3:7000")
    # Its shard is not known any more: what it cost was accepted before.
    state = state.replacing(
        dataclasses.replace(state.members[0], role="replica"), dataclasses.replace(state.members[5], role="primary")
    )
    assert leave(state, bare=True) == ["stop 192.0.2.0:7000 (replica of shard 0)"]
    assert leave(down(state, "192.0.2.0:7000")) == []


def test_a_host_without_members_here_has_nothing_to_do() -> None:
    assert leave(cluster(), "elsewhere") == []


def test_replicas_do_not_move_while_members_are_out() -> None:
    state = cluster(replicas=2)
    state = state.replacing(*(dataclasses.replace(one, migration="yes") for one in state.members))
    steps = plan.leave(state, request(state))
    names = tuple(one.name for one in state.members if one.host != "a")
    assert [step for step in steps if isinstance(step, Hold)] == steps[:1] == [Hold(names)]
    for step in steps:
        state = step.apply(state)
    assert plan.leave(state, request(state)) == []
    back = plan.back(state, request(state, held=names))
    assert [step for step in back if isinstance(step, Release)] == [Release(names)]
    # What has not been noted was somebody's own choice.
    assert [step for step in plan.back(state, request(state)) if isinstance(step, Release)] == []


def test_members_come_back_instances_first_and_primaries_return_where_that_is_wanted() -> None:
    state = replicated()
    state = down(state, "192.0.2.1:7000", "192.0.2.1:26379")
    assert [step.describe() for step in plan.back(state, request(state, "b"))] == [
        "start 192.0.2.1:7000, and wait until it is in sync",
        "start 192.0.2.1:26379, and wait until it is in sync",
    ]
    whole = cluster()
    returning = request(whole, "b", primaries=("192.0.2.4:7000",))
    assert [step.describe() for step in plan.back(whole, returning)] == [
        "switch shard 2 over from 192.0.2.2:7000 to 192.0.2.4:7000"
    ]


def test_what_a_deployment_cannot_bear_meanwhile_is_named() -> None:
    state = cluster()
    for step in plan.leave(state, request(state, bare=True)):
        state = step.apply(state)
    found = plan.alone(state, "a")
    assert any(
        "has 2 of 3 primaries while a is out of service: its loss would stop the cluster" in one for one in found
    )
    assert sum("has no replica while a is out of service" in one for one in found) == 2
    assert plan.alone(replicated(), "c") == []


def test_a_primary_is_not_stopped_and_a_stop_is_done_when_nothing_answers() -> None:
    state = cluster()
    primary = Stop("192.0.2.0:7000", "primary of shard 0")
    assert gates.missing(state, primary, "a") == ["192.0.2.0:7000 is primary of shard 0"]
    replica = Stop("192.0.2.3:7000", "replica of shard 2")
    assert gates.missing(state, replica, "a") == []
    stuck = state.replacing(dataclasses.replace(state.members[3], unstartable="it could not start again"))
    assert gates.missing(stuck, replica, "a") == ["it could not start again"]
    assert gates.unfinished(state, replica, state, "a") == ["192.0.2.3:7000 still answers"]
    assert gates.unfinished(replica.apply(state), replica, state, "a") == []
    assert gates.missing(down(state, "192.0.2.1:7000"), replica, "a") == ["192.0.2.1:7000 is unreachable"]


def test_a_start_is_done_when_the_member_is_in_sync_and_others_of_the_host_may_be_down() -> None:
    state = down(replicated(), "192.0.2.1:7000", "192.0.2.1:26379")
    step = Start("192.0.2.1:7000")
    assert gates.missing(state, step, "b") == []
    assert gates.unfinished(state, step, state, "b") == ["192.0.2.1:7000 is unreachable"]
    assert gates.unfinished(step.apply(state), step, state, "b") == []
    assert gates.unsettled(step.apply(state)) == ["192.0.2.1:26379 is unreachable"]


def test_a_sentinel_alone_on_a_host_can_leave() -> None:
    state = State(
        (*replicated(sentinels=0).members, *(sentinel(number) for number in (1, 2, 6))), switching="sentinels"
    )
    only = State(
        tuple(one for one in state.members if one.host != "a" or one.kind == "sentinel"), switching="sentinels"
    )
    moved = only.replacing(dataclasses.replace(only.members[0], role="primary"))
    assert leave(moved) == ["stop 192.0.2.6:26379 (Sentinel)"]
