# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What module replication refuses, and that it leaves it as it is."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from .engines import engines
from .fleet import until
from .module_runner import converged, refused, run_module
from .replication import apart, assert_set, first_ports, fleet_of, keys, options, secrets_in, state, write
from .sentinel_fleet import HOST, SECRETS, SentinelFleet


@pytest.fixture
def first_port() -> int:
    """The first of ten ports that no other test uses for the time being."""
    return next(first_ports)


def test_more_data_than_the_primary_s_is_refused_until_it_is_given_up(engine: pathlib.Path, first_port: int) -> None:
    with fleet_of(engine, first_port, monitor=False) as fleet:
        first, second, third = fleet.ports
        write(fleet, first, "shared")
        until(lambda: fleet.in_sync(first, 2), "the replicas to have it")
        with fleet.client(third) as client:
            client.execute_command("REPLICAOF", "NO", "ONE")
        write(fleet, third, "own:1", "own:2")
        before = state(fleet)
        result = refused("replication", options(fleet))
        assert f"{HOST}:{third} has more data than the primary {HOST}:{first}" in result["msg"]
        assert "byte(s) of writes that the primary never had" in result["msg"]
        assert state(fleet) == before
        given_up = converged("replication", options(fleet, discard=[f"{HOST}:{third}", "198.51.100.1:6379"]))
        assert "giving up" in given_up["plan"][0]
        assert_set(fleet, first, second, third)
        assert "own:1" not in keys(fleet, third)


def two_primaries(fleet: SentinelFleet) -> dict[str, t.Any]:
    write(fleet, fleet.ports[0], "one")
    write(fleet, fleet.ports[1], "other")
    return {}


def data_elsewhere(fleet: SentinelFleet) -> dict[str, t.Any]:
    write(fleet, fleet.ports[2], "data")
    return {}


def functions_elsewhere(fleet: SentinelFleet) -> dict[str, t.Any]:
    with fleet.client(fleet.ports[2]) as client:
        library = "#!lua name=library\nredis.register_function('one', function() return 1 end)"
        client.execute_command("FUNCTION", "LOAD", library)
    return {}


def data_in_another_database(fleet: SentinelFleet) -> dict[str, t.Any]:
    with fleet.client(fleet.ports[2], db=9) as client:
        client.set("data", 1)
    return {}


def no_primary(fleet: SentinelFleet) -> dict[str, t.Any]:
    for port in fleet.ports:
        fleet.attach(port, fleet.ports[0] + 9)
    return {}


def a_stranger_s_replica(fleet: SentinelFleet) -> dict[str, t.Any]:
    fleet.attach(fleet.ports[1], fleet.ports[0])
    fleet.attach(fleet.ports[2], fleet.ports[0] + 9)
    return {}


def monitor(fleet: SentinelFleet, sentinel_port: int, port: int) -> None:
    with fleet.client(sentinel_port) as client:
        client.execute_command("SENTINEL", "MONITOR", fleet.name, HOST, port, 2)
        client.execute_command("SENTINEL", "SET", fleet.name, "auth-user", "sentinel")
        client.execute_command("SENTINEL", "SET", fleet.name, "auth-pass", SECRETS["sentinel"])


def sentinels_disagree(fleet: SentinelFleet) -> dict[str, t.Any]:
    monitor(fleet, fleet.sentinel_ports[0], fleet.ports[0])
    monitor(fleet, fleet.sentinel_ports[1], fleet.ports[1])
    return {"timeout": 4}


def no_majority(fleet: SentinelFleet) -> dict[str, t.Any]:
    monitor(fleet, fleet.sentinel_ports[0], fleet.ports[0])
    fleet.kill(fleet.sentinel_ports[1])
    fleet.kill(fleet.sentinel_ports[2])
    return {}


def primary_not_in_inventory(fleet: SentinelFleet) -> dict[str, t.Any]:
    for port in fleet.sentinel_ports:
        monitor(fleet, port, fleet.ports[0])
    return {"nodes": fleet.nodes(*fleet.ports[1:]), "primary": {"address": HOST, "port": fleet.ports[1]}}


def frozen_sentinel(fleet: SentinelFleet) -> dict[str, t.Any]:
    fleet.freeze(fleet.sentinel_ports[1])
    return {"connect_timeout": 1}


def sentinel_password(_fleet: SentinelFleet) -> dict[str, t.Any]:
    return {"sentinel_username": "admin", "sentinel_password": "not-the-one"}


def password(_fleet: SentinelFleet) -> dict[str, t.Any]:
    return {"password": "not-the-one", "sentinel_password": SECRETS["admin"]}


def login_without_rights(_fleet: SentinelFleet) -> dict[str, t.Any]:
    return {
        "username": "client",
        "password": SECRETS["client"],
        "sentinel_username": "admin",
        "sentinel_password": SECRETS["admin"],
    }


def sentinel_login_without_rights(_fleet: SentinelFleet) -> dict[str, t.Any]:
    return {"sentinel_username": "sentinel", "sentinel_password": SECRETS["sentinel"]}


def under_two_names(fleet: SentinelFleet) -> dict[str, t.Any]:
    return {"nodes": [*fleet.nodes(), {"address": "localhost", "port": fleet.ports[0]}]}


def name_of_two_words(_fleet: SentinelFleet) -> dict[str, t.Any]:
    return {"set": "two words"}


def name_with_a_line_break(_fleet: SentinelFleet) -> dict[str, t.Any]:
    return {"set": "main\nsentinel monitor other 203.0.113.9 6379 1"}


def unknown_primary(fleet: SentinelFleet) -> dict[str, t.Any]:
    return {"primary": {"address": HOST, "port": fleet.ports[0] + 9}}


BAD = [
    (two_primaries, ["two primaries found", "hold data"]),
    (data_elsewhere, ["holds 1 key(s)", "as the primary to start with"]),
    (functions_elsewhere, ["holds 0 key(s) and 1 function library(s)"]),
    (data_in_another_database, ["holds 1 key(s)"]),
    (no_primary, ["no primary found"]),
    (a_stranger_s_replica, ["belongs to another deployment"]),
    (sentinels_disagree, ["the Sentinels disagree", "names 127.0.0.1", "does not watch it"]),
    (no_majority, ["too few Sentinels answer to agree", "unreachable"]),
    (primary_not_in_inventory, ["not one of the nodes"]),
    (frozen_sentinel, ["may know who is primary", "timed out"]),
    (sentinel_password, ["may know who is primary", "wrong password"]),
    (password, ["wrong password", "login as 'admin' failed"]),
    (login_without_rights, ["not permitted", "'client' may not run"]),
    (sentinel_login_without_rights, ["may know who is primary", "not permitted"]),
    (under_two_names, ["are one server"]),
    (name_of_two_words, ["is not a valid name for a replication set"]),
    (name_with_a_line_break, ["is not a valid name for a replication set"]),
    (unknown_primary, ["is not one of the nodes of set"]),
]


@pytest.mark.parametrize(("spoil", "words"), BAD, ids=lambda value: value.__name__ if callable(value) else "")
def test_what_must_not_be_touched_is_named_and_left_as_it_is(
    any_engine: pathlib.Path, first_port: int, spoil: t.Callable[[SentinelFleet], dict[str, t.Any]], words: list[str]
) -> None:
    with apart(any_engine, first_port) as fleet:
        changes = spoil(fleet)
        before = state(fleet)
        for check in (True, False):
            result = refused("replication", options(fleet, **changes), check=check, diff=True, verbosity=3)
            for word in words:
                assert word in result["msg"]
            assert (result["changed"], result["done"]) == (False, [])
            assert state(fleet) == before
            assert secrets_in(result) == []


def test_a_node_that_hangs_is_named_within_seconds_and_a_dead_one_too(
    any_engine: pathlib.Path, first_port: int
) -> None:
    with apart(any_engine, first_port) as fleet:
        first, second, third = fleet.ports
        before = state(fleet, first, second)
        fleet.freeze(third)
        result = refused("replication", options(fleet, connect_timeout=1), timeout=20)
        assert f"{HOST}:{third} is unreachable: no answer: timed out" in result["msg"]
        fleet.kill(third)
        assert f"{HOST}:{third} is unreachable" in refused("replication", options(fleet))["msg"]
        assert state(fleet, first, second) == before


def test_a_node_of_a_cluster_is_refused(any_engine: pathlib.Path) -> None:
    # Bus ports are 10000 higher: those of the other tests' ports may be an outgoing connection's.
    with apart(any_engine, 13900, settings={"cluster-enabled": "yes"}) as fleet:
        assert "runs as a node of a cluster" in refused("replication", options(fleet))["msg"]


def test_a_wrong_replication_password_is_told_and_mended_the_run_goes_through(
    engine: pathlib.Path, first_port: int
) -> None:
    with apart(engine, first_port) as fleet:
        first, second, third = fleet.ports
        with fleet.client(third) as client:
            client.config_set("masterauth", "not-the-one")
            result = refused("replication", options(fleet, timeout=5))
            assert f"{HOST}:{third} has no link to {HOST}:{first}" in result["msg"]
            assert f"{HOST}:{first} refused a login as 'replication'" in result["msg"]
            client.config_set("masterauth", SECRETS["replication"])
        assert converged("replication", options(fleet))["changed"] is False
        assert_set(fleet, first, second, third)


def test_a_replica_that_gives_itself_another_address_is_told(any_engine: pathlib.Path, first_port: int) -> None:
    with apart(any_engine, first_port) as fleet:
        first, _second, third = fleet.ports
        with fleet.client(third) as client:
            client.config_set("replica-announce-ip", "198.51.100.77")
        result = refused("replication", options(fleet, timeout=5))
        assert f"198.51.100.77:{third} replicates {HOST}:{first}" in result["msg"]
        assert f"{HOST}:{third} follows it and is not among its replicas" in result["msg"]
        assert "replica-announce-ip" in result["msg"]


def test_a_server_that_cannot_read_the_primary_s_data_is_told(first_port: int) -> None:
    """The snapshots of Valkey 8.0 are too new for Redis 7.0."""
    valkey, older = (next(path for path in engines() if name in str(path)) for name in ("valkey-8.0", "redis-7.0"))
    with apart(valkey, first_port) as new, SentinelFleet(older, [first_port + 8], [], attach=False) as old:
        write(new, first_port, "data")
        nodes = [*new.nodes(first_port), *old.nodes()]
        result = refused("replication", options(new, nodes=nodes, timeout=8))
        assert f"{HOST}:{first_port + 8}" in result["msg"]
        assert "an engine that cannot read the other's data" in result["msg"]
        assert len(result["done"]) == 1


def test_a_set_that_watches_over_too_few_replicas_is_told(any_engine: pathlib.Path, first_port: int) -> None:
    with apart(any_engine, first_port, settings={"min-replicas-to-write": "2"}) as fleet:
        result = run_module("replication", options(fleet, *fleet.ports[:2]))
        assert {finding["check"] for finding in result["findings"]} == {"min-replicas", "replicas-on-primary-host"}
        assert "takes writes only with 2 replica(s), and the set has 1" in result["summary"]
