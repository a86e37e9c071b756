# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster and a set look like to a rolling restart: roles, who is in sync, who may take over."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._cluster.model import Observed as ObservedCluster
from ansible_collections.almashooq.redis.plugins.module_utils._replication.model import Node
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.members import NEAR, of_cluster, of_set
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.model import NOTHING, Member, State
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.desired import Desired
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.model import Known, Observed, Sentinel

from .._cluster import worlds as clusters
from .._sentinel import worlds as sentinels

WISH = clusters.wish(["a", "b", "c", "a", "b", "c"])
WHOLE = clusters.completed(WISH)
PRIMARIES = [node.name for node in WHOLE.nodes if node.slots]
REPLICA = next(node for node in WHOLE.nodes if node.is_replica)
ITS_PRIMARY = WHOLE.by_id()[REPLICA.myself.primary_id or ""]
A, B, C = sentinels.A, sentinels.B, sentinels.C


def member(state: State, name: str) -> Member:
    found = state.member(name)
    assert found is not None
    return found


def of(observed: ObservedCluster) -> State:
    return of_cluster(observed, WISH)


def test_a_healthy_cluster_has_nobody_behind() -> None:
    state = of(WHOLE)
    assert [one.name for one in state.members] == [node.name for node in WISH.nodes]
    assert [one.name for one in state.members if one.role == "primary"] == PRIMARIES
    assert [one.failure for one in state.members if one.failure] == []
    assert [one.unfit for one in state.members if one.unfit] == []
    assert member(state, REPLICA.name).shard == member(state, ITS_PRIMARY.name).shard
    assert len({one.shard for one in state.members}) == 3
    assert all(one.shard.startswith("slots ") for one in state.members)


def test_a_node_that_does_not_answer_is_a_problem_with_its_reason() -> None:
    state = of(clusters.change(WHOLE, REPLICA.name, problem="unreachable", detail="Connection refused"))
    assert member(state, REPLICA.name).failure == f"{REPLICA.name} cannot be asked: unreachable (Connection refused)"


def test_a_replica_is_behind_without_link_in_a_transfer_and_where_too_much_is_missing() -> None:
    for changes, why in (
        ({"link_up": False}, "has no link to its primary"),
        ({"link_up": False, "syncing": True}, "has no link to its primary (full sync in progress)"),
    ):
        assert member(of(clusters.change(WHOLE, REPLICA.name, **changes)), REPLICA.name).behind == why
    far = clusters.change(WHOLE, ITS_PRIMARY.name, offset=REPLICA.offset + NEAR + 1)
    assert member(of(far), REPLICA.name).behind == f"lacks {NEAR + 1} bytes that its primary has written"
    near = clusters.change(WHOLE, ITS_PRIMARY.name, offset=REPLICA.offset + NEAR)
    assert member(of(near), REPLICA.name).behind == ""


def unseen(count: int) -> ObservedCluster:
    """Return the cluster in which so many others take the replica for failed."""
    observed = WHOLE
    for node in [one for one in WHOLE.nodes if one.name != REPLICA.name][:count]:
        view = tuple(
            dataclasses.replace(line, flags=line.flags | {"fail"}) if line.id == REPLICA.id else line
            for line in node.view
        )
        observed = clusters.change(observed, node.name, view=view)
    return observed


def test_a_replica_counts_when_a_majority_of_the_others_sees_it() -> None:
    assert member(of(unseen(2)), REPLICA.name).behind == ""
    said = f"is a replica of {ITS_PRIMARY.name} in the view of 2 of 5 other nodes"
    assert member(of(unseen(3)), REPLICA.name).behind == said


def test_what_no_member_is_to_blame_for_is_wrong_with_the_whole() -> None:
    assert of(WHOLE).unwell == ()
    assert of(clusters.change(WHOLE, PRIMARIES[0], state_ok=False)).unwell == (
        f"{PRIMARIES[0]} reports cluster_state:fail",
    )
    # Its own problem is not said twice.
    assert not any("no link" in text for text in of(clusters.change(WHOLE, REPLICA.name, link_up=False)).unwell)


def node(name: str, primary: str = A, **changes: t.Any) -> Node:
    role = "primary" if name == primary else "replica"
    following = "" if name == primary else primary
    return Node(name, **{"role": role, "following": following, "run_id": f"run of {name}", "offset": 100, **changes})


def watching(**changes: t.Any) -> Observed:
    """Return three Sentinels that know everybody."""
    found = []
    for one in sentinels.SENTINELS:
        others = [other for other in sentinels.SENTINELS if other != one]
        watch = dataclasses.replace(
            sentinels.watch(one), peers=tuple(Known(other, id=f"id {other}") for other in others)
        )
        found.append(Sentinel(one, id=f"id {one}", run_id=f"run of {one}", watches=(watch,)))
    observed = Observed(tuple(found))
    return observed.replacing(changes)


def set_state(*nodes: Node, observed: Observed | None = None, desired: Desired | None = None) -> State:
    return of_set(nodes or (node(A), node(B), node(C)), observed or watching(), desired or sentinels.wish())


def test_a_healthy_set_has_its_instances_and_its_sentinels() -> None:
    state = set_state()
    assert [(one.name, one.role) for one in state.members if one.kind == "instance"] == [
        (A, "primary"), (B, "replica"), (C, "replica"),
    ]  # fmt: skip
    assert [one.name for one in state.members if one.kind == "sentinel"] == list(sentinels.SENTINELS)
    assert [one.failure for one in state.members if one.failure] == []
    assert state.unwell == ()
    assert member(state, sentinels.S1).run_id == f"run of {sentinels.S1}"


def test_a_replica_of_somebody_else_is_behind() -> None:
    state = set_state(node(A), node(B, following=C), node(C))
    assert member(state, B).behind == f"follows {C}, not {A}"


def test_two_primaries_are_wrong_with_the_whole() -> None:
    state = set_state(node(A), node(B, primary=B), node(C))
    assert state.unwell == (f"primary is {A} and {B}, and should be {A}",)


def test_a_sentinel_that_is_down_is_a_problem_and_said_once() -> None:
    down = Sentinel(sentinels.S2, problem="unreachable", detail="Connection refused")
    state = set_state(observed=watching(**{sentinels.S2: down}))
    assert member(state, sentinels.S2).failure == f"{sentinels.S2} cannot be asked: unreachable (Connection refused)"
    assert not any("is unreachable" in text for text in state.unwell)


def test_a_replica_with_priority_0_may_not_take_over() -> None:
    observed = watching()
    for one in observed.sentinels:
        watch = one.watches[0]
        replicas = tuple(dataclasses.replace(each, priority=0 if each.name == B else 100) for each in watch.replicas)
        observed = observed.replacing({one.name: one.watching(dataclasses.replace(watch, replicas=replicas))})
    state = set_state(observed=observed)
    assert member(state, B).unfit == f"{B} has replica-priority 0"
    assert member(state, C).unfit == ""


def test_a_replica_is_preferred_where_every_sentinel_would_choose_it_by_its_priority() -> None:
    def preferred(*priorities: tuple[int, int], **changes: t.Any) -> list[str]:
        seen = [
            (one, (Known(B, priority=b, **changes), Known(C, priority=c)))
            for one, (b, c) in zip(watching().sentinels, priorities)
        ]
        found = (one.watching(dataclasses.replace(one.watches[0], replicas=known)) for one, known in seen)
        state = set_state(observed=Observed(tuple(found)))
        return [one.name for one in state.members if one.preferred and one.role == "replica"]

    assert preferred((1, 100), (1, 100), (1, 100)) == [B]
    # One that has not read it yet; a tie, which other things decide; one that is never chosen; one that is down.
    assert preferred((1, 100), (100, 100), (1, 100)) == []
    assert preferred((100, 100), (100, 100), (100, 100)) == []
    assert preferred((0, 100), (0, 100), (0, 100)) == [C]
    assert preferred((1, 100), (1, 100), (1, 100), flags=frozenset(["s_down"])) == [C]


def test_nodes_of_a_host_in_maintenance_are_expected_to_be_down_and_known_by_their_shards() -> None:
    away = next(one for one in WISH.nodes if one.name == REPLICA.name)
    failed = ObservedCluster(
        tuple(
            dataclasses.replace(
                one,
                view=tuple(
                    dataclasses.replace(line, flags=line.flags | {"fail"}) if line.id == REPLICA.id else line
                    for line in one.view
                ),
            )
            for one in WHOLE.nodes
            if one.name != REPLICA.name
        )
    )
    others = tuple(one for one in WISH.nodes if one.name != REPLICA.name)
    desired = dataclasses.replace(WISH, nodes=others, replicas=0, absent=(away,))
    state = of_cluster(failed, desired)
    assert (state.unwell, [one.failure for one in state.members if one.failure]) == ((), [])
    (absent,) = state.absent
    assert (absent.name, absent.host, absent.shard) == (away.name, away.host, member(state, ITS_PRIMARY.name).shard)
    # Without the mark it is a member that should not be there; with it, one that should not be up.
    unmarked = of_cluster(failed, dataclasses.replace(desired, absent=())).unwell
    assert any("knows a further failed member" in text for text in unmarked)
    up = of_cluster(ObservedCluster(tuple(one for one in WHOLE.nodes if one.name != REPLICA.name)), desired).unwell
    assert any(f"sees {away.name} up, and its host is out of service" in text for text in up)


def test_members_of_a_set_on_a_host_in_maintenance_are_expected_to_be_down() -> None:
    wish = sentinels.wish()
    wanted = dataclasses.replace(wish.sets[0], nodes=tuple(one for one in wish.sets[0].nodes if one.name != C))
    desired = dataclasses.replace(wish, sets=(wanted,))
    away = Member(C, "c", shard="set main")

    def unwell(**changes: t.Any) -> tuple[str, ...]:
        replicas = (Known(B, following=A), Known(C, following=A, **changes))
        seen = (one.watching(dataclasses.replace(one.watches[0], replicas=replicas)) for one in watching().sentinels)
        state = of_set((node(A), node(B)), Observed(tuple(seen)), desired, absent=(away,))
        assert state.absent == (away,)
        return state.unwell

    assert unwell(flags=frozenset(["s_down"])) == ()
    assert set(unwell()) == {f"{C} runs, and its host is out of service"}


def test_a_set_without_sentinels_has_nobody_who_could_switch_over() -> None:
    desired = dataclasses.replace(sentinels.wish(), sentinels=())
    state = set_state(observed=Observed(()), desired=desired)
    assert state.switching == NOTHING
    assert [one.failure for one in state.members if one.failure] == []
