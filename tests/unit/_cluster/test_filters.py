# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an inventory is told before anything is installed."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.almashooq.redis.plugins.filter.cluster_placement import cluster_placement
from ansible_collections.almashooq.redis.plugins.filter.cluster_refusal import cluster_refusal

HOSTS = ["a", "b", "c"]


def host(number: int, ports: t.Sequence[int], deployment: str = "redis") -> dict[str, t.Any]:
    members = [
        {"address": f"198.51.100.{number}", "port": port, "host": HOSTS[number], "zone": HOSTS[number],
         "deployment": deployment}
        for port in ports
    ]  # fmt: skip
    return {"__redis_node_members": members}


SOUND = {name: host(number, [7000, 7001]) for number, name in enumerate(HOSTS)}


def test_a_sound_inventory_is_not_refused() -> None:
    assert [cluster_refusal(SOUND, HOSTS, "redis", me, 1, []) for me in HOSTS] == ["", "", ""]


def test_the_first_host_speaks_for_all() -> None:
    said = [cluster_refusal(SOUND, HOSTS, "redis", me, 2, []) for me in HOSTS]
    assert "too few for 2 replica(s)" in said[0]
    assert said[1:] == ["", ""]


def test_hosts_without_instances_are_told_so() -> None:
    bare = {name: host(number, []) for number, name in enumerate(HOSTS)}
    assert "has an instance" in cluster_refusal(bare, HOSTS, "redis", "a", 1, [])


def test_a_host_that_takes_no_part_is_named() -> None:
    assert "no part in this run: b" in cluster_refusal({**SOUND, "b": {}}, HOSTS, "redis", "a", 1, [])


def test_placement_is_told_or_refused() -> None:
    nodes = [{"address": f"198.51.100.{n // 2}", "port": 7000 + n % 2} for n in range(6)]
    assert cluster_placement(nodes)["primaries"] == ["198.51.100.0:7000", "198.51.100.1:7000", "198.51.100.2:7000"]
    with pytest.raises(AnsibleFilterError, match="replica-on-primary-host"):
        cluster_placement([{**node, "host": "one"} for node in nodes])
