# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an inventory describes, without asking a host."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.deployments import (
    deployments,
    monitored_instances,
)
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.targets import scrape_targets

Variables = dict[str, t.Any]


def host(group: str, address: str = "192.0.2.11", **variables: t.Any) -> Variables:
    return {"group_names": [f"redis_{group}"], "redis_node_address": address, **variables}


def names(found: list[Variables]) -> list[str]:
    return [one["name"] for one in found]


def test_a_cluster_host_that_says_nothing_has_the_six_ports_of_the_role() -> None:
    found = monitored_instances({"alpha": host("cluster")}, ["alpha"])
    assert names(found) == [f"192.0.2.11:{port}" for port in range(7000, 7006)]
    assert {(one["kind"], one["topology"], one["deployment"], one["zone"]) for one in found} == {
        ("instance", "cluster", "redis", "alpha")
    }


def test_an_instance_of_a_set_is_named_by_the_set() -> None:
    sets = [{"name": "main"}, {"name": "carts", "ports": ["6380"]}]
    variables = host(
        "replication",
        redis_replication_sets=sets,
        redis_node_instances=[{"port": 6379}, {"port": "6380"}],
        redis_node_zone="z1",
    )
    found = monitored_instances({"alpha": variables}, ["alpha"])
    assert [(one["port"], one["deployment"], one["zone"]) for one in found] == [
        (6379, "main", "z1"),
        (6380, "carts", "z1"),
    ]


def test_a_sentinel_belongs_to_no_deployment() -> None:
    variables = host("sentinel", redis_sentinel_zone="z2")
    (one,) = monitored_instances({"alpha": variables}, ["alpha"])
    assert (one["name"], one["kind"], one["deployment"], one["zone"]) == ("192.0.2.11:26379", "sentinel", "", "z2")


def test_what_leaves_is_not_watched() -> None:
    hostvars = {
        "alpha": host("replication", redis_replication_state="absent"),
        "bravo": host("sentinel", redis_sentinel_state="absent"),
    }
    assert monitored_instances(hostvars, hostvars) == []


def test_groups_may_have_other_names() -> None:
    variables = {"group_names": ["caches"], "redis_cluster_group": "caches", "redis_node_address": "192.0.2.1"}
    assert len(monitored_instances({"alpha": variables}, ["alpha"])) == 6


def test_a_host_of_neither_group_has_nothing() -> None:
    assert monitored_instances({"app": {"group_names": ["redis_client"]}}, ["app"]) == []


def test_a_host_without_an_address_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="host alpha has no address"):
        monitored_instances({"alpha": {"group_names": ["redis_cluster"]}}, ["alpha"])


def test_two_clusters_are_two_deployments() -> None:
    hostvars = {
        "alpha": host("cluster", redis_node_deployment="a", redis_cluster_replicas=2),
        "bravo": host("cluster", "192.0.2.12", redis_node_deployment="b"),
    }
    a, b = deployments(hostvars, hostvars)
    assert (a["deployment"], a["replicas"], len(a["nodes"])) == ("a", 2, 6)
    assert (b["deployment"], b["replicas"], b["sentinels"]) == ("b", 1, [])


@pytest.mark.parametrize(("members", "replicas"), [(1, 0), (2, 1), (3, 1)], ids=["alone", "a pair", "three"])
def test_a_set_wants_a_replica_where_it_has_a_second_member(members: int, replicas: int) -> None:
    hostvars = {
        f"host{n}": host("replication", f"192.0.2.{n}", redis_replication_sets=[{"name": "main"}])
        for n in range(members)
    }
    hostvars["watch"] = host("sentinel", "192.0.2.50", redis_sentinel_announce_ip="198.51.100.50")
    (one,) = deployments(hostvars, hostvars)
    assert (one["topology"], one["set"], one["replicas"]) == ("replication", "main", replicas)
    assert [(each["address"], each["announce_ip"]) for each in one["sentinels"]] == [("192.0.2.50", "198.51.100.50")]


def test_servers_are_scraped_through_the_exporter_of_their_host() -> None:
    variables = host("replication", redis_node_exporter_password="x", redis_replication_sets=[{"name": "main"}])
    jobs = scrape_targets({"alpha": {**variables, "redis_exporter_port": 9000}}, ["alpha"])
    (target,) = jobs["redis"]
    assert target["targets"] == ["redis://192.0.2.11:6379"]
    assert target["labels"] == {
        "deployment": "main",
        "host": "alpha",
        "instance": "192.0.2.11:6379",
        "kind": "instance",
        "topology": "replication",
        "zone": "alpha",
        "__exporter": "192.0.2.11:9000",
    }
    assert jobs["redis-exporter"] == [{"targets": ["192.0.2.11:9000"], "labels": {"host": "alpha", "zone": "alpha"}}]
    assert jobs["redis-endpoint"] == []


@pytest.mark.parametrize(
    ("variables", "jobs"),
    [
        (host("cluster"), []),
        (host("cluster", redis_node_health_password="x"), ["redis-endpoint"]),
        (host("cluster", redis_node_health_password="x", redis_endpoint_state="absent"), []),
        (host("cluster", redis_node_exporter_password="x"), ["redis", "redis-exporter"]),
        (host("cluster", redis_node_exporter_password="x", redis_exporter_password=""), []),
        (host("sentinel", redis_sentinel_exporter_password="x"), ["redis", "redis-exporter"]),
        (host("sentinel", redis_node_health_password="x"), []),
        ({"group_names": ["redis_client"], "redis_node_exporter_password": "x"}, []),
    ],
    ids=[
        "nothing",
        "endpoint",
        "endpoint gone",
        "exporter",
        "no exporter there",
        "Sentinel",
        "no instance",
        "no server",
    ],
)
def test_what_is_not_there_is_not_scraped(variables: Variables, jobs: list[str]) -> None:
    assert [job for job, targets in scrape_targets({"alpha": variables}, ["alpha"]).items() if targets] == jobs


def test_a_set_that_is_announced_by_names_announces_its_addresses_as_they_are_given() -> None:
    variables = host(
        "replication",
        "redis1.example.com",
        redis_sentinel_announce_hostnames=True,
        redis_replication_sets=[{"name": "main", "primary": "a"}],
    )
    (one,) = deployments({"a": variables}, ["a"])
    assert one["announced"] == {"redis1.example.com:6379": "redis1.example.com"}


class Undefined(dict[str, t.Any]):
    """The variables of a host whose address is made of facts that are not there, as Ansible has them from 2.19 on."""

    def get(self, name: str, default: t.Any = None) -> t.Any:
        """Return a value; that of the address cannot be worked out."""
        if name == "redis_node_address":
            raise LookupError("object of type 'dict' has no attribute 'default_ipv4'")
        return super().get(name, default)


@pytest.mark.parametrize(
    "variables",
    [host("cluster", "{{ ansible_facts['default_ipv4']['address'] }}"), Undefined(host("cluster"))],
    ids=["as it is written", "undefined"],
)
def test_a_host_that_is_down_is_asked_by_its_name_where_its_address_is_a_fact(variables: Variables) -> None:
    (one,) = deployments({"alpha": variables, "bravo": host("cluster", "192.0.2.12")}, ["alpha", "bravo"])
    assert [node["address"] for node in one["nodes"]] == ["alpha"] * 6 + ["192.0.2.12"] * 6
