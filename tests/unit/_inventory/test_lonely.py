# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instances have no replica to wait for."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.lonely import lonely_ports

MAIN = {"name": "main", "primary": "a"}
NEW: dict[str, t.Any] = {"listening": False, "configured": False}
STOPPED: dict[str, t.Any] = {"listening": False, "configured": True}
RUNNING: dict[str, t.Any] = {"listening": True, "configured": True}


def host(state: dict[str, t.Any] | None, *sets: dict[str, t.Any], ports: t.Sequence[int] = (6379,)) -> dict[str, t.Any]:
    """Return the variables of a host; without a state it takes no part in the run."""
    variables: dict[str, t.Any] = {
        "redis_replication_sets": list(sets),
        "redis_node_instances": [{"port": port} for port in ports],
    }
    if state is not None:
        variables["__redis_node_members"] = [{"port": port, **state} for port in ports]
    return variables


LEAVING = {**host(RUNNING, MAIN), "redis_replication_state": "absent"}
CASES: dict[str, tuple[dict[str, dict[str, t.Any]], bool, bool]] = {
    # hosts, whether the first one is lonely, whether it still is when all are attached
    "the only instance of a new set": ({"a": host(NEW, MAIN)}, True, True),
    "the only instance of a set that runs": ({"a": host(RUNNING, MAIN)}, True, True),
    "an instance of a new set of two": ({"a": host(NEW, MAIN), "b": host(NEW, MAIN)}, False, False),
    "a single instance that gets a replica": ({"a": host(RUNNING, MAIN), "b": host(NEW, MAIN)}, True, False),
    "a replica that the run before failed to attach": (
        {"a": host({**RUNNING, "alone": True}, MAIN), "b": host(RUNNING, MAIN)},
        True,
        False,
    ),
    "a set whose other instance is down": ({"a": host(RUNNING, MAIN), "b": host(STOPPED, MAIN)}, False, False),
    "a set whose other host takes no part": ({"a": host(RUNNING, MAIN), "b": host(None, MAIN)}, False, False),
    "a set whose other host leaves": ({"a": host(RUNNING, MAIN), "b": LEAVING}, True, True),
    "an instance in no set": ({"a": host(RUNNING), "b": host(RUNNING, MAIN)}, True, True),
    "a set beside another one": ({"a": host(RUNNING, MAIN), "b": host(RUNNING, {"name": "other"})}, True, True),
    "a role used alone": ({"a": {}}, True, True),
}


@pytest.mark.parametrize(("hosts", "first", "then"), CASES.values(), ids=CASES)
def test_an_instance_is_lonely_while_it_has_no_replica_to_wait_for(
    hosts: dict[str, dict[str, t.Any]], first: bool, then: bool
) -> None:
    assert lonely_ports(hosts, list(hosts), "a") == [6379] * first
    assert lonely_ports(hosts, list(hosts), "a", attached=True) == [6379] * then


def test_sets_that_share_hosts_are_told_apart_by_their_ports() -> None:
    sets = ({"name": "one", "ports": [6379]}, {"name": "two", "ports": [6380, 6381]})
    hosts = {"a": host(RUNNING, *sets, ports=(6379, 6380, 6381))}
    assert lonely_ports(hosts, ["a"], "a") == [6379]


def test_several_instances_of_one_host_are_members_of_one_set() -> None:
    hosts = {"a": host(RUNNING, {"name": "lab", "ports": [6379, 6380]}, ports=(6379, 6380))}
    assert lonely_ports(hosts, ["a"], "a") == []
