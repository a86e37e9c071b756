# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the start guard knows of a replication set."""

from __future__ import annotations

import json

from ansible_collections.almashooq.redis.plugins.module_utils._inventory.guard import guard_files

SETS = [
    {"name": "main", "ports": [6379]},
    {"name": "cache", "ports": ["6380"], "sentinel": {"down-after-milliseconds": 2000}},
]


def host(address, **more):
    """Return what a host says of itself in a run."""
    members = [{"address": address, "port": port, "deployment": "redis"} for port in (6379, 6380)]
    return {"redis_replication_sets": SETS, "__redis_node_members": members, **more}


HOSTS = {
    "a": host("192.0.2.1", __redis_sentinel_member={"address": "192.0.2.1", "port": 26379}),
    "b": host("192.0.2.2", redis_sentinel_state="absent"),
    "away": {
        "redis_replication_sets": SETS,
        "redis_node_address": "192.0.2.3",
        "redis_node_instances": [{"port": 6379}],
        "redis_sentinel_failover_timeout": 20000,
    },
    "leaving": host("192.0.2.4", redis_replication_state="absent"),
}


def test_each_instance_knows_the_members_and_sentinels_of_its_set():
    found = {name: json.loads(text) for name, text in guard_files(HOSTS, "a", list(HOSTS), ["a", "b", "away"]).items()}
    sentinels = [["192.0.2.1", 26379], ["192.0.2.3", 26379]]
    assert found == {
        "6379.json": {
            "set": "main",
            "peers": [["192.0.2.1", 6379], ["192.0.2.2", 6379], ["192.0.2.3", 6379]],
            "sentinels": sentinels,
            "down_after": 5.0,
            "failover_timeout": 20.0,
        },
        "6380.json": {
            "set": "cache",
            "peers": [["192.0.2.1", 6380], ["192.0.2.2", 6380]],
            "sentinels": sentinels,
            "down_after": 2.0,
            "failover_timeout": 20.0,
        },
    }


def test_a_host_without_sets_has_no_such_file():
    assert guard_files({"a": {"__redis_node_members": []}}, "a", ["a"], []) == {}
