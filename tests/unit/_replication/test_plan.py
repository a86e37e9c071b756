# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is primary and what is attached to it, case by case."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils import _nodes
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._replication.desired import make_desired
from ansible_collections.almashooq.redis.plugins.module_utils._replication.discovery import primary_of
from ansible_collections.almashooq.redis.plugins.module_utils._replication.model import Node, Observed, newer_bytes
from ansible_collections.almashooq.redis.plugins.module_utils._replication.plan import plan

from .worlds import (
    NAMES,
    SENTINELS,
    STRANGER,
    A,
    B,
    C,
    World,
    endpoint,
    failed_over,
    opinions,
    perform,
    refusal,
    running,
    wish,
)

DOWN = _nodes.UNREACHABLE


def followed_by(observed: Observed, name: str, *followers: str) -> Observed:
    """Return a state in which a node lists these replicas."""
    return observed.replacing({name: dataclasses.replace(observed.by_name()[name], followers=followers)})


def described(observed: Observed, **desired: t.Any) -> list[str]:
    """Return the plan in words."""
    return [step.describe() for step in plan(observed, wish(**desired))]


def test_at_the_very_first_start_the_wished_primary_gets_the_others() -> None:
    assert described(World().observed(), primary=B) == [f"{A}: replicate {B}", f"{C}: replicate {B}"]


def test_sentinels_that_are_yet_to_be_started_do_not_hinder_the_first_start() -> None:
    assert described(World().observed(*opinions(DOWN, DOWN, DOWN))) == [f"{B}: replicate {A}", f"{C}: replicate {A}"]


def test_data_on_the_wished_primary_is_kept_at_the_first_start() -> None:
    assert described(World().write(A).observed()) == [f"{B}: replicate {A}", f"{C}: replicate {A}"]


@pytest.mark.parametrize("said", [(), (B, B, B), (B, B, DOWN), (B, B, A), ("", B, "")])
def test_after_a_failover_the_inventory_s_primary_follows_and_the_new_one_stays(said: tuple[str, ...]) -> None:
    world = failed_over(running(), B)
    assert described(world.observed(*opinions(*said))) == [f"{A}: replicate {B}"]


def test_a_rebuilt_node_is_attached_to_the_primary_of_now() -> None:
    world = failed_over(running(), B).wipe(A)
    assert described(world.observed()) == [f"{A}: replicate {B}"]
    assert described(world.write(B, 5).observed(*opinions(B, B, B))) == [f"{A}: replicate {B}"]


def test_a_replica_of_a_replica_is_attached_to_the_primary_itself() -> None:
    world = running().follow(C, B).catch_up(C)
    assert described(world.observed()) == [f"{C}: replicate {A}"]


def test_a_replica_whose_link_is_down_is_waited_for_and_not_told_again() -> None:
    assert described(running().write(A).restart(B).observed()) == []


def test_an_old_primary_with_writes_of_its_own_is_refused_with_their_size_and_consent_lets_them_go() -> None:
    world = failed_over(running().write(A), B).write(A, 2)
    words = refusal(world.observed(), wish())
    assert f"{A} has more data than the primary {B}" in words
    assert "30 byte(s) of writes that the primary never had" in words
    assert "redis_replication_discard" in words
    assert described(world.observed(), discard=[A]) == [
        f"{A}: replicate {B}, giving up 30 byte(s) of writes that the primary never had"
    ]


def test_a_node_with_data_of_another_history_is_refused_with_its_keys() -> None:
    words = refusal(running(A, B, C).wipe(C).write(C, 7).observed(), wish())
    assert f"{C} has more data than the primary {A} of 'main': 7 key(s) of another history" in words


def test_a_node_that_holds_functions_alone_holds_data() -> None:
    world = running().wipe(C)
    world.nodes[C] = dataclasses.replace(world.nodes[C], libraries=2)
    assert "2 function library(s) of another history" in refusal(world.observed(), wish())


def test_consent_for_a_node_of_another_set_means_nothing_here() -> None:
    assert described(running().observed(), discard=[STRANGER]) == []


def two_of_one_mind() -> World:
    return running().promote(B)


def chains() -> World:
    return running("198.51.100.1:6379", B, C, "198.51.100.4:6379").promote(B).follow(C, B).catch_up(C)


def circle() -> World:
    return World().follow(A, B).follow(B, C).follow(C, A)


REFUSALS: dict[str, tuple[Observed, list[str]]] = {
    "two primaries with data, nobody follows": (
        World().write(A).write(B).observed(),
        ["two primaries found", f"{A} (1 key(s))", f"{B} (1 key(s))", "no Sentinel reports"],
    ),
    "two primaries with replicas": (
        Observed(chains().observed().nodes),
        ["two primaries found", A, B, "have replicas"],
    ),
    "data elsewhere than on the wished primary": (
        World().write(B, 3).observed(),
        [f"{B} holds 3 key(s), and {A}, which holds none", "as the primary to start with"],
    ),
    "all follow a stranger": (
        World().follow(A, STRANGER).follow(B, STRANGER).follow(C, STRANGER).observed(),
        ["no primary found", f"{B} follows {STRANGER}"],
    ),
    "all follow each other": (circle().observed(), ["no primary found", f"{C} follows {A}"]),
    "a replica of a stranger": (
        running().follow(C, STRANGER).observed(),
        [f"{C} is a replica of {STRANGER}", "another deployment"],
    ),
    "a replica that the inventory does not know": (
        followed_by(running().observed(), A, B, C, STRANGER),
        [f"{STRANGER} replicates {A}", "not in the inventory", "redis_replication_external"],
    ),
    "a replica of a replica that the inventory does not know": (
        followed_by(running().observed(), B, STRANGER),
        [f"{STRANGER} replicates {B}", "not in the inventory"],
    ),
    "data beside an empty primary": (
        running().promote(B).wipe(A).observed(*opinions(A, A, A)),
        [f"the primary {A} of 'main' is empty", f"{B} may have the only copy", "Save a copy of its data directory"],
    ),
    "Sentinels that disagree": (
        running().promote(B).observed(*opinions(A, B, "")),
        ["the Sentinels disagree", f"{SENTINELS[0]} names {A}", f"{SENTINELS[1]} names {B}", "does not watch it"],
    ),
    "a single Sentinel that answers": (
        running().observed(*opinions(A, DOWN, DOWN)),
        ["too few Sentinels answer to agree", f"{SENTINELS[1]} unreachable"],
    ),
    "one of two Sentinels that answers": (
        running().observed(*opinions(A, DOWN)),
        ["too few Sentinels answer to agree"],
    ),
    "a primary that is not in the inventory": (
        running().observed(*opinions(STRANGER, STRANGER, STRANGER)),
        [f"the primary of 'main' is {STRANGER}", "is not one of the nodes"],
    ),
    "a named primary that is a replica": (
        running().observed(*opinions(B, B, B)),
        ["no primary found", f"the Sentinels name {B}", f"a replica of {A}"],
    ),
    "a Sentinel that does not let us in": (
        running().observed(*opinions("", _nodes.WRONG_PASSWORD, "")),
        [f"Sentinel {SENTINELS[1]} may know", "wrong password"],
    ),
    "a Sentinel that hangs": (
        running().observed(*(dataclasses.replace(one, silent=True) for one in opinions(DOWN))),
        [f"Sentinel {SENTINELS[0]} may know", "stop it, if it hangs"],
    ),
}


@pytest.mark.parametrize(("observed", "words"), REFUSALS.values(), ids=REFUSALS)
def test_refuses(observed: Observed, words: list[str]) -> None:
    desired = wish(*(node.name for node in observed.nodes))
    said = refusal(observed, desired)
    for word in words:
        assert word in said


@pytest.mark.parametrize("problem", [what for _kind, what in _nodes.PROBLEMS])
def test_a_node_with_a_problem_is_named_with_the_way_out(problem: str) -> None:
    observed = running().observed(*opinions(A, A, A))
    failing = Node(C, problem=problem, detail="as it said")
    assert f"{C} is {problem}: as it said" in refusal(observed.replacing({C: failing}), wish())


def test_a_cluster_node_is_refused() -> None:
    world = running()
    world.nodes[B] = dataclasses.replace(world.nodes[B], clustered=True)
    assert f"{B} runs as a node of a cluster" in refusal(world.observed(), wish())


def test_one_server_under_two_names_is_refused() -> None:
    world = running()
    world.nodes[B] = dataclasses.replace(world.nodes[B], run_id=world.nodes[A].run_id)
    assert f"{A} and {B} are one server" in refusal(world.observed(), wish())


@pytest.mark.parametrize("name", ["two words", "line\nbreak", "", "quo'te", "\x07", "a/b"])
def test_a_set_name_that_is_no_word_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="is not a valid name for a replication set"):
        make_desired(name, map(endpoint, NAMES), endpoint(A))


def test_a_wished_primary_that_is_no_node_is_refused() -> None:
    with pytest.raises(Refused, match="not one of the nodes of set 'main'"):
        wish(primary=STRANGER)


def test_two_nodes_of_one_address_are_refused() -> None:
    with pytest.raises(Refused, match="two nodes have one address"):
        wish(A, B, B)


def test_what_two_promoted_nodes_share_ends_where_the_first_of_them_left() -> None:
    """C has writes of A that B, promoted before, never had: they are C's alone now."""
    world = running().write(A).catch_up(C).promote(B).promote(C)
    new, old = world.nodes[B], world.nodes[C]
    assert (newer_bytes(old, new), newer_bytes(new, old)) == (10, 0)
    assert "10 byte(s)" in refusal(world.observed(*opinions(B, B, B)), wish())


def test_a_restarted_primary_remembers_its_history_from_a_snapshot_and_not_from_a_log() -> None:
    remembers = failed_over(running(), B).restart(A)
    assert newer_bytes(remembers.nodes[A], remembers.nodes[B]) == 0
    forgets = failed_over(running(), B).restart(A, remembers=False)
    assert newer_bytes(forgets.nodes[A], forgets.nodes[B]) is None
    assert described(remembers.observed()) == [f"{A}: replicate {B}"]
    assert "of another history" in refusal(forgets.observed(), wish())


def test_the_planned_end_is_the_plan_s_own_end() -> None:
    observed = World().observed()
    end = perform(observed, plan(observed, wish()))
    assert (plan(end, wish()), primary_of(end, wish())) == ((), A)
    assert end.by_name()[A].followers == (B, C)
