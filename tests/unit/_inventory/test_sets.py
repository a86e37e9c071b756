# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an inventory to replication sets and Sentinels."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.sets import (
    replication_sets,
    sentinel_members,
)

MAIN = {"name": "main", "primary": "alpha"}
ADDRESSES = {"alpha": "192.0.2.11", "bravo": "192.0.2.12", "charlie": "192.0.2.13"}


def member(host: str, port: int, listening: bool = True, deployment: str = "redis") -> dict[str, t.Any]:
    where = {"address": ADDRESSES[host], "port": port, "host": host, "zone": host[0]}
    return {**where, "listening": listening, "deployment": deployment, "bus_port": None}


def a_host(host: str, ports: tuple[int, ...] = (6379,), **variables: t.Any) -> dict[str, t.Any]:
    members = [member(host, port, deployment=variables.get("redis_node_deployment", "redis")) for port in ports]
    return {"redis_replication_sets": [MAIN], "__redis_node_members": members, **variables}


def three(**variables: t.Any) -> dict[str, dict[str, t.Any]]:
    return {host: a_host(host, **variables) for host in ADDRESSES}


def test_a_set_has_the_instances_of_its_hosts_and_starts_with_the_one_named() -> None:
    (one,) = replication_sets(three(), list(ADDRESSES))
    assert [node["address"] for node in one["nodes"]] == list(ADDRESSES.values())
    assert one["primary"] == {"address": "192.0.2.11", "port": 6379}
    assert (one["name"], one["deployment"], one["live"], one["speaker"]) == ("main", "redis", None, "alpha")
    assert one["runs"]
    assert not one["leaving"]


def test_several_sets_share_hosts_by_port() -> None:
    sets = [MAIN, {"name": "carts", "primary": "bravo", "ports": ["6380"], "sentinel": {"quorum": 3}}]
    hostvars = three(redis_replication_sets=sets, ports=(6379, 6380))
    main, carts = replication_sets(hostvars, list(ADDRESSES))
    assert {node["port"] for node in main["nodes"]} == {6379}
    assert {node["port"] for node in carts["nodes"]} == {6380}
    assert carts["primary"] == {"address": "192.0.2.12", "port": 6380}
    assert carts["sentinel"] == {"quorum": 3}


def test_instances_of_one_host_make_a_set_too() -> None:
    sets = [{"name": "main", "primary": "alpha:6380", "ports": [6379, 6380]}]
    (one,) = replication_sets({"alpha": a_host("alpha", (6379, 6380), redis_replication_sets=sets)}, ["alpha"])
    assert one["primary"]["port"] == 6380


def test_the_live_primary_is_what_the_run_has_found() -> None:
    hostvars = three()
    hostvars["alpha"]["__redis_replication_live"] = {"main": {"address": "192.0.2.13", "port": 6379}}
    assert replication_sets(hostvars, list(ADDRESSES))[0]["live"]["address"] == "192.0.2.13"


def test_a_leaving_host_is_no_node_of_the_set_any_more() -> None:
    hostvars = three()
    hostvars["charlie"]["redis_replication_state"] = "absent"
    (one,) = replication_sets(hostvars, list(ADDRESSES))
    assert [node["host"] for node in one["nodes"]] == ["alpha", "bravo"]
    assert [node["host"] for node in one["leaving"]] == ["charlie"]


def test_a_set_whose_instances_do_not_all_run_does_not_run() -> None:
    hostvars = three()
    hostvars["bravo"]["__redis_node_members"][0]["listening"] = False
    assert not replication_sets(hostvars, list(ADDRESSES))[0]["runs"]


def test_a_sentinel_beside_the_instances_is_no_stray() -> None:
    hostvars = three()
    for host in ADDRESSES:
        hostvars[host]["__redis_node_members"].append(member(host, 26379, deployment="redis_sentinel sentinel"))
    assert len(replication_sets(hostvars, list(ADDRESSES))[0]["nodes"]) == 3


def changed(host: str, **variables: t.Any) -> dict[str, dict[str, t.Any]]:
    hostvars = three()
    hostvars[host].update(variables)
    return hostvars


REFUSED = {
    "a name with a space": (three(redis_replication_sets=[{**MAIN, "name": "my set"}]), "'my set'"),
    "a name with a line feed": (three(redis_replication_sets=[{**MAIN, "name": "a\nb"}]), r"'a\nb'"),
    "no name": (three(redis_replication_sets=[{"primary": "alpha"}]), "None is not a valid name"),
    "no primary": (three(redis_replication_sets=[{"name": "main"}]), "starts with 'no instance'"),
    "a primary of elsewhere": (three(redis_replication_sets=[{**MAIN, "primary": "delta"}]), "delta"),
    "a primary's port that it does not have": (
        three(redis_replication_sets=[{**MAIN, "primary": "alpha:6380"}]),
        "alpha:6380",
    ),
    "two descriptions": (changed("bravo", redis_replication_sets=[{**MAIN, "primary": "bravo"}]), "differently"),
    "a host that takes no part": (changed("bravo", __redis_node_members=None), "take no part in this run: bravo"),
    "a role used alone": (
        three(__redis_node_members=None),
        "role redis_node has not run on any host of replication set",
    ),
    "two deployments": (changed("bravo", redis_node_deployment="other"), "several deployments"),
    "no instance on the port": (three(redis_replication_sets=[{**MAIN, "ports": [7000]}]), "no instance"),
    "a port that is no number": (three(redis_replication_sets=[{**MAIN, "ports": ["x"]}]), "'x' is not a valid port"),
    "an instance in no set": (three(ports=(6379, 6380)), "alpha:6380 belongs to no replication set"),
    "an instance in two sets": (
        three(redis_replication_sets=[MAIN, {**MAIN, "name": "carts"}]),
        "belongs to the sets main and carts",
    ),
    "a leaving host that is to start as primary": (changed("alpha", redis_replication_state="absent"), "'alpha'"),
}


@pytest.mark.parametrize(("hostvars", "said"), REFUSED.values(), ids=REFUSED)
def test_refused_with_a_way_out(hostvars: dict[str, dict[str, t.Any]], said: str) -> None:
    with pytest.raises(Refused) as error:
        replication_sets(hostvars, list(ADDRESSES))
    assert said in error.value.message
    assert error.value.hint


def test_sentinels_are_those_that_stay() -> None:
    hostvars = {host: {"__redis_sentinel_member": member(host, 26379)} for host in ADDRESSES}
    hostvars["bravo"]["redis_sentinel_state"] = "absent"
    assert [one["host"] for one in sentinel_members(hostvars, list(ADDRESSES))] == ["alpha", "charlie"]


def test_a_sentinel_whose_host_takes_no_part_is_named() -> None:
    hostvars: dict[str, dict[str, t.Any]] = {"alpha": {"__redis_sentinel_member": member("alpha", 26379)}, "bravo": {}}
    with pytest.raises(Refused, match="take no part in this run: bravo"):
        sentinel_members(hostvars, ["alpha", "bravo"])


def named(address: str = "", **variables: t.Any) -> dict[str, t.Any]:
    """Return the variables of alpha, whose address is given by name."""
    one = {**member("alpha", 6379), "name": address or "alpha.example.com"}
    return {
        "redis_replication_sets": [MAIN],
        "__redis_node_members": [one],
        "__redis_sentinel_member": one,
        **variables,
    }


@pytest.mark.parametrize("value", [True, "true", "yes"])
def test_host_names_stand_for_addresses_where_they_are_announced(value: object) -> None:
    hostvars = {"alpha": named(redis_sentinel_announce_hostnames=value)}
    (one,) = replication_sets(hostvars, ["alpha"])
    assert one["nodes"][0]["address"] == one["primary"]["address"] == "alpha.example.com"
    (watcher,) = sentinel_members(hostvars, ["alpha"])
    assert watcher["address"] == watcher["announce_ip"] == "alpha.example.com"


@pytest.mark.parametrize("value", [False, "false", "no"])
def test_elsewhere_a_host_name_is_nothing_but_a_way_to_write_its_address(value: object) -> None:
    (one,) = replication_sets({"alpha": named(redis_sentinel_announce_hostnames=value)}, ["alpha"])
    assert one["nodes"][0]["address"] == "192.0.2.11"


def test_an_address_has_no_name_to_announce() -> None:
    hostvars = {"alpha": named("192.0.2.11", redis_sentinel_announce_hostnames=True)}
    with pytest.raises(Refused, match=r"host alpha is to be announced by its name .* and its address is 192\.0\.2\.11"):
        replication_sets(hostvars, ["alpha"])
