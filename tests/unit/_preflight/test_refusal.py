# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a playbook says of a deployment that cannot become a cluster, and which host says it."""

from __future__ import annotations

from ansible_collections.almashooq.redis.plugins.filter.cluster_refusal import cluster_refusal
from ansible_collections.almashooq.redis.plugins.filter.node_instances import node_instances


def host(name, ports=(7000, 7001), deployment="redis"):
    node = {"address": f"192.0.2.{name}", "host": name, "zone": name, "deployment": deployment}
    return {"__redis_node_members": [{**node, "port": port} for port in ports]}


THREE = {name: host(name) for name in "123"}


def refusal(hostvars, me="1", accept=()):
    return cluster_refusal(hostvars, sorted(hostvars), "redis", me, 1, list(accept))


def test_three_hosts_with_two_instances_each_are_fine():
    assert [refusal(THREE, me) for me in THREE] == ["", "", ""]


def test_the_first_host_of_the_deployment_alone_says_what_is_wrong():
    one = {"0": host("0", deployment="other"), "1": host("1", range(7000, 7006)), "2": {}}
    said = {me: refusal(one, me) for me in one}
    assert said["0"] == said["2"] == ""
    assert "take no part in this run: 2" in said["1"]


def test_a_placement_that_cannot_be_had_is_refused_until_it_is_accepted():
    one = {"1": host("1", range(7000, 7006))}
    assert "accept it by name" in refusal(one)
    assert refusal(one, accept=["replica-on-primary-host", "replica-in-primary-zone", "primary-majority-on-host"]) == ""


def test_hosts_without_instances_are_told_so():
    assert "has an instance" in refusal({name: host(name, ()) for name in "123"})


def test_instances_get_what_they_have_in_common():
    given = [{"port": 7000}, {"port": 7001, "config": {"maxmemory": "1gb"}}]
    assert node_instances(given, "192.0.2.1", True) == [
        {"port": 7000, "address": "192.0.2.1", "cluster_enabled": True, "settings": {}},
        {"port": 7001, "address": "192.0.2.1", "cluster_enabled": True, "settings": {"maxmemory": "1gb"}},
    ]
