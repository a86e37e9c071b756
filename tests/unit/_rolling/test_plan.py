# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of restarts, and what is refused before the first one."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused, Unsettled
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.gates import missing
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.model import (
    NOTHING,
    PRIMARY,
    REPLICA,
    Need,
    Pace,
    State,
)
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.plan import due, plan, within_release
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.prefer import Prioritise
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.steps import (
    Hold,
    Release,
    Restart,
    Step,
    SwitchOver,
)

from .worlds import all_need, cluster, installing, instance, need, of_versions, replicated


def lines(state: State, needs: t.Sequence[Need], **pace: t.Any) -> list[str]:
    """Return a plan in short: ``restart 3``, ``0 -> 5``."""
    return [short(step) for step in plan(state, needs, Pace(**pace))]


def short(step: Step) -> str:
    """Return a step in short."""

    def number(name: str) -> str:
        return name.split(":")[0].rpartition(".")[2] + ("s" if name.endswith(":26379") else "")

    if isinstance(step, Restart):
        return f"restart {number(step.node)}{' alone' if step.alone else ''}"
    if isinstance(step, Prioritise):
        return f"{number(step.node)} to {step.priority}"
    assert isinstance(step, SwitchOver)
    return f"{number(step.primary)} -> {number(step.candidate) if step.candidate else '?'}"


def test_in_a_cluster_replicas_come_first_and_each_primary_hands_over_before_its_restart() -> None:
    state = cluster()  # 0, 1, 2 are primaries; 3, 4, 5 the replicas of 1, 2, 0
    assert lines(state, all_need(state)) == [
        "restart 5", "restart 3", "restart 4",
        "0 -> 5", "restart 0", "1 -> 3", "restart 1", "2 -> 4", "restart 2",
    ]  # fmt: skip


def test_in_a_set_sentinel_chooses_who_takes_over_and_the_sentinels_come_last() -> None:
    state = replicated()
    assert lines(state, all_need(state)) == [
        "restart 1", "restart 2", "0 -> ?", "restart 0", "restart 0s", "restart 1s", "restart 2s",
    ]  # fmt: skip


def test_only_those_that_need_it_are_restarted_and_no_switchover_is_made_for_others() -> None:
    state = cluster()
    assert lines(state, need(state, "192.0.2.4:7000", "192.0.2.2:7000")) == ["restart 4", "2 -> 4", "restart 2"]
    assert lines(state, need(state, "192.0.2.3:7000")) == ["restart 3"]
    assert lines(state, ()) == []


def test_a_member_whose_process_is_another_one_needs_nothing_any_more() -> None:
    state = cluster()
    needs = need(state, "192.0.2.3:7000", "192.0.2.4:7000")
    restarted = dataclasses.replace(state.members[3], run_id="another")
    assert lines(state.replacing(restarted), needs) == ["restart 4"]


def test_a_member_that_stopped_answering_meanwhile_is_not_restarted_again() -> None:
    member = dataclasses.replace(cluster().members[3], run_id="", problem="is unreachable")
    assert not due(member, Need(member.name, "run-3", ("requested",)))
    assert not due(member, Need(member.name, "", ("requested",)))
    assert due(member, Need(member.name, "", ("requested",), named=True))


def test_a_member_that_is_down_and_named_comes_first() -> None:
    state = cluster()
    down = dataclasses.replace(state.members[2], run_id="", role="", shard="", problem="is unreachable")
    state = state.replacing(down)
    needs = (*need(state, "192.0.2.3:7000"), Need(down.name, "", ("requested",), named=True))
    assert lines(state, needs) == ["restart 2"]


@pytest.mark.parametrize("state", [cluster(), replicated()])
def test_the_rest_is_planned_once_a_member_that_is_down_is_back(state: State) -> None:
    # Whose replica it is shows only then: its primary has none before that.
    number = next(place for place, one in enumerate(state.members) if one.role == REPLICA)
    member = state.members[number]
    down = dataclasses.replace(member, run_id="", role="", shard="", problem="is unreachable")
    needs = (
        *(one for one in all_need(state) if one.node != down.name),
        Need(down.name, "", ("requested",), named=True),
    )
    primaries = tuple(one.name for one in state.members if one.role == PRIMARY)
    pace = {"returning": True, "primaries": primaries, "priorities": {one.name: 100 for one in state.members}}
    assert lines(state.replacing(down), needs, **pace) == [f"restart {number}"]
    back = state.replacing(dataclasses.replace(member, run_id="another"))
    assert lines(back, needs, **pace) == lines(back, [one for one in needs if one.node != down.name], **pace)
    assert len(lines(back, needs)) > len(state.members) - 1


def test_the_canary_is_one_shard_and_stays_it() -> None:
    state = cluster()
    needs = all_need(state)
    assert lines(state, needs, canary=True) == ["restart 5", "0 -> 5", "restart 0"]
    later = state.replacing(dataclasses.replace(state.members[5], run_id="another"))
    assert lines(later, needs, canary=True, restarted=("192.0.2.5:7000",)) == ["0 -> 5", "restart 0"]
    assert lines(replicated(), all_need(replicated()), canary=True) == ["restart 1", "restart 2", "0 -> ?", "restart 0"]


def test_a_limit_counts_what_this_run_has_restarted() -> None:
    state = cluster()
    assert lines(state, all_need(state), limit=2) == ["restart 5", "restart 3"]
    assert lines(state, all_need(state), limit=2, restarted=("192.0.2.4:7000",)) == ["restart 5"]
    assert lines(state, all_need(state), limit=1, restarted=("192.0.2.4:7000",)) == []


def test_primaries_return_where_that_is_wanted() -> None:
    state = cluster()
    needs = need(state, "192.0.2.0:7000")
    pace = {"returning": True, "primaries": ("192.0.2.0:7000", "192.0.2.1:7000", "192.0.2.2:7000")}
    assert lines(state, needs, **pace) == ["0 -> 5", "restart 0", "5 -> 0"]
    assert lines(state, needs) == ["0 -> 5", "restart 0"]


def test_the_candidate_gives_no_host_a_majority_and_then_has_most_of_the_data() -> None:
    members = (
        instance(0, 0, "primary"),
        instance(1, 1, "primary"),
        instance(2, 2, "primary"),
        instance(4, 0, "replica", offset=900),  # on the host of 1: it would have two of three primaries
        instance(3, 0, "replica", offset=100),  # on the host of 0
        instance(6, 0, "replica", offset=200),  # there, too, with more data
    )
    assert lines(State(members), need(State(members), "192.0.2.0:7000")) == ["0 -> 6", "restart 0"]


@pytest.mark.parametrize("state", [cluster(replicas=0), replicated(replicas=0, sentinels=0, switching=NOTHING)])
def test_a_primary_alone_is_refused_unless_its_data_may_be_unavailable(state: State) -> None:
    with pytest.raises(Refused, match=r"is the only member of shard 0: while it restarts, its data is not available"):
        plan(state, need(state, "192.0.2.0:7000"), Pace())
    assert lines(state, need(state, "192.0.2.0:7000"), offline=True) == ["restart 0 alone"]


@pytest.mark.parametrize(("replicas", "error"), [(1, Unsettled), (0, Refused)])
def test_a_primary_that_has_lost_its_replica_may_get_it_back(replicas: int, error: type[Refused]) -> None:
    # Right after a switchover that was interrupted, its former primary still calls itself one.
    lost = replicated(replicas=replicas, sentinels=0)
    members = [
        dataclasses.replace(one, role=PRIMARY, shard="shard 1") if one.role == REPLICA else one for one in lost.members
    ]
    with pytest.raises(Refused) as refusal:
        plan(dataclasses.replace(lost, members=tuple(members)), need(lost, "192.0.2.0:7000"), Pace())
    assert refusal.type is error


def test_a_replica_that_writes_need_is_restarted_with_consent_and_the_plan_says_what_clients_see() -> None:
    pair = replicated(replicas=1)
    with pytest.raises(Refused, match=r"192\.0\.2\.0:7000 accepts writes only with 1 replica\(s\)") as refusal:
        plan(pair, need(pair, "192.0.2.1:7000"), Pace())
    assert "redis_rolling_offline: true" in str(refusal.value.hint)
    steps = plan(pair, need(pair, "192.0.2.0:7000", "192.0.2.1:7000"), Pace(offline=True))
    # Also the former primary, once it is a replica.
    assert [step.describe().rpartition("; ")[2] for step in steps if isinstance(step, Restart)] == [
        "writes to its primary fail with NOREPLICAS until it is back"
    ] * 2
    assert missing(pair, steps[0]) == []
    enough = replicated(replicas=2)
    assert not any("NOREPLICAS" in step.describe() for step in plan(enough, all_need(enough), Pace(offline=True)))
    # Writes are refused already while it is out of sync: its restart takes nothing away.
    behind = dataclasses.replace(pair.members[1], behind="has no link to its primary")
    assert lines(pair.replacing(behind), need(pair, "192.0.2.1:7000")) == ["restart 1"]


def test_a_set_without_sentinels_restarts_its_replicas_alone() -> None:
    state = replicated(sentinels=0, switching=NOTHING)
    assert lines(state, need(state, "192.0.2.1:7000")) == ["restart 1"]
    with pytest.raises(Refused, match="has no Sentinels that could switch over"):
        plan(state, all_need(state), Pace())


def test_a_set_whose_replicas_may_not_take_over_is_refused() -> None:
    state = replicated()
    never = [dataclasses.replace(one, unfit=f"{one.name} has replica-priority 0") for one in state.replicas("shard 0")]
    with pytest.raises(Refused, match=r"no replica of shard 0 may take over from 192\.0\.2\.0:7000: 192\.0\.2\.1"):
        plan(state.replacing(*never), all_need(state), Pace())


@pytest.mark.parametrize("installed", ["redis 8.6.3", "redis 8.0.2", "valkey 8.0.1"])
def test_another_release_is_more_than_a_restart(installed: str) -> None:
    state = cluster()
    state = state.replacing(*(dataclasses.replace(one, version="redis 7.0.15") for one in state.members))
    needs = [dataclasses.replace(one, installed=installed) for one in all_need(state)]
    with pytest.raises(
        Refused, match=rf"192\.0\.2\.5:7000 runs redis 7\.0\.15, and its restart would start {installed}"
    ):
        plan(state, needs, Pace())
    assert lines(state, needs, releases=True) == lines(state, all_need(state))


def test_consent_does_not_help_where_another_release_could_not_load_the_data() -> None:
    state = cluster()
    state = state.replacing(*(dataclasses.replace(one, version="redis 8.0.2") for one in state.members))
    needs = [dataclasses.replace(one, installed="valkey 8.1.1") for one in all_need(state)]
    with pytest.raises(Refused, match=r"Valkey 8\.1 does not load what Redis 8\.0 sends to a replica"):
        plan(state, needs, Pace(releases=True, untested=True))


def test_a_change_that_was_never_tested_takes_consent_of_its_own() -> None:
    state = of_versions(cluster(), "valkey 8.1.8")
    needs = installing(all_need(state), "valkey 9.0.1")
    with pytest.raises(
        Refused,
        match=r"was not tested \(known from valkey 8\.1 are: valkey 8\.0, valkey 9\.1; playbook upgrade with redis",
    ):
        plan(state, needs, Pace(releases=True))
    assert lines(state, needs, releases=True, untested=True) == lines(state, all_need(state))


def test_a_replica_is_not_restarted_as_it_is_under_a_primary_that_it_cannot_load() -> None:
    state = of_versions(cluster(), "redis 7.0.15", {0: "valkey 8.0.1"})
    old = need(state, "192.0.2.5:7000")  # the replica of 0
    with pytest.raises(Refused, match=r"192\.0\.2\.5:7000 would follow 192\.0\.2\.0:7000, which runs valkey 8\.0\.1"):
        plan(state, old, Pace())
    with pytest.raises(Refused, match=r"and redis 7\.0\.20 does not load what that sends"):
        plan(state, installing(old, "redis 7.0.20"), Pace(releases=True))
    assert lines(state, installing(old, "valkey 8.0.1"), releases=True) == ["restart 5"]


def test_neither_is_a_primary_that_would_become_such_a_replica() -> None:
    state = of_versions(cluster(), "redis 7.0.15", {5: "valkey 8.0.1"})
    with pytest.raises(Refused, match=r"192\.0\.2\.0:7000 would follow 192\.0\.2\.5:7000"):
        plan(state, need(state, "192.0.2.0:7000"), Pace())


def test_a_member_that_only_the_new_version_brings_back_comes_first_in_a_canary_too() -> None:
    state = of_versions(cluster(), "redis 7.0.15", {1: "valkey 8.0.1"})
    lost = dataclasses.replace(state.members[3], behind="has no link to its primary")  # the replica of 1
    state = state.replacing(lost)
    needs = tuple(one for one in installing(all_need(state), "valkey 8.0.1") if one.node != "192.0.2.1:7000")
    assert lines(state, needs, releases=True)[:2] == ["restart 3", "restart 5"]
    assert lines(state, needs, releases=True, canary=True) == ["restart 3"]


@pytest.mark.parametrize("installed", ["redis 7.0.15", "redis 7.0.20", ""])
def test_another_patch_release_is_a_restart_like_any_other(installed: str) -> None:
    state = cluster()
    state = state.replacing(*(dataclasses.replace(one, version="redis 7.0.15") for one in state.members))
    needs = [dataclasses.replace(one, installed=installed) for one in all_need(state)]
    assert lines(state, needs) == lines(state, all_need(state))


def test_a_run_that_keeps_the_release_leaves_out_what_would_change_it() -> None:
    state = of_versions(cluster(), "redis 7.0.15")
    first, *others = all_need(state)
    needs = (*installing([first], "valkey 8.0.1"), *installing(others, "redis 7.0.20"))
    kept, left_out = within_release(state, needs)
    assert [one.node for one in kept] == [one.node for one in others]
    (why,) = left_out
    assert why.startswith(f"{first.node} is not restarted: it runs redis 7.0.15, and its restart would start valkey 8")
    assert why.endswith("(playbook upgrade)")
    assert "restart 0" not in lines(state, kept)
    # Of a member that does not answer nothing is known: that is for the gates.
    assert within_release(cluster(), needs) == (needs, ())
    assert within_release(state, all_need(state)) == (all_need(state), ())


def test_a_step_reads_like_a_sentence() -> None:
    state = cluster()
    needs = (Need("192.0.2.0:7000", "run-0", ("io-threads is 1, will be 4", "the unit has changed")),)
    assert [step.describe() for step in plan(state, needs, Pace())] == [
        "switch shard 0 over from 192.0.2.0:7000 to 192.0.2.5:7000",
        "restart 192.0.2.0:7000 (replica of shard 0): io-threads is 1, will be 4; the unit has changed",
    ]


def migrating(state: State, value: str = "yes", *others: tuple[int, str]) -> State:
    """Return a state whose nodes have this value of the setting that moves replicas, and some, by place, another."""
    values = dict(others)
    changed = (dataclasses.replace(one, migration=values.get(place, value)) for place, one in enumerate(state.members))
    return state.replacing(*changed)


def names(state: State) -> tuple[str, ...]:
    """Return the names of all members."""
    return tuple(one.name for one in state.members)


def test_replicas_are_held_before_the_first_restart_and_released_after_the_last() -> None:
    state = migrating(cluster())
    steps = plan(state, all_need(state), Pace(hold=names(state), release=names(state)))
    assert steps[0] == Hold(names(state))
    assert steps[-1] == Release(names(state))
    assert [step.held for step in steps if isinstance(step, Restart)] == [True] * 6
    assert not [step for step in steps[1:-1] if isinstance(step, (Hold, Release))]


def test_what_an_interrupted_run_holds_is_released_also_where_nothing_is_to_be_restarted() -> None:
    state = migrating(cluster(), "yes", (1, "no"), (4, "no"))
    held = (state.members[1].name, state.members[4].name)
    assert plan(state, (), Pace(hold=names(state), release=names(state))) == [Release(held)]
    # What is configured, or held by a host in maintenance, is not released.
    assert plan(state, (), Pace(hold=names(state), release=names(state)[2:])) == [Release(held[1:])]
    assert plan(migrating(state), (), Pace(hold=names(state), release=names(state))) == []


def test_a_run_that_stops_early_releases_what_it_has_held() -> None:
    state = migrating(cluster(), "no")
    needs = need(state, "192.0.2.3:7000", "192.0.2.4:7000")
    pace = Pace(limit=1, restarted=("192.0.2.5:7000",), hold=names(state), release=names(state))
    assert plan(state, needs, pace) == [Release(names(state))]


def test_nothing_is_held_where_engines_lack_the_setting_and_where_nodes_are_not_known() -> None:
    state = cluster()
    everyone = Pace(hold=names(state), release=names(state))
    for pace, given in ((everyone, state), (Pace(), migrating(state))):
        steps = plan(given, all_need(state), pace)
        assert not [step for step in steps if isinstance(step, (Hold, Release))]
        assert not any(step.held for step in steps if isinstance(step, Restart))


def test_a_line_names_a_few_nodes_only() -> None:
    step = Hold(names(cluster(4, 1)))
    assert step.describe().endswith("192.0.2.5:7000, and 2 more")
    assert Release(names(cluster())).describe().endswith("192.0.2.5:7000")
