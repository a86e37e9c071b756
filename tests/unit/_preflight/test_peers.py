# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only shows between hosts."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._preflight import peers


def member(host, address="", port=7000, **changes):
    values = {"host": host, "address": address or f"192.0.2.{host}", "port": port, "bus_port": port + 10000}
    return peers.Member(**{**values, **changes})


def test_one_address_on_two_hosts_is_told_by_the_later_one():
    members = [member("1", "192.0.2.1"), member("2", "192.0.2.1")]
    assert peers.duplicates("1", members) == []
    (problem,) = peers.duplicates("2", members)
    assert problem.startswith("192.0.2.1:7000 is an address of two nodes, on host 1 and on host 2")


def test_a_bus_port_that_is_another_nodes_data_port_is_told():
    members = [member("1", "192.0.2.1"), member("2", "192.0.2.1", 17000)]
    assert "192.0.2.1:17000 is an address of two nodes" in peers.duplicates("2", members)[0]


def test_different_addresses_are_no_duplicates():
    assert peers.duplicates("2", [member("1"), member("2"), member("2", port=7001)]) == []


@pytest.mark.parametrize(
    ("clocks", "complaining"),
    [
        ({"a": 0.1, "b": 0.9}, []),
        ({"a": 0.0, "b": 60.0}, ["b"]),
        ({"a": 0.0, "b": -60.0}, ["a"]),
        ({"a": 0.0, "b": 60.0, "c": 0.2}, ["b"]),
        ({"a": 0.0, "b": -60.0, "c": 0.2}, ["b"]),
        ({"a": 0.0}, []),
    ],
    ids=["together", "two, one ahead", "two, one behind", "one of three ahead", "one of three behind", "alone"],
)
def test_the_host_whose_clock_is_off_complains(clocks, complaining):
    assert [host for host in clocks if peers.clock_trouble(host, clocks, 5.0)] == complaining


def test_a_host_that_was_slow_to_start_its_first_task_has_no_wrong_clock():
    clocks = {"a": 0.4, "b": 11.8, "c": 0.5}
    assert peers.clock_trouble("b", clocks, 5.0, again=0.6) == []
    assert peers.clock_trouble("b", clocks, 5.0, again=11.2)


def test_the_clock_message_has_the_numbers():
    (problem,) = peers.clock_trouble("b", {"a": 0.0, "b": 60.0, "c": 0.0}, 5.0)
    assert "clock of host b is 60.0 s ahead of that of host c (redis_node_clock_skew allows 5 s)" in problem


def test_every_port_of_the_deployment_on_other_hosts_is_a_target():
    members = [
        member("1"),
        member("2"),
        member("3", listening=False),
        member("4", deployment="another"),
        member("5", bus_port=None),
    ]
    assert [(one.host, one.port) for one in peers.targets("1", members)] == [
        ("2", 7000),
        ("2", 17000),
        ("5", 7000),
    ]


def test_a_bus_port_is_described_as_one():
    target = peers.Target("b", "192.0.2.2", 17000, 7000)
    assert target.describe() == "host b at 192.0.2.2:17000 (cluster bus port of 7000)"
    assert peers.Target("b", "2001:db8::2", 7000, 7000).describe() == "host b at [2001:db8::2]:7000"


def announcing(host, address, **changes):
    return member(host, announced=peers.Announced(address, 7000, 17000), **changes)


def test_an_announced_address_is_a_target_on_both_ports_besides_the_bound_one():
    members = [member("1"), announcing("2", "198.51.100.2"), announcing("3", "198.51.100.3", deployment="another")]
    assert [(one.address, one.port, one.announcer) for one in peers.targets("1", members)] == [
        ("192.0.2.2", 7000, ""),
        ("192.0.2.2", 17000, ""),
        ("198.51.100.2", 7000, "192.0.2.2:7000"),
        ("198.51.100.2", 17000, "192.0.2.2:7000"),
    ]
    # A host does not connect to itself by the way that others take.
    assert all(one.host != "2" for one in peers.targets("2", members))


def test_an_announced_address_of_another_instance_is_refused():
    members = [member("1"), announcing("2", "192.0.2.1")]
    (problem,) = peers.taken_announcements("2", members)
    assert "instance 192.0.2.2:7000 on host 2 announces an address of instance 192.0.2.1:7000 on host 1" in problem
    assert peers.taken_announcements("1", members) == []
    assert peers.taken_announcements("2", [member("1"), announcing("2", "192.0.2.2")]) == []


def test_what_announces_an_address_is_named():
    target = peers.Target("b", "198.51.100.2", 17000, 7000, "192.0.2.2:7000")
    assert target.describe() == (
        "198.51.100.2:17000 (cluster bus port of 7000), which instance 192.0.2.2:7000 on host b announces"
    )
