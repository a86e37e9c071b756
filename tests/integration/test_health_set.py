# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Health of a real replication set and its Sentinels: each fault is found for its own reason, and nothing once it is
fixed."""

from __future__ import annotations

import contextlib
import pathlib
import subprocess
import typing as t

import pytest
import redis

from .engines import engines
from .fleet import until
from .health import Patient, busy
from .module_runner import converged
from .sentinel_fleet import SECRETS, SentinelFleet

FIRST_PORT = 27000
# Nor are these servers anything else than caches: they write no append-only file.
OF_HOSTS = ["disk", "swap", "restarts", "drift", "persistence"]
SETTINGS = {"repl-diskless-sync-delay": "0", "repl-backlog-size": "16384", "repl-timeout": "60"}


def named(port: int) -> str:
    return f"127.0.0.1:{port}"


def options(fleet: SentinelFleet, **more: t.Any) -> dict[str, t.Any]:
    def where(ports: t.Sequence[int]) -> list[dict[str, t.Any]]:
        return [
            {"address": "127.0.0.1", "port": port, "host": f"h{n}", "zone": f"z{n}"} for n, port in enumerate(ports)
        ]

    return {
        "username": "admin",
        "password": SECRETS["admin"],
        "topology": "replication",
        "deployment": "main",
        "nodes": where(fleet.ports),
        "sentinels": where(fleet.sentinel_ports),
        "connect_timeout": 1.0,
        "skip": OF_HOSTS,
        **more,
    }


@pytest.fixture(scope="module")
def fleet() -> t.Iterator[SentinelFleet]:
    """Three servers and three Sentinels that take long to act: the faults are to be seen, not repaired by them."""
    ports, sentinels = range(FIRST_PORT, FIRST_PORT + 3), range(FIRST_PORT + 5, FIRST_PORT + 8)
    with SentinelFleet(engines()[0], ports, sentinels, down_after=3000, settings=SETTINGS) as fleet:
        for port in fleet.ports:  # no replica takes over while a test has its fault
            with fleet.client(port) as client:
                client.config_set("replica-priority", "0")
        yield fleet


@pytest.fixture
def patient(fleet: SentinelFleet) -> t.Iterator[Patient]:
    """The set, healthy before each test and after it: what a test breaks it repairs."""
    patient = Patient(options(fleet, sample=0))
    patient.until_healthy()
    yield patient
    patient.until_healthy()


@contextlib.contextmanager
def setting(fleet: SentinelFleet, port: int, name: str, value: str) -> t.Iterator[None]:
    """Have another value of a setting while the block runs."""
    with fleet.client(port) as client:
        before = client.config_get(name)[name]
        client.config_set(name, value)
        try:
            yield
        finally:
            client.config_set(name, before)


def write(fleet: SentinelFleet, size: int) -> None:
    """Write so many bytes, and remove them again."""
    with fleet.client(fleet.ports[0]) as client:
        for number in range(size // 100000):
            client.set(f"filler{number % 5}", "x" * 100000)
        client.flushall()


def test_a_settled_set_is_healthy(engine: pathlib.Path) -> None:
    ports, sentinels = range(FIRST_PORT + 10, FIRST_PORT + 13), range(FIRST_PORT + 15, FIRST_PORT + 18)
    with SentinelFleet(engine, ports, sentinels) as fleet:
        result = converged("health", options(fleet))
    assert result["findings"] == []
    assert result["summary"] == "set main is healthy: 3 of 3 nodes answer, 3 of 3 Sentinels; no findings."
    primary, *replicas = result["nodes"]
    assert (primary["role"], primary["replicas"]) == ("primary", 2)
    assert [(one["role"], one["primary"], one["link_up"]) for one in replicas] == [
        ("replica", primary["name"], True)
    ] * 2


def test_a_single_node_needs_no_replica(any_engine: pathlib.Path) -> None:
    with SentinelFleet(any_engine, [FIRST_PORT + 20], []) as fleet:
        result = converged("health", options(fleet, sentinels=[], replicas=0))
    assert result["findings"] == []


def test_a_killed_primary(patient: Patient, fleet: SentinelFleet) -> None:
    primary, replica = fleet.ports[0], fleet.ports[1]
    fleet.kill(primary)
    patient.until_found("reachable", named(primary))
    assert "Start the primary" in patient.until_found("role")["hint"]
    assert "Its primary is not there" in patient.until_found("replica-link", named(replica))["hint"]
    patient.until_found("sentinel-agreement")
    fleet.start(primary)


def test_a_frozen_replica_lags_and_fills_buffers(patient: Patient, fleet: SentinelFleet) -> None:
    primary, replica = fleet.ports[0], fleet.ports[1]
    with setting(fleet, primary, "client-output-buffer-limit", "replica 67108864 0 0"):
        fleet.freeze(replica)
        write(fleet, 40_000_000)
        assert "behind" in patient.until_found("lag", named(replica))["message"]
        patient.until_found("reachable", named(replica))
        patient.until_found("replica-buffer", named(primary), limits={"replica_buffer_percent": 10})
        found = patient.until_found("lag", named(replica), limits={"lag_bytes": 1e12, "lag_seconds": 1})
        assert "has not heard from" in found["message"]
        fleet.thaw(replica)


def test_too_few_replicas_to_take_writes(patient: Patient, fleet: SentinelFleet) -> None:
    primary, replica = fleet.ports[0], fleet.ports[1]
    with setting(fleet, primary, "min-replicas-to-write", "2"):
        assert "min-replicas" not in patient.checks()
        fleet.kill(replica)
        assert "refuses writes" in patient.until_found("min-replicas", named(primary))["message"]
        fleet.start(replica)
        patient.until_gone("min-replicas")


def test_fewer_replicas_in_sync_than_wanted(patient: Patient, fleet: SentinelFleet) -> None:
    found = patient.until_found("replicas", named(fleet.ports[0]), replicas=3)
    assert (found["observed"], found["expected"]) == ("2", "at least 3")


def test_two_primaries(any_engine: pathlib.Path) -> None:
    ports = range(FIRST_PORT + 25, FIRST_PORT + 28)
    with SentinelFleet(any_engine, ports, [], settings=SETTINGS) as fleet:
        patient = Patient(options(fleet, sentinels=[], sample=0))
        patient.until_healthy()
        with fleet.client(ports[1]) as client:
            client.replicaof("NO", "ONE")
            assert "Stop writing" in patient.until_found("role")["hint"]
            client.replicaof("127.0.0.1", str(ports[2]))
            assert "itself a replica" in patient.until_found("role", named(ports[1]))["message"]
            client.replicaof("127.0.0.1", str(ports[0]))
        patient.until_healthy()


def test_full_synchronisations_again_and_again(any_engine: pathlib.Path) -> None:
    ports = range(FIRST_PORT + 30, FIRST_PORT + 32)
    with SentinelFleet(any_engine, ports, [], settings=SETTINGS) as fleet, fleet.client(ports[1]) as client:
        patient = Patient(options(fleet, sentinels=[], sample=0))
        patient.until_healthy()
        for number in range(5):
            client.replicaof("NO", "ONE")
            client.set("mine", number)  # a history of its own
            client.replicaof("127.0.0.1", str(ports[0]))
            until(lambda: fleet.in_sync(ports[0], 1), "replica in sync")
        found = patient.until_found("full-resync", named(ports[0]))
        assert "repl-backlog-size" in found["hint"]
        with fleet.client(ports[0]) as primary:
            primary.config_resetstat()
        patient.until_gone("full-resync")


def test_a_backlog_too_small_for_what_is_written(patient: Patient, fleet: SentinelFleet) -> None:
    with fleet.client(fleet.ports[0]) as client:
        with busy(lambda: client.set("filler", "x" * 10000)):
            found = patient.until_found("backlog", named(fleet.ports[0]), sample=0.5)
        client.flushall()
    assert found["expected"] == "at least 60 s"
    patient.until_gone("backlog", sample=0.2)


def test_memory_that_is_fragmented(any_engine: pathlib.Path) -> None:
    with SentinelFleet(any_engine, [FIRST_PORT + 35], []) as fleet, fleet.client(FIRST_PORT + 35) as client:
        patient = Patient(options(fleet, sentinels=[], replicas=0, sample=0, limits={"fragmentation_bytes": 2e7}))
        assert not patient.findings()
        with client.pipeline(transaction=False) as pipe:
            for number in range(60000):
                pipe.set(number, "x" * 900)
            pipe.execute()
            for number in range(60000):
                if number % 8:
                    pipe.delete(number)
            pipe.execute()
        assert "MEMORY PURGE" in patient.until_found("fragmentation")["hint"]
        client.flushall()
        client.execute_command("MEMORY", "PURGE")
        patient.until_gone("fragmentation")


def test_different_versions(any_engine: pathlib.Path) -> None:
    others = [engine for engine in engines() if engine != any_engine]
    first, second = [FIRST_PORT + 40], [FIRST_PORT + 41]
    with SentinelFleet(any_engine, first, []) as one, SentinelFleet(others[0], second, []) as two:
        nodes = [*one.nodes(), *two.nodes()]
        found = Patient(options(one, sentinels=[], nodes=nodes, replicas=0, sample=0)).until_found("versions")
        assert found["expected"] == "one version"
        assert "valkey" in found["observed"]


def test_replicas_that_share_the_primarys_host(patient: Patient, fleet: SentinelFleet) -> None:
    nodes = [{"address": "127.0.0.1", "port": port, "host": "h0"} for port in fleet.ports]
    assert "share host h0" in patient.until_found("placement", nodes=nodes)["message"]
    zones = [{**node, "host": f"h{node['port']}", "zone": "z"} for node in nodes]
    assert "share zone z" in patient.until_found("placement", nodes=zones)["message"]


def test_a_sentinel_that_is_cut_off(patient: Patient, fleet: SentinelFleet) -> None:
    cut = fleet.sentinel_ports[0]
    fleet.kill(cut)
    patient.until_found("sentinel-reachable", named(cut))
    patient.until_found("sentinel-known")
    assert "sentinel-quorum" not in patient.checks()
    fleet.kill(fleet.sentinel_ports[1])
    patient.until_found("sentinel-quorum")
    for port in fleet.sentinel_ports[:2]:
        fleet.restart(port)


def test_a_sentinel_that_does_not_watch_the_set(patient: Patient, fleet: SentinelFleet) -> None:
    one = fleet.sentinel_ports[0]
    with fleet.client(one) as client:
        client.execute_command("SENTINEL", "REMOVE", "main")
        assert "does not watch" in patient.until_found("sentinel-agreement", named(one))["message"]
        client.execute_command("SENTINEL", "MONITOR", "main", "127.0.0.1", fleet.ports[0], fleet.quorum)
        for name, value in (("auth-user", "sentinel"), ("auth-pass", SECRETS["sentinel"])):
            client.execute_command("SENTINEL", "SET", "main", name, value)


def test_a_sentinel_in_tilt_mode(patient: Patient, fleet: SentinelFleet) -> None:
    one = fleet.sentinel_ports[2]
    with fleet.client(one) as client:
        client.execute_command("SENTINEL", "DEBUG", "tilt-period", "4000")
    fleet.freeze(one)
    patient.until_found("sentinel-reachable", named(one))
    fleet.thaw(one)
    assert "its clock has jumped" in patient.until_found("sentinel-tilt", named(one))["hint"].lower()
    patient.until_gone("sentinel-tilt")


def test_sentinels_that_fail_together(patient: Patient, fleet: SentinelFleet) -> None:
    sentinels = [{"address": "127.0.0.1", "port": port, "host": "h0"} for port in fleet.sentinel_ports]
    assert "failure domain" in patient.until_found("sentinel-placement", sentinels=sentinels)["message"]


@contextlib.contextmanager
def plain(program: str, port: int, directory: pathlib.Path) -> t.Iterator[redis.Redis]:
    """Run one server without users in a directory."""
    arguments = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(directory)]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
    client = redis.Redis("127.0.0.1", port, decode_responses=True)

    def answers() -> bool:
        with contextlib.suppress(redis.exceptions.ConnectionError):
            return bool(client.ping())
        return False

    try:
        until(answers, f"server on port {port}")
        yield client
    finally:
        with contextlib.suppress(redis.exceptions.ConnectionError):
            client.shutdown(nosave=True)
        process.wait(20)
        client.close()


def alone(*ports: int, **more: t.Any) -> Patient:
    """Return servers without users as a patient."""
    nodes = [{"address": "127.0.0.1", "port": port, "host": "h0"} for port in ports]
    settings = {"topology": "replication", "replicas": 0, "sample": 0, "skip": OF_HOSTS, "connect_timeout": 1.0}
    return Patient({**settings, "nodes": nodes, **more})


def test_a_disk_without_room_for_a_rewrite(any_engine: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """The disk is a real one, of 8 MiB; the figures come from the module that inspects the host."""
    port = FIRST_PORT + 50
    disk = tmp_path / str(port)
    disk.mkdir()
    look = {"host": "h0", "ports": [port], "data_dir": str(tmp_path)}
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)], check=True)
    try:
        with plain(str(next(any_engine.glob("*-server"))), port, disk) as client:
            patient = alone(port, skip=["drift", "restarts"])
            assert not patient.findings(hosts=[converged("health_host_info", look)])
            (disk / "filler").write_bytes(b"x" * 7_600_000)
            client.set("data", "x" * 3_000_000)
            looked = converged("health_host_info", look)
            found = patient.until_found("disk", named(port), hosts=[looked])
            assert found["severity"] == "error"
            assert "may need" in found["message"]
            assert looked["instances"][0]["swap_bytes"] == 0
            (disk / "filler").unlink()
            assert not patient.findings(hosts=[converged("health_host_info", look)])
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize(
    ("check", "instance", "drift"),
    [
        ("swap", {"swap_bytes": 1 << 30}, []),
        ("restarts", {"restarts": 3}, []),
        ("drift", {}, ["set maxmemory of 6379 to 100mb"]),
    ],
    ids=["swapped out", "restarted by systemd", "drifted"],
)
def test_what_a_host_tells_of_its_instances(
    any_engine: pathlib.Path, tmp_path: pathlib.Path, check: str, instance: dict[str, t.Any], drift: list[str]
) -> None:
    port = FIRST_PORT + 55
    well = {
        "port": port,
        "device": "1",
        "disk_free_bytes": 1 << 40,
        "disk_total_bytes": 1 << 41,
        "swap_bytes": 0,
        "restarts": 0,
    }
    with plain(str(next(any_engine.glob("*-server"))), port, tmp_path):
        patient = alone(port, skip=[])
        assert not patient.findings(hosts=[{"host": "h0", "instances": [well], "drift": []}])
        ill = {"host": "h0", "instances": [{**well, **instance}], "drift": drift}
        assert patient.findings(hosts=[ill]) == {(check, named(port))}
