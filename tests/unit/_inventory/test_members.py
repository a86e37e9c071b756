# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an inventory to endpoints and members."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.endpoints import endpoints
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.members import deployment_members
from ansible_collections.almashooq.redis.plugins.module_utils._replies import size


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("100", 100),
        ("1k", 1000),
        ("1kb", 1024),
        ("6GB", 6 * 2**30),
        (5, 5),
        ("1.5gb", None),
        ("6 gb", None),
        ("x", None),
    ],
)
def test_a_size_is_read_as_the_engine_reads_it(text, number):
    assert size(text) == number


def test_an_instance_has_the_common_settings_and_its_own():
    given = [
        {"port": 7000},
        {"port": "7001", "config": {"maxmemory": "1k", "cluster-port": 20000, "tls-key-file-pass": "x"}},
    ]
    assert endpoints(given, {"save": ""}, "1kb", True) == [
        {"port": 7000, "bus_port": 17000, "maxmemory": 1024},
        {"port": 7001, "bus_port": 20000, "maxmemory": 1000},
    ]


@pytest.mark.parametrize(
    ("common", "own", "limit"),
    [("1kb", {}, 1024), ("0", {}, 0), (0, {}, 0),
     ("", {}, 0), (None, {}, 0), ("1kb", {"MaxMemory": None}, 0), ("a lot", {}, None)],
)  # fmt: skip
def test_no_limit_is_told_from_one_that_cannot_be_read(common, own, limit):
    assert endpoints([{"port": 7000, "config": own}], {}, common, True)[0]["maxmemory"] == limit


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        ({"appendonly": True, "save": []}, True),
        ({"appendonly": "yes", "save": ""}, True),
        ({"appendonly": False, "save": ["900 1"]}, True),
        ({"appendonly": False, "save": "900 1"}, True),
        ({"appendonly": "no", "save": ""}, False),
        ({"appendonly": False, "save": [""]}, False),
        ({"appendonly": False, "save": None}, False),
    ],
)
def test_what_is_kept_on_disk_needs_room_there(settings, kept):
    assert endpoints([{"port": 7000}], settings, "1kb", False)[0].get("persistent", False) is kept


def test_without_cluster_there_is_no_bus_port():
    assert endpoints([{"port": 7000}], {}, "1kb", False)[0]["bus_port"] is None


def test_a_port_that_is_no_number_is_refused():
    with pytest.raises(Refused, match="port of an instance is 'seven', which is not a number"):
        endpoints([{"port": "seven"}], {}, "1kb", True)


def node(host, deployment="redis"):
    return {"address": host, "port": 7000, "host": host, "zone": host, "deployment": deployment, "bus_port": 17000}


def hostvars(**deployments):
    return {host: {"__redis_node_members": [node(host, name)]} for host, name in deployments.items()}


def test_members_come_in_the_order_of_the_group_without_other_deployments():
    known = hostvars(a="redis", b="other", c="redis")
    assert [one["host"] for one in deployment_members(known, ["c", "b", "a"], "redis")] == ["c", "a"]
    assert deployment_members(known, ["b"], "other") == [{"address": "b", "port": 7000, "host": "b", "zone": "b"}]


def test_a_role_that_is_used_alone_is_told_what_has_to_run_before_it():
    with pytest.raises(Refused, match="role redis_node has not run on any host of deployment 'redis' before") as caught:
        deployment_members({"a": {}, "b": {"redis_node_deployment": "redis"}}, ["a", "b"], "redis")
    assert "almashooq.redis.site" in str(caught.value)


@pytest.mark.parametrize("absent", [{}, {"redis_node_deployment": "redis"}], ids=["by default", "by name"])
def test_a_member_that_takes_no_part_is_refused(absent):
    with pytest.raises(Refused, match="take no part in this run: gone"):
        deployment_members({**hostvars(a="redis"), "gone": absent}, ["a", "gone"], "redis")


def test_a_host_of_another_deployment_may_be_absent():
    known = {**hostvars(a="redis"), "gone": {"redis_node_deployment": "other"}}
    assert len(deployment_members(known, ["a", "gone"], "redis")) == 1


@pytest.mark.parametrize(
    ("config", "cluster", "announced"),
    [
        ({"cluster-announce-ip": "198.51.100.2"}, True, {"announce_ip": "198.51.100.2"}),
        ({"Cluster-Announce-IP": '"198.51.100.2"'}, True, {"announce_ip": "198.51.100.2"}),
        (
            {"cluster-announce-port": 17, "cluster-announce-bus-port": "18"},
            True,
            {"announce_port": 17, "announce_bus_port": 18},
        ),
        ({"cluster-announce-port": 0, "cluster-announce-bus-port": "0", "cluster-announce-ip": ""}, True, {}),
        ({"cluster-announce-ip": None}, True, {}),
        # Nodes of a cluster get nothing from this one.
        ({"replica-announce-ip": "198.51.100.2"}, True, {}),
        ({"slave-announce-ip": "198.51.100.2"}, False, {"announce_ip": "198.51.100.2"}),
        (
            {"replica-announce-ip": "198.51.100.2", "slave-announce-port": 17},
            False,
            {"announce_ip": "198.51.100.2", "announce_port": 17},
        ),
        ({"cluster-announce-ip": "198.51.100.2"}, False, {}),
    ],
)
def test_what_an_instance_announces_is_known_by_any_name(config, cluster, announced):
    (common,) = endpoints([{"port": 7000}], config, "1kb", cluster)
    (own,) = endpoints([{"port": 7000, "config": config}], {}, "1kb", cluster)
    assert common == own
    assert {key: value for key, value in common.items() if key.startswith("announce")} == announced
