# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples for applications against real servers, by the files that role redis_client writes."""

from __future__ import annotations

import importlib.util
import json
import pathlib
import subprocess
import sys
import typing as t

import pytest
import redis
from ansible_collections.almashooq.redis.plugins.module_utils._connect import model
from ansible_collections.almashooq.redis.plugins.module_utils._inventory import connections

from .fleet import PASSWORD, Fleet, until
from .module_runner import converged
from .sentinel_fleet import HOST, SECRETS, SentinelFleet
from .witness import EXAMPLES, NODE, SOME, Witness, assert_installed, environment, write

PORTS, SENTINEL_PORTS = [25000, 25001, 25002], [25010, 25011, 25012]
# Milliseconds that a switch may cost here: down-after 1 s, election, a client's pause. Where the Sentinels' votes are
# split, they try again after twice the failover-timeout, up to a second later.
FAILOVER_TIMEOUT, GAP = 3000, 12_000


@pytest.fixture(scope="session", autouse=True)
def packages() -> None:
    """Check that the examples' clients are installed."""
    for client in NODE:
        assert_installed(client)


@pytest.fixture
def fleet(engine: pathlib.Path) -> t.Iterator[SentinelFleet]:
    """A primary, two replicas, three Sentinels."""
    with SentinelFleet(engine, PORTS, SENTINEL_PORTS, failover_timeout=FAILOVER_TIMEOUT) as servers:
        yield servers


@pytest.fixture
def a_fleet(any_engine: pathlib.Path) -> t.Iterator[SentinelFleet]:
    """The same with one engine, for what does not depend on it."""
    with SentinelFleet(any_engine, PORTS, SENTINEL_PORTS, failover_timeout=FAILOVER_TIMEOUT) as servers:
        yield servers


@pytest.fixture
def cluster(any_engine: pathlib.Path, first_port: int) -> t.Iterator[Fleet]:
    """Three primaries with a replica each."""
    with Fleet(any_engine, 6, first_port, repl_diskless_sync_delay="0") as servers:
        nodes = {"nodes": servers.nodes(), "password": PASSWORD, "accept_placement": ["replica-on-primary-host"]}
        converged("cluster", nodes)
        yield servers


def by_sentinel(directory: pathlib.Path, ports: t.Sequence[int] = tuple(SENTINEL_PORTS)) -> str:
    """Return the JSON file of a connection to the set of a fleet."""
    return write(
        model.Connection(
            name="cache",
            topology=connections.SENTINEL,
            target="main",
            endpoints=tuple((HOST, port) for port in ports),
            login=model.Login("client", SECRETS["client"]),
            sentinel_login=model.Login("client", SECRETS["client"]),
            directory=str(directory),
            group="root",
        )
    )


def to_cluster(directory: pathlib.Path, servers: Fleet) -> str:
    """Return the JSON file of a connection to a cluster."""
    return write(
        model.Connection(
            name="shop",
            topology=connections.CLUSTER,
            target="redis",
            endpoints=tuple((HOST, port) for port in servers.ports),
            login=model.Login("default", PASSWORD),
            directory=str(directory),
            group="root",
        )
    )


def command(client: str) -> list[str]:
    """Return how an example is run."""
    return [sys.executable, "example.py"] if client == "redis-py" else ["node", "example.js"]


def run_example(client: str, settings: str) -> subprocess.CompletedProcess[str]:
    """Run an example to its end."""
    return subprocess.run(
        [*command(client), settings], cwd=EXAMPLES / client, env=environment(client),
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


def assert_counted(report: dict[str, t.Any], written: dict[str, str], read: t.Callable[[str], object]) -> None:
    """Assert that the witness has counted right: by another client, key by key."""
    assert report["acknowledged"] == len(written)
    lost = {key for key, value in written.items() if read(key) != value}
    assert {entry["key"] for entry in report["lost"]} == lost


def reader(fleet: SentinelFleet, primary: int) -> t.Callable[[str], object]:
    """Return what reads a key at the primary, with redis-py."""
    with fleet.client(primary) as client:
        found = dict(zip(keys := client.keys("*"), client.mget(keys), strict=True))
    return found.get


GREETING = {"value": "hello", "seconds": 60, "deleted": 1, "missing": None}


@pytest.mark.parametrize("client", [*NODE, "redis-py"])
def test_an_example_works_by_sentinel_with_least_rights(
    fleet: SentinelFleet, client: str, tmp_path: pathlib.Path
) -> None:
    run = run_example(client, by_sentinel(tmp_path))
    assert run.returncode == 0, run.stderr
    said = json.loads(run.stdout)
    assert said.pop("health")["healthy"], run.stdout
    assert said == GREETING
    assert not [secret for secret in SECRETS.values() if secret in run.stdout + run.stderr]
    for port in [*PORTS, *SENTINEL_PORTS]:
        with fleet.client(port) as admin:
            # How a client introduces itself is no loss to it; engines before 7.2 do not even know the command.
            denied = {entry["object"] for entry in admin.acl_log()} - {"client|setinfo"}
        assert denied == set(), f"port {port}"


@pytest.mark.parametrize("client", [*NODE, "redis-py"])
def test_an_example_works_with_a_cluster(cluster: Fleet, client: str, tmp_path: pathlib.Path) -> None:
    run = run_example(client, to_cluster(tmp_path, cluster))
    assert run.returncode == 0, run.stderr
    said = json.loads(run.stdout)
    assert said.pop("health")["healthy"], run.stdout
    assert said == GREETING
    assert PASSWORD not in run.stdout + run.stderr


@pytest.mark.parametrize("client", [*NODE, "redis-py"])
def test_an_example_says_that_the_password_is_wrong(
    a_fleet: SentinelFleet, client: str, tmp_path: pathlib.Path
) -> None:
    settings = by_sentinel(tmp_path)
    (tmp_path / "cache.password").write_text("another")
    run = run_example(client, settings)
    assert run.returncode != 0
    assert "WRONGPASS" in run.stderr or "invalid username-password" in run.stderr
    assert "another" not in run.stdout + run.stderr


@pytest.mark.parametrize("client", NODE)
def test_a_client_goes_on_after_a_killed_primary(fleet: SentinelFleet, client: str, tmp_path: pathlib.Path) -> None:
    with Witness(client, by_sentinel(tmp_path), tmp_path) as witness:
        fleet.kill(PORTS[0])
        primary = fleet.wait_until_switched(PORTS[0])
        witness.wait_for_more()
        report = witness.report()
    print(client, {**report, "lost": len(report["lost"])})
    assert report["primaries_seen"] == [f"{HOST}:{PORTS[0]}", f"{HOST}:{primary}"]
    assert report["longest_gap_ms"] < GAP
    assert_counted(report, witness.acknowledged(), reader(fleet, primary))


@pytest.mark.parametrize("client", NODE)
def test_a_client_leaves_a_primary_that_hangs(a_fleet: SentinelFleet, client: str, tmp_path: pathlib.Path) -> None:
    with Witness(client, by_sentinel(tmp_path), tmp_path) as witness:
        a_fleet.freeze(PORTS[0])
        primary = a_fleet.wait_until_switched(PORTS[0])
        witness.wait_for_more()
        a_fleet.thaw(PORTS[0])
        a_fleet.wait_until_settled(primary)
        witness.wait_for_more()
        report = witness.report()
    assert report["primaries_seen"][-1] == f"{HOST}:{primary}"
    assert report["longest_gap_ms"] < GAP
    assert_counted(report, witness.acknowledged(), reader(a_fleet, primary))


@pytest.mark.parametrize("client", NODE)
def test_a_client_follows_a_planned_switch(fleet: SentinelFleet, client: str, tmp_path: pathlib.Path) -> None:
    with Witness(client, by_sentinel(tmp_path), tmp_path) as witness:
        with fleet.client(SENTINEL_PORTS[0]) as sentinel:
            sentinel.execute_command("SENTINEL", "FAILOVER", "main")
        primary = fleet.wait_until_switched(PORTS[0])
        fleet.wait_until_settled(primary)
        witness.wait_for_more()
        report = witness.report()
    print(client, {**report, "lost": len(report["lost"])})
    assert report["primaries_seen"][-1] == f"{HOST}:{primary}"
    assert report["longest_gap_ms"] < GAP
    assert_counted(report, witness.acknowledged(), reader(fleet, primary))


@pytest.mark.parametrize("client", NODE)
def test_a_client_survives_readonly(a_fleet: SentinelFleet, client: str, tmp_path: pathlib.Path) -> None:
    with Witness(client, by_sentinel(tmp_path), tmp_path) as witness:
        for port in SENTINEL_PORTS:
            a_fleet.freeze(port)
        with a_fleet.client(PORTS[0]) as primary:
            # A replica of no server: it keeps its data and takes no writes.
            primary.execute_command("REPLICAOF", HOST, 1)
            before = len(witness.acknowledged())
            until(lambda: "READONLY" in errors(a_fleet), "a write refused by READONLY")
            primary.execute_command("REPLICAOF", "NO", "ONE")
        assert len(witness.acknowledged()) <= before + SOME
        for port in SENTINEL_PORTS:
            a_fleet.thaw(port)
        witness.wait_for_more()
        report = witness.report()
    assert report["errors"].get("READONLY", 0) >= (client == "ioredis")
    assert report["lost"] == []


def errors(fleet: SentinelFleet) -> set[str]:
    """Return which errors the first data server has answered with, READONLY and NOREPLICAS for example."""
    with fleet.client(PORTS[0]) as client:
        stats = t.cast("dict[str, t.Any]", client.info("errorstats"))
    return {name.removeprefix("errorstat_") for name in stats}


@pytest.mark.parametrize("client", NODE)
def test_a_client_waits_for_a_replica_where_writes_need_one(
    any_engine: pathlib.Path, client: str, tmp_path: pathlib.Path
) -> None:
    careful = {"min-replicas-to-write": "1", "min-replicas-max-lag": "2"}
    with SentinelFleet(any_engine, PORTS, SENTINEL_PORTS, settings=careful) as fleet:
        with Witness(client, by_sentinel(tmp_path), tmp_path) as witness:
            for port in PORTS[1:]:
                fleet.kill(port)
            until(lambda: "NOREPLICAS" in errors(fleet), "a write refused by NOREPLICAS")
            fleet.restart(PORTS[1])
            witness.wait_for_more()
            report = witness.report()
        assert report["errors"]["NOREPLICAS"] > 0
        assert report["lost"] == []
        assert_counted(report, witness.acknowledged(), reader(fleet, PORTS[0]))


@pytest.mark.parametrize("client", NODE)
def test_a_client_goes_on_after_a_killed_primary_of_a_cluster(
    cluster: Fleet, client: str, tmp_path: pathlib.Path
) -> None:
    with Witness(client, to_cluster(tmp_path, cluster), tmp_path) as witness:
        victim = next(port for port in cluster.ports if role(cluster, port) == "master")
        cluster.kill(victim)
        rest = [port for port in cluster.ports if port != victim]
        until(lambda: [role(cluster, port) for port in rest].count("master") == 3, "three primaries again")
        witness.wait_for_more()
        report = witness.report()
    print(client, {**report, "lost": len(report["lost"])})
    assert report["longest_gap_ms"] < GAP
    with redis.RedisCluster(HOST, rest[0], password=PASSWORD, decode_responses=True) as reading:
        assert_counted(report, witness.acknowledged(), reading.get)


def role(cluster: Fleet, port: int) -> str:
    """Return what a node says it is."""
    with cluster.client(port) as client:
        return str(t.cast("list[t.Any]", client.execute_command("ROLE"))[0])


def test_redis_py_goes_on_after_a_killed_primary(
    a_fleet: SentinelFleet, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.spec_from_file_location("connection", EXAMPLES / "redis-py" / "connection.py")
    assert spec is not None
    assert spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    client = example.connect(by_sentinel(tmp_path))
    seen: list[Exception] = []

    def write_some(first: int) -> None:
        for number in range(first, first + SOME):
            example.attempt(lambda key=number: client.set(f"key:{key}", key), on_retry=seen.append)

    write_some(0)
    with a_fleet.client(PORTS[0]) as admin:
        assert admin.wait(2, 5000) == 2
    a_fleet.kill(PORTS[0])
    write_some(SOME)
    assert seen
    primary = a_fleet.wait_until_switched(PORTS[0])
    with a_fleet.client(primary) as reading:
        assert [reading.get(f"key:{number}") for number in range(2 * SOME)] == [str(n) for n in range(2 * SOME)]
