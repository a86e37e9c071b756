# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every gate, closed and open: what has to be true before a step, and for it to count as done."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.gates import missing, unfinished
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.lost import lost, overtaken
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.model import Pace, State
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.plan import plan
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.steps import Restart, Step, SwitchOver

from .worlds import all_need, cluster, installing, need, of_versions, replicated

LINK = "has no link to its primary"


def changed(state: State, number: int, **values: t.Any) -> State:
    """Return a state with another member."""
    return state.replacing(dataclasses.replace(state.members[number], **values))


def first(state: State, number: int) -> Step:
    """Return the first step of a plan for one member."""
    return plan(state, need(state, state.members[number].name), Pace())[0]


def test_every_step_of_a_healthy_deployment_may_be_taken_in_its_turn() -> None:
    for state in (cluster(), cluster(4, 2), replicated(), replicated(4, 5)):
        for step in plan(state, all_need(state), Pace()):
            assert missing(state, step) == []
            after = step.apply(state)
            assert unfinished(after, step, state) == []
            state = after


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"problem": "is unreachable", "run_id": ""}, "192.0.2.4:7000 is unreachable"),
        ({"problem": "is loading"}, "192.0.2.4:7000 is loading"),
        ({"behind": LINK}, f"192.0.2.4:7000 {LINK}"),
    ],
)
@pytest.mark.parametrize("number", [3, 0])  # a replica of another shard, and a primary
def test_no_member_is_restarted_while_another_one_is_not_in_sync(
    number: int, values: dict[str, t.Any], sentence: str
) -> None:
    state = changed(cluster(), 4, **values)
    assert sentence in missing(state, first(state, number))


def test_a_member_that_is_not_in_sync_itself_may_be_restarted() -> None:
    state = changed(cluster(unwell=("192.0.2.0:7000 disagrees with 192.0.2.4:7000 on its role",)), 4, behind=LINK)
    assert missing(state, first(state, 4)) == []
    assert missing(state, first(state, 3)) != []


def test_a_process_that_could_not_start_again_is_not_stopped() -> None:
    state = changed(cluster(), 4, unstartable="192.0.2.4:7000 could not start again")
    assert missing(state, first(state, 4)) == ["192.0.2.4:7000 could not start again"]
    assert missing(state, first(state, 3)) == []
    # Another release may be able to: it is the way out.
    step = first(state, 4)
    assert isinstance(step, Restart)
    assert missing(state, dataclasses.replace(step, installed="valkey 8.1.8")) == []


def test_what_is_wrong_with_the_whole_stops_every_step() -> None:
    state = cluster(unwell=("12 slots have no owner",))
    assert missing(state, first(state, 3)) == ["12 slots have no owner"]
    assert missing(state, first(state, 0)) == ["12 slots have no owner"]


def test_a_replica_is_kept_where_writes_need_it() -> None:
    pair = replicated(replicas=1)
    needed = "192.0.2.0:7000 accepts writes only with 1 replica(s) (min-replicas-to-write)"
    step = first(replicated(replicas=2), 1)
    assert missing(pair, step) == [f"{needed}, and 0 would be left while 192.0.2.1:7000 restarts"]
    assert missing(replicated(replicas=1, min_replicas=0), step) == []
    assert missing(replicated(replicas=2), step) == []
    # Consent is for what the deployment lacks, and the plan has it.
    assert missing(pair, dataclasses.replace(step, unwritable=True)) == []


def test_a_member_that_became_primary_meanwhile_is_not_restarted_as_a_replica() -> None:
    state = cluster()
    step = first(state, 5)
    assert isinstance(step, Restart)
    now = SwitchOver("shard 0", "192.0.2.0:7000", "192.0.2.5:7000", "a").apply(state)
    assert missing(now, step) == ["192.0.2.5:7000 is primary of shard 0"]


def test_a_switchover_waits_for_a_candidate_that_the_voters_can_reach() -> None:
    said = "1 of 3 primaries have a bus link to 192.0.2.5:7000"
    state = changed(cluster(), 5, unfit=said)
    assert missing(state, first(state, 0)) == [said]


def test_a_switchover_is_not_made_twice() -> None:
    state = cluster()
    step = first(state, 0)
    now = step.apply(state)
    assert missing(now, step) == [
        "192.0.2.0:7000 is not primary of shard 0 any more",
        "192.0.2.5:7000 is not a replica of shard 0 any more",
    ]


def test_a_restart_is_done_when_another_process_is_in_sync() -> None:
    state = cluster()
    step = first(state, 3)
    assert unfinished(state, step, state) == ["192.0.2.3:7000 still runs the process from before"]
    loading = changed(state, 3, run_id="", problem="is loading")
    assert unfinished(loading, step, state) == ["192.0.2.3:7000 is loading"]
    syncing = changed(state, 3, run_id="new", behind=LINK)
    assert unfinished(syncing, step, state) == [f"192.0.2.3:7000 {LINK}"]
    assert unfinished(changed(state, 3, run_id="new"), step, state) == []


def test_a_restart_is_done_when_the_deployment_is_as_healthy_as_before() -> None:
    state = replicated()
    step = first(state, 3)
    after = dataclasses.replace(changed(state, 3, run_id="new"), unwell=("192.0.2.0:26379 cannot reach it",))
    assert unfinished(after, step, state) == ["192.0.2.0:26379 cannot reach it"]
    # What was wrong before is no reason to wait.
    assert unfinished(after, step, dataclasses.replace(state, unwell=("a slot has no owner",))) == []


def test_a_named_member_is_back_although_others_are_not() -> None:
    down = changed(cluster(), 4, problem="is unreachable", run_id="")
    state = changed(down, 3, behind=LINK)
    step = Restart(state.members[3].name, "a", "replica", ("requested",))
    assert unfinished(changed(down, 3, run_id="new"), step, state) == []


def test_a_switchover_is_done_when_the_members_follow() -> None:
    state = cluster()
    step = first(state, 0)
    assert unfinished(state, step, state) == ["192.0.2.0:7000 is still primary of shard 0"]
    assert unfinished(changed(step.apply(state), 0, role="replica", behind=LINK), step, state) == [
        f"192.0.2.0:7000 {LINK}"
    ]
    assert unfinished(step.apply(state), step, state) == []


NEW = "valkey 8.0.1"
HALF = of_versions(cluster(), "redis 7.0.15", {0: NEW, 1: NEW})  # two shards have been handed over


def test_a_replica_that_cannot_load_from_its_primary_is_not_waited_for_by_another_such_one() -> None:
    state = changed(changed(HALF, 5, behind=LINK), 3, behind=LINK)  # of 0, and of 1
    needs = installing(need(state, "192.0.2.5:7000", "192.0.2.3:7000", "192.0.2.4:7000"), NEW)
    assert lost(state, needs) == ("192.0.2.3:7000", "192.0.2.5:7000")
    steps = plan(state, needs, Pace(releases=True))
    assert missing(state, steps[0]) == []
    after = steps[0].apply(state)
    assert unfinished(after, steps[0], state) == []
    assert missing(after, steps[1]) == []
    # The third one is in sync, and is not restarted before the two are back.
    assert missing(state, steps[2]) == [f"192.0.2.3:7000 {LINK}", f"192.0.2.5:7000 {LINK}"]


@pytest.mark.parametrize(
    ("number", "values", "installed"),
    [
        (4, {"behind": LINK}, NEW),  # its primary still runs the old release
        (5, {}, NEW),  # in sync
        (5, {"behind": LINK}, "redis 7.0.15"),  # the restart would not help
        (5, {"problem": "cannot be asked: unreachable"}, NEW),  # not known what it lacks
        (5, {"behind": LINK, "version": "valkey 8.0.3"}, NEW),  # it could load what is sent
    ],
)
def test_nothing_else_that_is_out_of_sync_is_passed_over(number: int, values: dict[str, str], installed: str) -> None:
    state = changed(HALF, number, **values)
    assert lost(state, installing(all_need(state), installed)) == ()


def test_a_healthy_member_still_waits_for_one_that_is_lost() -> None:
    state = changed(HALF, 5, behind=LINK)
    (step,) = plan(state, installing(need(state, "192.0.2.4:7000"), NEW), Pace(releases=True))
    assert missing(state, step) == [f"192.0.2.5:7000 {LINK}"]


def test_a_restart_of_an_old_replica_of_valkey_9_is_waited_for_by_none_either() -> None:
    # It loads plain data, and none with fields that expire.
    state = changed(of_versions(cluster(), "valkey 8.1.8", {0: "valkey 9.1.2"}), 5, behind=LINK)
    assert lost(state, installing(all_need(state), "valkey 9.1.2")) == ("192.0.2.5:7000",)


def test_a_step_is_overtaken_by_a_member_that_is_lost_meanwhile() -> None:
    needs = installing(need(HALF, "192.0.2.5:7000", "192.0.2.4:7000", "192.0.2.2:7000"), NEW)
    pace = Pace(releases=True)
    steps = plan(HALF, needs, pace)
    assert [one.host for one in steps[:2]] == ["c", "b"]
    assert not any(overtaken(HALF, one, needs, pace) for one in steps[:1])
    state = changed(HALF, 5, behind=LINK)
    switch = steps[2]
    assert isinstance(switch, SwitchOver)
    assert missing(state, switch)
    assert overtaken(state, switch, needs, pace)
    assert not overtaken(state, plan(state, needs, pace)[0], needs, pace)
    # A member that nothing in this run restarts is waited for.
    others = tuple(one for one in needs if one.node != "192.0.2.5:7000")
    assert not overtaken(state, plan(state, others, pace)[0], others, pace)
