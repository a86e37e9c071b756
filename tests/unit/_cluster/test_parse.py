# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies of real servers, and junk."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._cluster.model import (
    IMPORTING,
    MIGRATING,
    Member,
    OpenSlot,
)
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.parse import misplaced, parse_nodes
from ansible_collections.almashooq.redis.plugins.module_utils._replies import parse_info
from hypothesis import given
from hypothesis import strategies as st

A, B, C = "a" * 40, "b" * 40, "c" * 40
VIEW = f"""\
{A} 198.51.100.1:7000@17000,redis1 myself,master - 0 1700000000000 4 connected 0-5460 [77->-{B}] [5461-<-{C}]
{B} 198.51.100.2:7001@17001 slave {A} 0 1700000000000 4 connected
{C} 2001:db8::3:7002@17002 master,fail? - 1 2 6 disconnected 5461 5463-5470
"""


def test_a_view_is_read_whole() -> None:
    view = parse_nodes(VIEW)
    assert (view.myself, view.findings) == (A, ())
    first, second, third = view.members
    assert dataclasses.astuple(first) == (
        A, "198.51.100.1", 7000, 17000, frozenset({"master"}), None, 4, True, ((0, 5460),),
        ((77, MIGRATING, B), (5461, IMPORTING, C)),
    )  # fmt: skip
    assert (second.is_replica, second.primary_id, second.slots) == (True, A, ())
    assert (third.address, third.port, third.failed, third.connected) == ("2001:db8::3", 7002, True, False)
    assert third.slots == ((5461, 5461), (5463, 5470))


def test_a_node_that_has_met_nobody_knows_no_address_of_its_own() -> None:
    assert parse_nodes(f"{A} :7000@17000 myself,master - 0 0 0 connected").members[0].address == ""


def test_the_same_line_of_two_views_is_one_object() -> None:
    other = VIEW.replace("myself,master - 0", "master - 123")
    assert all(mine is theirs for mine, theirs in zip(parse_nodes(VIEW).members, parse_nodes(other).members))


def test_a_replica_in_another_shard_than_its_primary_is_misplaced() -> None:
    members = parse_nodes(VIEW).members

    def shards(*groups: tuple[str, ...]) -> list[t.Any]:
        return [["slots", [0, 5460], "nodes", [["id", one, "role", "x"] for one in group]] for group in groups]

    assert misplaced(shards((A, B), (C,)), members) == ()
    assert misplaced(shards((A,), (B,), (C,)), members) == (B,)
    assert misplaced(shards((A,), (B, C)), members) == (B,)
    # A node that is still in no shard, or whose primary is in none, is in no wrong one.
    assert misplaced(shards((A,), (C,)), members) == misplaced(shards((B,), (C,)), members) == ()
    assert misplaced([], members) == ()


@given(st.lists(st.text(max_size=60)))
def test_junk_is_a_finding_and_never_an_error(lines: list[str]) -> None:
    view = parse_nodes("\n".join(lines))
    assert all(isinstance(member, Member) for member in view.members)
    parse_info("\r\n".join(lines))


def test_what_cannot_be_read_is_quoted() -> None:
    line = f"{A} 198.51.100.1:7000@17000 master - 0 0 x connected 0-99999"
    assert line in parse_nodes(line).findings[0].message


def test_an_open_slot_is_told_with_its_way() -> None:
    assert OpenSlot(77, MIGRATING, B).text == "77 migrating to id bbbbbbbb"
    assert OpenSlot(77, IMPORTING, B).text == "77 importing from id bbbbbbbb"


def test_an_open_slot_that_cannot_be_read_is_a_finding() -> None:
    line = f"{A} 198.51.100.1:7000@17000 master - 0 0 1 connected 0-5 [77=>{B}]"
    view = parse_nodes(line)
    assert view.members == ()
    assert line in view.findings[0].message


def test_info_is_read_by_its_names() -> None:
    assert parse_info("# Server\r\nredis_version:7.0.15\r\nio:a:b\r\n") == {"redis_version": "7.0.15", "io": "a:b"}
