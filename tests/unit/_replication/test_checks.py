# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a set is in sync, what is waited for, what a person reads."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils import _nodes
from ansible_collections.almashooq.redis.plugins.module_utils._replication import render
from ansible_collections.almashooq.redis.plugins.module_utils._replication.checks import findings, out_of_sync
from ansible_collections.almashooq.redis.plugins.module_utils._replication.desired import Desired, make_desired
from ansible_collections.almashooq.redis.plugins.module_utils._replication.discovery import undecided
from ansible_collections.almashooq.redis.plugins.module_utils._replication.model import Node, Observed

from .worlds import NAMES, STRANGER, A, B, C, World, endpoint, failed_over, opinions, running, wish


def with_node(observed: Observed, name: str, **changes: object) -> Observed:
    """Return a state in which one node differs."""
    return observed.replacing({name: dataclasses.replace(observed.by_name()[name], **changes)})  # type: ignore[arg-type]


IN_SYNC = running().observed()


def test_a_set_in_sync_lacks_nothing() -> None:
    assert out_of_sync(IN_SYNC, A, 30) == []


@pytest.mark.parametrize(
    ("observed", "words"),
    [
        (running().write(A).observed(), [f"{B} is 10 bytes behind", f"{C} is 10 bytes behind"]),
        (with_node(IN_SYNC, B, link_up=False), [f"{B} has no link to {A}"]),
        (with_node(IN_SYNC, C, syncing=True), [f"{C} is taking over the data"]),
        (with_node(IN_SYNC, C, following=B), [f"{C} follows {B}"]),
        (with_node(IN_SYNC, C, following="", role="primary"), [f"{C} follows no node"]),
        (with_node(IN_SYNC, A, role="replica"), [f"{A} is no longer a primary"]),
        (IN_SYNC.replacing({B: Node(B, "unreachable", "refused")}), [f"{B} is unreachable (refused)"]),
        (IN_SYNC.replacing({A: Node(A, "unreachable", "refused")}), [f"{A} is unreachable (refused)"]),
        (
            with_node(IN_SYNC, A, followers=(B, "10.0.0.3:6379")),
            [f"{C} is not among the replicas that {A} lists ({B}, 10.0.0.3:6379)"],
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_is_awaited_names_the_node_and_what_it_lacks(observed: Observed, words: list[str]) -> None:
    goal = running().write(A).nodes[A].offset if words[0].endswith("behind") else 30
    said = out_of_sync(observed, A, goal)
    assert said[: len(words)] == words


def test_a_failover_that_goes_on_is_waited_for() -> None:
    busy = [dataclasses.replace(one, failing_over=True) for one in opinions(A, A)]
    assert "a failover is in progress" in undecided(running().observed(*busy))


@pytest.mark.parametrize(
    ("observed", "words"),
    [
        (running().promote(B).observed(*opinions(A, B)), f"the Sentinels name {A} and {B}"),
        (running().observed(*opinions(B, B)), f"{B} is named as primary and reports that it is a replica"),
        (
            failed_over(running(), B).observed(*opinions(B, B, replicas=[A, C])),
            f"Sentinel has yet to attach {A}",
        ),
        (
            running().follow(C, B).catch_up(C).observed(*opinions(A, A, replicas=[B, C])),
            f"Sentinel has yet to attach {C}",
        ),
        (running().restart(B).observed(), f"{B} has no link to {A} yet"),
    ],
    ids=["opinions", "named replica", "old primary", "chain", "link"],
)
def test_what_passes_by_itself_is_waited_for(observed: Observed, words: str) -> None:
    assert undecided(observed) == words


@pytest.mark.parametrize(
    "observed",
    [
        running().observed(*opinions(A, A, A, replicas=[B, C])),
        failed_over(running(), B).observed(),
        failed_over(running(), B).observed(*opinions(B, B, B)),
        failed_over(running(), B).observed(*opinions(_nodes.UNREACHABLE, _nodes.UNREACHABLE)),
        running().observed(*opinions(STRANGER, STRANGER)),
        World().observed(*opinions("", "")),
    ],
    ids=["nothing", "nobody watches", "Sentinel does not know it", "Sentinels are down", "a stranger", "first start"],
)
def test_what_time_does_not_change_is_not_waited_for(observed: Observed) -> None:
    assert undecided(observed) == ""


def test_a_link_that_this_run_has_made_is_not_waited_for_before_the_next_node() -> None:
    assert undecided(running().restart(B).observed(), attached={B}) == ""


def placed(**places: tuple[str, str]) -> Desired:
    """Return the desired state with hosts and zones: a=("host", "zone")."""
    nodes = [{**endpoint(name), "host": places[key][0], "zone": places[key][1]} for name, key in zip(NAMES, "abc")]
    return make_desired("main", nodes, endpoint(A))


@pytest.mark.parametrize(
    ("desired", "checks"),
    [
        (placed(a=("x", "1"), b=("y", "2"), c=("z", "1")), []),
        (placed(a=("x", "1"), b=("x", "1"), c=("z", "1")), ["replicas-on-primary-zone"]),
        (placed(a=("x", "1"), b=("x", "1"), c=("x", "1")), ["replicas-on-primary-host"]),
    ],
    ids=["apart", "one zone", "one host"],
)
def test_replicas_that_fail_with_the_primary_are_told(desired: Desired, checks: list[str]) -> None:
    assert [finding.check for finding in findings(IN_SYNC, desired, A)] == checks


def test_a_replica_that_nobody_wants_is_told() -> None:
    stray = with_node(IN_SYNC, A, followers=(B, C, STRANGER))
    (finding,) = findings(stray, wish(), A)
    assert (finding.check, finding.node) == ("unexpected-replica", STRANGER)


def test_a_lone_node_is_told_and_that_it_takes_no_writes() -> None:
    lone = with_node(running(A).observed(), A, min_replicas=1)
    assert [finding.check for finding in findings(lone, wish(A), A)] == ["min-replicas", "only-member"]


def test_the_table_shows_who_follows_whom_and_where_the_inventory_differs() -> None:
    observed = failed_over(running(), B).follow(A, B).observed()
    lines = render.summary(observed, wish(), B).splitlines()
    assert lines[0] == f"Replication set main: primary {B} (the inventory starts with {A}), 2 replicas"
    assert lines[2].split() == ["role", "node", "follows", "link", "keys", "host", "zone"]
    assert lines[3].split() == ["primary", B, "3", "198.51.100.2", "198.51.100.2"]
    assert lines[4].split() == ["replica", A, B, "down", "3", "198.51.100.1", "198.51.100.1"]
