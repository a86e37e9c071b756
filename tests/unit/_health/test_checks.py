# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is found in what servers said: tables of plain values, odd ones among them."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.options import CLUSTER
from ansible_collections.almashooq.redis.plugins.module_utils._health.checks import evaluate
from ansible_collections.almashooq.redis.plugins.module_utils._health.desired import Desired, Limits, make_desired
from ansible_collections.almashooq.redis.plugins.module_utils._health.model import Host, Observed, Server, follower
from ansible_collections.almashooq.redis.plugins.module_utils._health.options import HEALTH

NOW = 1_800_000_000_000_000  # microseconds
WELL = {
    "role": "master",
    "redis_version": "7.0.15",
    "server_time_usec": str(NOW),
    "connected_clients": "5",
    "maxclients": "10000",
    "used_memory": "1000000",
    "maxmemory": "100000000",
    "maxmemory_policy": "noeviction",
    "mem_fragmentation_ratio": "1.2",
    "mem_fragmentation_bytes": "1000",
    "rdb_last_bgsave_status": "ok",
    "rdb_last_save_time": str(NOW // 1_000_000 - 60),
    "rdb_changes_since_last_save": "3",
    "aof_enabled": "0",
    "master_repl_offset": "1000",
    "sync_full": "0",
    "uptime_in_seconds": "3600",
    "evicted_keys": "7",
    "rejected_connections": "2",
}
FACTS = {"device": "1", "disk_free_bytes": 1 << 40, "disk_total_bytes": 1 << 41, "swap_bytes": 0, "restarts": 0}
DEFAULTS = {name: option.get("default") for name, option in {**CLUSTER, **HEALTH}.items()}
SETTINGS = {"save": "900 1", "min-replicas-to-write": "0"}


def server(port: int = 6379, info: dict[str, str] | None = None, **more: t.Any) -> Server:
    told = {name: value for name, value in {**WELL, **(info or {})}.items() if value != "gone"}
    return Server(f"192.0.2.1:{port}", "alpha", "z", **{"info": told, "settings": SETTINGS, **more})


def seen(*servers: Server, drift: tuple[str, ...] = (), **more: t.Any) -> Observed:
    facts = {int(one.name.rpartition(":")[2]): FACTS for one in servers}
    return Observed(servers, **{"hosts": {"alpha": Host("alpha", facts, drift)}, "clustered": True, **more})


def with_facts(**facts: t.Any) -> Observed:
    return dataclasses.replace(seen(server()), hosts={"alpha": Host("alpha", {6379: {**FACTS, **facts}}, ())})


def found(observed: Observed, **desired: t.Any) -> list[tuple[str, str]]:
    return [(one.check, one.message) for one in evaluate(observed, Desired(replicas=0, **desired)).findings]


def checks(observed: Observed, **desired: t.Any) -> set[str]:
    return {check for check, _message in found(observed, **desired)}


def test_a_server_that_is_well_has_no_findings() -> None:
    assert found(seen(server())) == []


@pytest.mark.parametrize(
    ("info", "check"),
    [
        ({"loading": "1"}, "loading"),
        ({"connected_clients": "9500"}, "clients"),
        ({"used_memory": "95000000"}, "memory"),
        ({"maxmemory": "0", "total_system_memory": "1000001"}, "memory"),
        ({"mem_fragmentation_ratio": "2.5", "mem_fragmentation_bytes": "900000000"}, "fragmentation"),
        ({"rdb_last_bgsave_status": "err"}, "save"),
        ({"aof_enabled": "1", "aof_last_write_status": "err"}, "aof"),
        ({"rdb_last_save_time": "1700000000"}, "snapshot-age"),
        ({"rdb_last_save_time": str(NOW // 1_000_000 + 500)}, "clock"),
        ({"sync_full": "40"}, "full-resync"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_one_figure_that_is_wrong_is_one_finding(info: dict[str, str], check: str) -> None:
    assert checks(seen(server(info=info))) == {check}


@pytest.mark.parametrize(
    ("aof", "copies", "guarded", "expected"),
    [
        pytest.param("0", "2", True, [("persistence", "warning")], id="a cache with replicas"),
        pytest.param("0", "2", None, [("persistence", "warning")], id="the host did not say whether there is a guard"),
        pytest.param("0", "2", False, [("start-guard", "error"), ("persistence", "warning")], id="and no guard"),
        pytest.param("1", "2", False, [], id="with an append-only file"),
        pytest.param("0", "0", False, [], id="without replicas there is nobody to follow it"),
    ],
)
def test_what_a_restart_would_destroy_is_told(
    aof: str, copies: str, guarded: bool | None, expected: list[tuple[str, str]]
) -> None:
    one = server(info={"aof_enabled": aof, "connected_slaves": copies})
    host = Host("alpha", {6379: {**FACTS, "guarded": guarded}}, ())
    verdict = evaluate(dataclasses.replace(seen(one), hosts={"alpha": host}), Desired(replicas=0))
    assert [(each.check, each.severity) for each in verdict.findings] == expected


def test_a_clock_that_is_ahead_is_named() -> None:
    ahead = server(3, {"server_time_usec": str(NOW + 60_000_000), "rdb_last_save_time": str(NOW // 1_000_000)})
    assert found(seen(server(1), server(2), ahead)) == [
        ("clock", "the clock of 192.0.2.1:3 is 60 s ahead of the others")
    ]


FIGURES = ["used_memory", "connected_clients", "sync_full"]
STATES = ["rdb_last_bgsave_status", "aof_enabled"]


@pytest.mark.parametrize(
    ("name", "value"),
    [*((name, value) for name in FIGURES for value in ("gone", "what?")), *((name, "gone") for name in STATES)],
)
def test_what_is_not_told_is_a_finding_and_no_crash(name: str, value: str) -> None:
    said = found(seen(server(info={name: value})))
    assert [(check, name in message) for check, message in said] == [("unseen", True)]


def test_fields_that_nobody_knows_change_nothing() -> None:
    assert found(seen(server(info={"of_a_later_engine": "1", "slave9": "ip=192.0.2.9"}))) == []


@pytest.mark.parametrize(
    ("observed", "check"),
    [
        (seen(server(info={"server_time_usec": "gone"})), "clock"),
        (seen(server(later={**WELL, "evicted_keys": ""}, seconds=1.0)), "evictions"),
        (seen(server(later={**WELL, "rejected_connections": ""}, seconds=1.0)), "rejected-connections"),
        (seen(server(settings={**SETTINGS, "min-replicas-to-write": "1"})), "min-replicas"),
        (seen(server(followers=(follower("ip=a,port=1,state=online,offset=1000,lag=0", "{}:{}".format),))), "backlog"),
        (with_facts(swap_bytes=None), "swap"),
        (with_facts(disk_free_bytes=None), "disk"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_could_not_be_judged_is_never_called_healthy(observed: Observed, check: str) -> None:
    ((name, message),) = found(observed)
    assert name == "unseen"
    assert message.endswith(f"check {check} could not be made")


def test_a_dead_node_is_told_of_whatever_checks_are_chosen() -> None:
    dead = Server("192.0.2.1:1", "alpha", "z", problem="unreachable", detail="refused")
    params = {**DEFAULTS, "checks": ["memory"]}
    assert not evaluate(seen(dead), make_desired(params)).healthy
    assert evaluate(seen(dead), make_desired({**params, "skip": ["reachable"]})).healthy


def test_what_is_not_wanted_is_not_missed() -> None:
    unreported = seen(server(info={"used_memory": "gone"}))
    assert checks(unreported, checks=frozenset(["clients", "unseen"])) == set()


def test_a_counter_that_was_reset_between_the_looks_counts_from_zero() -> None:
    assert checks(seen(server(later={**WELL, "evicted_keys": "0", "rejected_connections": "2"}, seconds=1.0))) == set()
    grown = server(later={**WELL, "evicted_keys": "9", "rejected_connections": "3"}, seconds=1.0)
    assert checks(seen(grown)) == {"evictions", "rejected-connections"}


def test_disks_are_judged_by_what_all_their_instances_need() -> None:
    def with_free(free: int) -> Observed:
        facts = {port: {**FACTS, "disk_free_bytes": free, "disk_total_bytes": 4_000_000} for port in (1, 2)}
        return dataclasses.replace(seen(server(1), server(2)), hosts={"alpha": Host("alpha", facts, ())})

    def severities(free: int) -> list[str]:
        return [one.severity for one in evaluate(with_free(free), Desired(replicas=0)).findings]

    assert severities(500_000) == ["error"]  # not even one of them
    assert severities(1_500_000) == ["warning"]  # not both
    assert severities(3_500_000) == []


def test_members_are_compared_where_the_inventorys_wish_is_not_known() -> None:
    servers = server(1), server(2), server(3, {"maxmemory": "200000000"})
    known = seen(*servers)
    assert checks(known) == set()
    unknown = dataclasses.replace(known, hosts={})
    assert ("drift", "192.0.2.1:3 has maxmemory 200000000, most others have 100000000") in found(unknown)


def test_lag_is_told_in_bytes_and_in_seconds() -> None:
    lines = ["ip=192.0.2.2,port=0,state=online,offset=400,lag=1", "ip=192.0.2.2,port=1,state=online,offset=1000,lag=40"]
    primary = server(followers=tuple(follower(line, lambda host, port: f"{host}:{port}") for line in lines))
    limits = Limits(lag_bytes=100)
    said = [message for check, message in found(seen(primary), limits=limits) if check == "lag"]
    assert said == [
        "192.0.2.2:0 is 600 bytes behind 192.0.2.1:6379",
        "192.0.2.1:6379 has not heard from 192.0.2.2:1 for 40 s",
    ]


@pytest.mark.parametrize(
    ("info", "settings", "found_checks"),
    [
        ({"unexpected_error_replies": "3"}, {}, set()),  # a primary: of the time before it was one
        ({"role": "slave", "unexpected_error_replies": "3"}, {}, {"replica-errors"}),
        ({"role": "slave", "unexpected_error_replies": "0"}, {}, set()),
        ({"role": "slave"}, {}, set()),  # an engine that does not count them
        ({}, {"bind": "192.0.2.1 127.0.0.1 -::1", "cluster-announce-ip": "192.0.2.1"}, set()),
        ({}, {"bind": "* -::*", "cluster-announce-ip": ""}, set()),
        ({}, {"bind": "127.0.0.1"}, {"address"}),
        ({}, {"cluster-announce-ip": "192.0.2.99"}, {"address"}),
        ({}, {"replica-announce-ip": "192.0.2.99"}, set()),  # nodes of a cluster do not get it
    ],
)
def test_a_member_that_is_being_cut_off_is_found(
    info: dict[str, str], settings: dict[str, str], found_checks: set[str]
) -> None:
    one = server(info=info, settings={**SETTINGS, **settings})
    assert checks(seen(one)) & {"replica-errors", "address"} == found_checks


def test_an_address_that_the_inventory_has_it_announce_is_right() -> None:
    one = server(settings={**SETTINGS, "replica-announce-ip": "198.51.100.1"})
    desired = {"announced": {"192.0.2.1:6379": "198.51.100.1"}}
    assert "address" in checks(seen(one, clustered=False))
    assert "address" not in checks(seen(one, clustered=False), **desired)
    assert "address" in checks(
        seen(server(settings=SETTINGS | {"replica-announce-ip": "192.0.2.1"}), clustered=False), **desired
    )
