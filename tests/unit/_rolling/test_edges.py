# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of upgrade edges is complete, and what is decided by it agrees with what was tried."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._rolling import edges
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.edges import (
    EDGES,
    GARBLED,
    NO,
    PLAIN,
    RELEASES,
    UNTRIED,
    YES,
    loads,
    refusal,
    release,
    targets,
)

import matrix

R70, R80, R86, V80, V81, V91 = RELEASES
# What was seen in the trials, in their own words: where members go one by one, in a set and in a cluster.
FORWARD = {(R70, one) for one in (R80, R86, V80, V81, V91)} | {(R80, R86), (V80, V81), (V80, V91), (V81, V91)}
BACK = {(V81, V80)}
SETS_ALONE = {(old, new) for old in (V80, V81) for new in (R80, R86)}
# Writer and reader of an AOF without the preamble.
TEXT = {
    *((V91, one) for one in (V81, V80, R70, R86)),
    *((V80, one) for one in (R70,)),
    *((V81, one) for one in (R70, R80)),
    *((R86, one) for one in (R80, R70, V91)),
    *((R80, one) for one in (R70, V81, V91)),
}


def test_there_is_one_line_for_each_pair_of_releases_that_were_tried() -> None:
    assert RELEASES == ("redis 7.0", "redis 8.0", "redis 8.6", "valkey 8.0", "valkey 8.1", "valkey 9.1")
    assert set(EDGES) == set(itertools.permutations(RELEASES, 2))


def test_every_line_has_values_that_are_known() -> None:
    for edge in EDGES.values():
        assert edge.sync in (YES, NO, PLAIN)
        assert edge.files in (YES, NO)
        assert edge.text in (YES, NO, UNTRIED)
        assert edge.together in (YES, GARBLED)


@pytest.mark.parametrize(
    ("old", "new"), list(itertools.permutations(RELEASES, 2)), ids=lambda one: one.replace(" ", "-")
)
def test_members_go_one_by_one_where_that_was_seen_to_work(old: str, new: str) -> None:
    assert (refusal(old, new, clustered=False) == "") == ((old, new) in FORWARD | BACK | SETS_ALONE)
    assert (refusal(old, new, clustered=True) == "") == ((old, new) in FORWARD | BACK)


def test_there_is_a_lane_of_the_matrix_for_each_change_that_is_possible() -> None:
    releases = {label: f"{label.partition('-')[0]} {of_label}" for label, of_label in matrix.RELEASES.items()}
    lanes = {(releases[lane.engine], releases[lane.to]) for lane in matrix.LANES if lane.test == "upgrade"}
    assert lanes == FORWARD | BACK | SETS_ALONE


def test_a_text_aof_is_a_way_where_it_was_loaded() -> None:
    assert {pair for pair in EDGES if edges.text_loads(pair[1], pair[0]) == YES} == TEXT


def test_redis_8_and_valkey_are_never_in_one_cluster() -> None:
    for (old, new), edge in EDGES.items():
        both = {edges.engine(old), edges.engine(new)} == {"redis", "valkey"} and R70 not in (old, new)
        assert (edge.together == GARBLED) is both


@pytest.mark.parametrize(
    ("reader", "writer", "expected"),
    [
        ("redis 7.0.15", "valkey 8.0.1", NO),
        ("valkey 8.0.1", "redis 7.0.15", YES),
        ("valkey 8.0.1", "valkey 8.1.8", YES),
        ("valkey 8.1.8", "valkey 9.1.2", PLAIN),
        ("redis 7.0.15", "redis 7.0.20", YES),
        ("redis 7.2.4", "redis 7.4.0", UNTRIED),
        ("", "redis 7.0.15", UNTRIED),
    ],
)
def test_what_a_replica_loads_of_a_full_sync(reader: str, writer: str, expected: str) -> None:
    assert loads(reader, writer) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("valkey 8.1.8", "valkey 8.1"),
        ("redis 7.0.15", "redis 7.0"),
        ("redis 8.10.0", "redis 8.10"),
        ("redis 8.0", "redis 8.0"),
        ("valkey 9.1.0-rc1", "valkey 9.1"),
        ("keydb 6.3.4", ""),
        ("redis ", ""),
        ("", ""),
    ],
)
def test_the_release_of_a_version(version: str, expected: str) -> None:
    assert release(version) == expected


def test_the_known_targets_are_named_in_the_order_of_the_table() -> None:
    assert targets("redis 7.0.15", clustered=True) == [R80, R86, V80, V81, V91]
    assert targets("valkey 8.1.8", clustered=False) == [R80, R86, V80, V91]
    assert targets("valkey 8.1.8", clustered=True) == [V80, V91]
    assert targets("redis 8.6.3", clustered=False) == []
    assert targets("redis 7.2.4", clustered=False) == []


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("valkey 9.1.2", "redis 8.6.3", "Redis 8.6 does not load the data files of Valkey 9.1"),
        ("redis 8.6.3", "valkey 9.1.2", "Valkey 9.1 does not load what Redis 8.6 sends to a replica"),
        ("valkey 9.1.2", "valkey 8.1.1", "Valkey 8.1 does not load the data files of Valkey 9.1"),
        ("redis 7.4.2", "valkey 8.0.1", "Valkey does not load what Redis 7.4 and later send"),
        ("redis 7.4.2", "redis 7.2.4", "an older redis may not load what a newer one has written"),
        ("valkey 7.2.9", "redis 7.2.4", "does not load what Valkey sends"),
    ],
)
def test_a_refusal_names_what_cannot_be_read(old: str, new: str, why: str) -> None:
    assert why in refusal(old, new, clustered=False)
