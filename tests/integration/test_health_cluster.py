# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Health of a real cluster: each fault is found for its own reason, and nothing once it is fixed."""

from __future__ import annotations

import contextlib
import itertools
import pathlib
import signal
import socket
import typing as t

import pytest
import redis

from .engines import engines
from .fleet import PASSWORD, Fleet, Squatter, until
from .health import Patient, busy
from .module_runner import converged, refused

FIRST_PORT = 11900
# Nor are these servers anything else than caches: they write no append-only file.
OF_HOSTS = ["disk", "swap", "restarts", "drift", "persistence"]


def named(port: int) -> str:
    return f"127.0.0.1:{port}"


def spread(fleet: Fleet) -> list[dict[str, t.Any]]:
    """Return the nodes as if each pair of them were a host: three hosts with two nodes each."""
    return [
        {"address": "127.0.0.1", "port": port, "host": f"h{index % 3}", "zone": f"z{index % 3}"}
        for index, port in enumerate(fleet.ports)
    ]


def login(**options: t.Any) -> dict[str, t.Any]:
    return {"password": PASSWORD, "connect_timeout": 1.0, **options}


@pytest.fixture(scope="module")
def fleet() -> t.Iterator[Fleet]:
    settings = {
        "repl_diskless_sync_delay": "0",
        "enable_protected_configs": "yes",
        "cluster_replica_no_failover": "yes",
    }
    with Fleet(engines()[0], 6, FIRST_PORT, **settings) as fleet:
        converged("cluster", login(nodes=spread(fleet)))
        yield fleet


@pytest.fixture
def patient(fleet: Fleet) -> t.Iterator[Patient]:
    """The cluster, healthy before each test and after it: what a test breaks it repairs."""
    patient = Patient(login(nodes=spread(fleet), skip=OF_HOSTS, sample=0))
    patient.until_healthy()
    before = {port: _settings(fleet, port) for port in fleet.ports}
    yield patient
    # A test that failed half-way leaves its fault; the next one is not to suffer from it.
    for port in fleet.ports:
        for name, value in before[port].items():
            with fleet.client(port) as client:
                if client.config_get(name)[name] != value:
                    client.config_set(name, value)
    patient.until_healthy()


def pair(fleet: Fleet) -> tuple[int, int]:
    """Return the ports of a primary and of its replica."""
    for port in fleet.ports:
        with fleet.client(port) as client:
            role = client.execute_command("ROLE")
            if role[0] == "master" and role[2]:
                return port, int(role[2][0][1])
    raise AssertionError("no primary has a replica")


def test_a_new_cluster_is_healthy(engine: pathlib.Path, first_port: int) -> None:
    with Fleet(engine, 6, first_port, repl_diskless_sync_delay="0") as fleet:
        converged("cluster", login(nodes=spread(fleet)))
        result = converged("health", login(nodes=spread(fleet), skip=OF_HOSTS))
    assert result["healthy"]
    assert result["findings"] == []
    assert result["summary"] == "cluster redis is healthy: 6 of 6 nodes answer; no findings."
    assert result["not_made"] == sorted(OF_HOSTS)
    assert {node["role"] for node in result["nodes"]} == {"primary", "replica"}
    assert sum(node["slots"] for node in result["nodes"]) == 16384
    assert result["timing"]["commands_per_node"] < 20


def test_without_the_hosts_word_what_they_know_is_a_finding(patient: Patient) -> None:
    result = patient.ask(skip=["drift", "persistence"])
    assert {one["check"] for one in result["findings"]} == {"unseen"}
    assert result["healthy"]
    assert "was not inspected" in result["findings"][0]["message"]


def test_a_killed_replica(patient: Patient, fleet: Fleet) -> None:
    primary, replica = pair(fleet)
    fleet.kill(replica)
    patient.until_found("reachable", named(replica))
    patient.until_found("replicas", named(primary))
    assert not patient.ask()["healthy"]
    fleet.start(replica)


def test_a_frozen_node(patient: Patient, fleet: Fleet) -> None:
    _primary, replica = pair(fleet)
    fleet.freeze(replica)
    assert "timed out" in patient.until_found("reachable", named(replica))["message"]
    answering = [node for node in patient.ask()["nodes"] if not node["problem"]]
    assert len(answering) == 5
    fleet.thaw(replica)


def test_a_lost_shard_leaves_slots_uncovered(patient: Patient, fleet: Fleet) -> None:
    primary, replica = pair(fleet)
    fleet.kill(replica)
    fleet.kill(primary)
    found = patient.until_found("slots-covered")
    assert named(primary) in found["message"]
    patient.until_found("cluster-state")
    fleet.start(primary)
    fleet.start(replica)


def test_a_node_that_does_not_know_another(patient: Patient, fleet: Fleet) -> None:
    primary, replica = pair(fleet)
    knower = next(port for port in fleet.ports if port not in (primary, replica))
    with fleet.client(knower) as client, fleet.client(replica) as other:
        client.execute_command("CLUSTER", "FORGET", other.execute_command("CLUSTER", "MYID"))
        assert named(replica) in patient.until_found("one-view", named(knower))["message"]
        client.execute_command("CLUSTER", "MEET", "127.0.0.1", replica)


def test_an_open_slot(patient: Patient, fleet: Fleet) -> None:
    primary, _replica = pair(fleet)
    other = next(port for port in fleet.ports if port != primary and _owns_slots(fleet, port))
    with fleet.client(primary) as client, fleet.client(other) as target:
        slot = _first_slot(fleet, primary)
        client.execute_command("CLUSTER", "SETSLOT", slot, "MIGRATING", target.execute_command("CLUSTER", "MYID"))
        assert str(slot) in patient.until_found("slots-open", named(primary))["message"]
        client.execute_command("CLUSTER", "SETSLOT", slot, "STABLE")


def test_a_replica_with_a_wrong_password(patient: Patient, fleet: Fleet) -> None:
    primary, replica = pair(fleet)
    with fleet.client(replica) as client:
        client.config_set("masterauth", "wrong")
        with fleet.client(primary) as other:
            other.execute_command("CLIENT", "KILL", "TYPE", "replica")
        assert "password" in patient.until_found("replica-link", named(replica))["hint"]
        patient.until_found("replicas", named(primary))
        client.config_set("masterauth", PASSWORD)


def test_memory_that_is_used_up(patient: Patient, fleet: Fleet) -> None:
    primary, replica = pair(fleet)
    with fleet.client(primary) as client, fleet.client(replica) as other:
        for each in (client, other):
            each.config_set("maxmemory", str(int(client.info("memory")["used_memory"])))
        found = patient.until_found("memory", named(primary))
        assert found["expected"] == "below 90 %"
        assert "writes will be refused" in found["hint"]
        assert "drift" in patient.checks(skip=["disk", "swap", "restarts"])  # not all members have that limit
        for each in (client, other):
            each.config_set("maxmemory", "0")


def test_keys_that_are_evicted(patient: Patient, fleet: Fleet) -> None:
    primary, _replica = pair(fleet)
    key = _a_key(fleet, primary)
    numbers = itertools.count()
    with fleet.client(primary) as client, fleet.client(primary) as writer:
        client.config_set("maxmemory-policy", "allkeys-lru")
        client.config_set("maxmemory", str(int(client.info("memory")["used_memory"]) + 300000))
        with busy(lambda: writer.set(f"{{{key}}}{next(numbers)}", "x" * 1000)):
            found = patient.until_found("evictions", named(primary), sample=0.5)
        client.config_set("maxmemory", "0")
        client.config_set("maxmemory-policy", "noeviction")
        client.flushall()
        assert found["expected"] == "0"


def test_clients_near_their_limit(patient: Patient, fleet: Fleet) -> None:
    primary, _replica = pair(fleet)
    with fleet.client(primary) as client:
        before = client.config_get("maxclients")["maxclients"]
        client.config_set("maxclients", "40")
        limits = {"clients_percent": 20}
        assert "CLIENT LIST" in patient.until_found("clients", named(primary), limits=limits)["hint"]
        assert "clients" not in patient.checks()
        client.config_set("maxclients", before)


def test_connections_that_are_rejected(patient: Patient, fleet: Fleet) -> None:
    primary, _replica = pair(fleet)

    def knock() -> None:
        with contextlib.ExitStack() as crowd:
            for _each in range(8):
                crowd.enter_context(socket.create_connection(("127.0.0.1", primary), 5))

    with fleet.client(primary) as client:
        before = client.config_get("maxclients")["maxclients"]
        crowd = client.info("clients")
        client.config_set("maxclients", str(int(crowd["connected_clients"]) + int(crowd["cluster_connections"]) + 3))
        with busy(knock):
            found = patient.until_found("rejected-connections", named(primary), sample=0.3)
        client.config_set("maxclients", before)
        assert "maxclients" in found["hint"]


def test_a_node_that_lets_nobody_in_any_more(patient: Patient, fleet: Fleet) -> None:
    primary, _replica = pair(fleet)
    with fleet.client(primary) as client:
        before = client.config_get("maxclients")["maxclients"]
        client.config_set("maxclients", "1")
        assert "max number of clients" in patient.until_found("reachable", named(primary))["message"]
        client.config_set("maxclients", before)


def test_a_snapshot_that_cannot_be_written(patient: Patient, fleet: Fleet) -> None:
    primary, _replica = pair(fleet)
    with fleet.client(primary) as client:
        home = client.config_get("dir")["dir"]
        client.config_set("dir", "/proc")
        client.bgsave()
        assert "log shows why" in patient.until_found("save", named(primary))["hint"]
        client.config_set("dir", home)
        client.bgsave()
        patient.until_gone("save")


def test_an_append_only_file_that_cannot_be_rewritten(patient: Patient, fleet: Fleet) -> None:
    primary, _replica = pair(fleet)
    with fleet.client(primary) as client:
        home = client.config_get("dir")["dir"]
        client.config_set("appendonly", "yes")
        until(lambda: not client.info("persistence")["aof_rewrite_in_progress"], "append-only file written")
        client.config_set("dir", "/proc")
        with contextlib.suppress(redis.exceptions.ResponseError):  # it says so at once, or fails later
            client.execute_command("BGREWRITEAOF")
        patient.until_found("aof", named(primary))
        client.config_set("dir", home)
        client.execute_command("BGREWRITEAOF")
        patient.until_gone("aof")
        client.config_set("appendonly", "no")


def test_a_snapshot_that_is_too_old(patient: Patient, fleet: Fleet) -> None:
    primary, _replica = pair(fleet)
    with fleet.client(primary) as client:
        client.bgsave()
        client.config_set("save", "86400 1000000")
        until(lambda: not client.info("persistence")["rdb_bgsave_in_progress"], "snapshot written")
        client.set(_a_key(fleet, primary), "changed")
        assert "1 changes" in patient.until_found("snapshot-age", named(primary), limits={"snapshot_age": 1})["message"]
        assert "snapshot-age" not in patient.checks()
        client.bgsave()
        patient.until_gone("snapshot-age", limits={"snapshot_age": 1})
        client.config_set("save", "")


def test_a_node_that_is_loading(patient: Patient, fleet: Fleet) -> None:
    _primary, replica = pair(fleet)
    with fleet.client(_primary) as client:
        key = _a_key(fleet, _primary)
        with client.pipeline(transaction=False) as pipe:
            for number in range(2000):
                pipe.set(f"{{{key}}}{number}", "x")
            pipe.execute()
    with fleet.client(replica) as client:
        until(lambda: client.dbsize() >= 2000, "replica in sync")
        client.save()
    fleet.kill(replica)
    fleet.start(replica, key_load_delay="2000", loading_process_events_interval_bytes="1024")
    assert patient.until_found("loading", named(replica))["observed"] == "loading"
    fleet.kill(replica)
    fleet.start(replica)
    with fleet.client(_primary) as client:
        client.flushall()


def test_two_primaries_with_one_config_epoch(first_port: int) -> None:
    with Fleet(engines()[0], 2, first_port) as fleet:
        for port in fleet.ports:
            with fleet.client(port) as client:
                client.execute_command("CLUSTER", "ADDSLOTS", port - first_port)
                client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", 7)
        patient = Patient(login(nodes=fleet.nodes(), skip=OF_HOSTS, sample=0, replicas=0))
        assert "config epoch 7" in patient.until_found("epochs-distinct")["message"]
        assert {"one-view", "slots-covered"} <= patient.checks()


def test_most_primaries_on_one_host(patient: Patient, fleet: Fleet) -> None:
    primaries = [port for port in fleet.ports if _owns_slots(fleet, port)]
    nodes = [
        {"address": "127.0.0.1", "port": port, "host": "h0" if port in primaries[:2] else f"h{port}"}
        for port in fleet.ports
    ]
    assert "primary-majority" in patient.checks(nodes=nodes)
    together = [{"address": "127.0.0.1", "port": port, "host": "one"} for port in fleet.ports]
    assert "placement" in patient.checks(nodes=together)
    accept = ["replica-on-primary-host", "primary-majority-on-host"]
    assert not patient.checks(nodes=together, accept_placement=accept)


def test_a_wrong_password_is_said_of_every_node(patient: Patient, fleet: Fleet) -> None:
    result = patient.ask(password="wrong")
    assert {one["node"] for one in result["findings"] if one["check"] == "reachable"} == set(map(named, fleet.ports))
    assert all("wrong" not in one["message"].replace("wrong password", "") for one in result["findings"])
    assert not result["healthy"]


def test_a_user_that_may_read_figures_only(patient: Patient, fleet: Fleet) -> None:
    with fleet.client(fleet.ports[0]) as client:
        client.execute_command("ACL", "SETUSER", "reader", "on", ">pw", "-@all", "+info", "+cluster|nodes")
        (first,) = [
            one
            for one in patient.ask(username="reader", password="pw")["nodes"]
            if one["name"] == named(fleet.ports[0])
        ]
        found = patient.findings(username="reader", password="pw")
        client.execute_command("ACL", "DELUSER", "reader")
    assert first["role"]  # what it may see is given
    assert ("unseen", named(fleet.ports[0])) in found
    assert ("reachable", named(fleet.ports[0])) in found  # CLUSTER INFO is not among its rights


def test_a_server_that_accepts_and_never_answers(patient: Patient, fleet: Fleet, first_port: int) -> None:
    with Squatter(first_port):
        nodes = [*spread(fleet), {"address": "127.0.0.1", "port": first_port, "host": "h9"}]
        result = patient.ask(nodes=nodes)
    assert [one["node"] for one in result["findings"] if one["check"] == "reachable"] == [named(first_port)]
    assert sum(not node["problem"] for node in result["nodes"]) == 6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"checks": ["memroy"]}, "Did you mean 'memory'?"),
        ({"skip": ["nothing"]}, "there is no check 'nothing'"),
        ({"mute": [{"check": "memory", "reason": " "}]}, "muted without a reason"),
        ({"limits": {"memory_percent": 150}}, "limit memory_percent is 150. It is a percentage"),
        ({"limits": {"lag_bytes": -1}}, "no deployment could ever meet it"),
        ({"limits": {"lag_seconds": "nan"}}, "Give a number"),
        ({"sample": -1}, "sample is -1 s"),
        ({"replicas": -1}, "replicas per primary is -1"),
    ],
    ids=["a misspelt check", "an unknown check", "no reason", "percent", "negative", "no number", "sample", "replicas"],
)
def test_what_makes_no_sense_is_refused(fleet: Fleet, options: dict[str, t.Any], message: str) -> None:
    assert message in refused("health", login(nodes=spread(fleet), **options))["msg"]


def test_a_muted_check_is_told_and_does_not_count(patient: Patient, fleet: Fleet) -> None:
    primary, replica = pair(fleet)
    fleet.kill(replica, signal.SIGKILL)
    patient.until_found("replicas", named(primary))
    mute = [{"check": "replicas", "reason": "disk is being exchanged"}]
    only = {"checks": ["replicas"], "skip": ["reachable", *OF_HOSTS]}
    assert "reachable" in patient.checks(checks=["replicas"])  # not to be called healthy for what was not seen
    result = patient.ask(mute=mute, **only)
    assert result["healthy"]
    assert [one["reason"] for one in result["muted"]] == ["disk is being exchanged"]
    assert "1 muted" in result["summary"]
    assert patient.ask(warn=["replicas"], **only)["healthy"]
    assert not patient.ask(mute=[{**mute[0], "node": named(replica)}], **only)["healthy"]
    failed = refused("health", login(nodes=spread(fleet), skip=OF_HOSTS, sample=0))
    assert failed["error"] == "unhealthy"
    assert failed["findings"]
    assert "is NOT healthy" in failed["msg"]
    fleet.start(replica)


def _settings(fleet: Fleet, port: int) -> dict[str, str]:
    names = ("maxclients", "maxmemory", "maxmemory-policy", "save", "dir", "masterauth", "appendonly")
    with fleet.client(port) as client:
        return {name: client.config_get(name)[name] for name in names}


def _owns_slots(fleet: Fleet, port: int) -> bool:
    with fleet.client(port) as client:
        return bool(client.execute_command("ROLE")[0] == "master")


def _first_slot(fleet: Fleet, port: int) -> int:
    with fleet.client(port) as client:
        (mine,) = [line for line in client.execute_command("CLUSTER", "NODES").splitlines() if "myself" in line]
    return int(mine.split()[8].partition("-")[0])


def _a_key(fleet: Fleet, port: int) -> str:
    """Return a key of one of the node's slots."""
    with fleet.client(port) as client:
        (mine,) = [line for line in client.execute_command("CLUSTER", "NODES").splitlines() if "myself" in line]
        first, _hyphen, last = mine.split()[8].partition("-")
        return next(
            key
            for key in map(str, range(100000))
            if int(first) <= client.execute_command("CLUSTER", "KEYSLOT", key) <= int(last)
        )
