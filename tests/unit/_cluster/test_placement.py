# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Placement: the rules, and that a placement is found where one exists."""

from __future__ import annotations

import collections
import itertools

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.almashooq.redis.plugins.filter.cluster_placement import cluster_placement
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.desired import (
    PRIMARY_MAJORITY_ON_HOST,
    REPLICA_IN_PRIMARY_ZONE,
    REPLICA_ON_PRIMARY_HOST,
    Desired,
    make_desired,
)
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.placement import Placement, compromises, place
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from hypothesis import given
from hypothesis import strategies as st

from .worlds import wish


def hosts_of(desired: Desired) -> dict[str, str]:
    return {node.name: node.host for node in desired.nodes}


def test_three_hosts_with_two_nodes_have_a_primary_each_and_replicas_elsewhere() -> None:
    desired = wish(["a", "a", "b", "b", "c", "c"], accept=())
    placement = place(desired)
    host = hosts_of(desired)
    assert collections.Counter(host[name] for name in placement.primaries) == {"a": 1, "b": 1, "c": 1}
    assert all(host[replica] != host[primary] for replica, primary in placement.replicas)
    assert collections.Counter(primary for _replica, primary in placement.replicas) == dict.fromkeys(
        placement.primaries, 1
    )


def test_primaries_spread_over_zones_before_hosts() -> None:
    desired = wish(list("abcdef"), accept=(), a="x", b="x", c="y", d="y", e="z", f="z")
    placement = place(desired)
    zone = {node.name: node.zone for node in desired.nodes}
    assert sorted(zone[name] for name in placement.primaries) == ["x", "y", "z"]
    assert all(zone[replica] != zone[primary] for replica, primary in placement.replicas)


def test_nodes_left_over_become_further_replicas() -> None:
    placement = place(wish(["a", "a", "b", "b", "c", "c", "d"], accept=()))
    assert sorted(collections.Counter(primary for _replica, primary in placement.replicas).values()) == [1, 1, 2]


@pytest.mark.parametrize(
    ("hosts", "zones", "compromise"),
    [
        (["a"] * 6, {}, REPLICA_ON_PRIMARY_HOST),
        (["a", "a", "a", "a", "b", "c"], {}, REPLICA_ON_PRIMARY_HOST),
        (list("abcdef"), dict.fromkeys("abcde", "x"), REPLICA_IN_PRIMARY_ZONE),
        (["a", "a", "a", "a", "b", "b", "c", "c"], {}, PRIMARY_MAJORITY_ON_HOST),
    ],
    ids=["one host", "one host with most nodes", "one zone with most hosts", "four primaries on three hosts"],
)
def test_what_the_hosts_do_not_allow_is_refused_by_name_and_can_be_accepted(
    hosts: list[str], zones: dict[str, str], compromise: str
) -> None:
    with pytest.raises(Refused) as refusal:
        place(wish(hosts, accept=(), **zones))
    assert compromise in refusal.value.data["compromises"]
    assert compromise in str(refusal.value)
    place(wish(hosts, accept=refusal.value.data["compromises"], **zones))


def test_what_stands_stays() -> None:
    desired = wish(["a", "a", "b", "b", "c", "c"])
    names = [node.name for node in desired.nodes]
    placement = place(desired, primaries=[names[1], names[0]], replicas={names[2]: names[5]})
    assert placement.primaries == (names[0], names[1], names[5])
    assert (names[2], names[5]) in placement.replicas


def every_placement(desired: Desired) -> list[Placement]:
    """Return all placements with one replica a primary, by brute force."""
    names = [node.name for node in desired.nodes]
    found = []
    for primaries in itertools.combinations(names, desired.primaries):
        rest = [name for name in names if name not in primaries]
        found += [Placement(primaries, tuple(zip(rest, order))) for order in itertools.permutations(primaries)]
    return found


@given(
    st.lists(st.sampled_from("abcd"), min_size=6, max_size=6), st.lists(st.sampled_from("xy"), min_size=4, max_size=4)
)
def test_a_placement_without_compromise_is_found_where_one_exists(hosts: list[str], zones: list[str]) -> None:
    desired = wish(hosts, accept=(), **dict(zip("abcd", zones)))
    possible = any(not compromises(desired, placement) for placement in every_placement(desired))
    try:
        found = not compromises(desired, place(desired))
    except Refused:
        found = False
    assert found == possible


@pytest.mark.parametrize(
    ("nodes", "replicas", "words"),
    [
        ([("198.51.100.1", 7000)] * 2, 1, "two nodes have one address: 198.51.100.1:7000"),
        ([(f"198.51.100.{n}", 7000) for n in range(5)], 1, "so 6 nodes"),
        ([(f"198.51.100.{n}", 7000) for n in range(2)], 0, "so 3 nodes"),
        ([(f"198.51.100.{n}", 7000) for n in range(6)], -1, "0 or more"),
    ],
    ids=["two nodes with one address", "five nodes with replicas", "two nodes", "a negative number of replicas"],
)
def test_a_wish_that_no_cluster_can_fulfil_is_refused(nodes: list[tuple[str, int]], replicas: int, words: str) -> None:
    with pytest.raises(Refused, match=words):
        make_desired([{"address": address, "port": port} for address, port in nodes], replicas)


def test_a_compromise_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Refused, match="luck"):
        make_desired([{"address": f"198.51.100.{n}", "port": 7000} for n in range(6)], 1, ["luck"])


def test_the_filter_tells_the_placement_or_refuses_as_the_module_does() -> None:
    nodes = [{"address": f"198.51.100.{number // 2}", "port": 7000 + number % 2} for number in range(6)]
    assert cluster_placement(nodes)["primaries"] == ["198.51.100.0:7000", "198.51.100.1:7000", "198.51.100.2:7000"]
    with pytest.raises(AnsibleFilterError, match="replica-on-primary-host"):
        cluster_placement([{**node, "host": "one"} for node in nodes])
