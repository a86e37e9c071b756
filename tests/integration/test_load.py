# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load tests of real servers: figures that the servers confirm, no trace left, no password shown, clear refusals."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import typing as t

import pytest

from .engines import engines
from .fleet import PASSWORD, Fleet, until
from .module_runner import converged, finish_module, refused, start_module

FIRST_PORT = 13920
PREFIX = "almashooq:load:"


def options(fleet: Fleet, **more: t.Any) -> dict[str, t.Any]:
    return {
        "password": PASSWORD,
        "nodes": fleet.nodes(),
        "tool": fleet.program("benchmark"),
        "seconds": 9.0,
        "value_bytes": 64,
        "keys": 200,
        "connections": 20,
        **more,
    }


def traces(fleet: Fleet) -> list[str]:
    """Return every key, and every user beside the default one, of all servers."""
    found: list[str] = []
    for port in fleet.ports:
        with fleet.client(port) as client:
            found += [str(key) for key in client.scan_iter()]
            found += [str(user) for user in client.acl_users() if user != "default"]
    return found


@pytest.fixture(scope="module", params=engines(), ids=lambda path: path.parent.name)
def fleet(request: pytest.FixtureRequest) -> t.Iterator[Fleet]:
    with Fleet(t.cast(pathlib.Path, request.param), 3, FIRST_PORT) as fleet:
        converged("cluster", {"password": PASSWORD, "nodes": fleet.nodes(), "replicas": 0})
        yield fleet


@pytest.fixture
def untouched(fleet: Fleet) -> t.Iterator[Fleet]:
    """The cluster with a key of another user, which has to be all that is there after the test."""
    for port in fleet.ports:
        with fleet.client(port) as client:
            client.flushall()
    with redis_cluster(fleet) as client:
        client.set("almashooq:other", "mine")
    yield fleet
    assert traces(fleet) == ["almashooq:other"]


@contextlib.contextmanager
def redis_cluster(fleet: Fleet) -> t.Iterator[t.Any]:
    import redis.cluster

    client = redis.cluster.RedisCluster("127.0.0.1", fleet.ports[0], password=PASSWORD, decode_responses=True)
    try:
        yield client
    finally:
        client.close()


def calls(fleet: Fleet, command: str) -> int:
    """Return how often the servers say that a command was called."""
    total = 0
    for port in fleet.ports:
        with fleet.client(port) as client:
            total += client.info("commandstats").get(f"cmdstat_{command}", {}).get("calls", 0)
    return total


def test_runs_are_planned_measured_and_confirmed_by_the_servers(untouched: Fleet) -> None:
    desired = options(untouched, targets={"ops_per_second": 1.0, "p99_ms": 0.000001})
    planned = converged("load_test", desired, check=True)
    assert planned["load"] is None
    assert len(planned["plan"]) == 6 + 3 * 3
    assert calls(untouched, "setex") == 0

    measured = converged("load_test", desired)
    assert measured["plan"] == planned["plan"] == [one["step"] for one in measured["done"]]
    runs = measured["load"]["runs"]
    assert [(run["name"], run["scope"]) for run in runs] == [
        *[(name, "cluster") for name in ("write", "read", "mix")] * 2,
        *[("write", "node")] * 3,
    ]
    assert [run["node"] for run in runs[6:]] == [f"127.0.0.1:{port}" for port in untouched.ports]
    for run in runs:
        assert run["ops_per_second"] > 0
        assert 0 < run["p50_ms"] <= run["p99_ms"] <= run["p999_ms"]
        assert run["seconds"] <= 2 * 9.0 / 9 + 1
    written = sum(run["requests"] for run in runs if run["name"] == "write")
    assert calls(untouched, "setex") >= written
    assert {row["name"]: row["met"] for row in measured["targets"]} == {"ops_per_second": True, "p99_ms": False}
    # Servers and generator are one host here, and that is reported.
    assert "generator-shared" in [one["check"] for one in measured["findings"]]


def test_a_password_is_on_no_command_line(untouched: Fleet) -> None:
    process = start_module("load_test", options(untouched, seconds=3.0, kinds=["write"], pipelines=[1], per_node=False))
    tool = os.path.basename(untouched.program("benchmark"))
    seen: set[str] = set()

    def looked() -> bool:
        for directory in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                line = (directory / "cmdline").read_text().replace("\0", " ")
                if tool in line and str(untouched.ports[0]) in line:
                    seen.add(line)
        return process.poll() is not None

    until(looked, "the end of the load test", timeout=60)
    assert finish_module(process)["rc"] == 0
    assert seen
    assert not [line for line in seen if PASSWORD in line]
    assert all("--user almashooq-load" in line for line in seen)


def test_a_killed_run_leaves_keys_that_expire_and_the_next_one_removes_them(untouched: Fleet) -> None:
    desired = options(untouched, seconds=3.0, kinds=["write"], pipelines=[1], per_node=False)
    process = start_module("load_test", desired)
    until(lambda: calls(untouched, "setex") > 100 and any(PREFIX in one for one in traces(untouched)), "keys")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    for port in untouched.ports:
        with untouched.client(port) as client:
            assert all(0 < client.ttl(key) <= 3600 for key in client.scan_iter(f"{PREFIX}*"))
    converged("load_test", desired)


def test_a_node_with_little_processor_is_named(untouched: Fleet) -> None:
    subprocess.run(["bash", "tests/tools/system.sh", "cpulimit"], check=True, capture_output=True)
    slow = untouched.ports[1]
    with untouched.client(slow) as client:
        pid = client.info("server")["process_id"]
    limit = subprocess.Popen(["cpulimit", "-l", "5", "-p", str(pid), "-q"], stdout=subprocess.DEVNULL)
    try:
        found = converged("load_test", options(untouched, seconds=12.0, kinds=["write"], pipelines=[16]))["findings"]
    finally:
        limit.terminate()
        limit.wait()
        os.kill(pid, signal.SIGCONT)
    slow_ones = [one for one in found if one["check"] == "slow-node"]
    assert [(one["node"], one["severity"]) for one in slow_ones] == [(f"127.0.0.1:{slow}", "error")]
    assert f"127.0.0.1:{slow} does" in slow_ones[0]["message"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"tool": "/nowhere/redis-benchmark"}, "has no /nowhere/redis-benchmark. Install"),
        ({"tool": "/bin/true"}, "neither redis-benchmark nor valkey-benchmark"),
        ({"password": "wrong"}, "login as 'default' failed"),
        ({"value_bytes": 400000000, "keys": 100000}, "Choose fewer keys or smaller values"),
        ({"seconds": 1.0}, "too few for 9 runs"),
        ({"connections": 3}, "connections are too few for 3 primaries"),
    ],
    ids=["no tool", "another tool", "password", "no room", "no time", "no connections"],
)
def test_refusals_change_nothing_and_tell_the_way_out(untouched: Fleet, wrong: dict[str, t.Any], said: str) -> None:
    assert said in refused("load_test", options(untouched, **wrong))["msg"]


def test_a_primary_that_gets_full_is_named_and_nothing_is_left(untouched: Fleet) -> None:
    full = untouched.ports[2]
    before = calls(untouched, "setex")
    process = start_module("load_test", options(untouched, kinds=["write"], pipelines=[1], per_node=False))
    until(lambda: calls(untouched, "setex") > before + 100, "writes")
    with untouched.client(full) as client:
        # Less than an empty server takes: from now on it refuses writes.
        client.config_set("maxmemory", "100000")
    try:
        result = finish_module(process)
    finally:
        with untouched.client(full) as client:
            client.config_set("maxmemory", "0")
    assert result["failed"] is True
    assert "OOM" in result["msg"]
    assert "raise maxmemory" in result["msg"]
    assert str(full) in result["msg"]
    assert result["remaining"]


def test_a_cluster_that_is_down_is_not_measured(untouched: Fleet) -> None:
    dead = untouched.ports[1]
    untouched.kill(dead)
    try:
        result = refused("load_test", options(untouched, connect_timeout=1.0))
    finally:
        untouched.start(dead)
        untouched.wait_until_ready(dead)
        converged("cluster", {"password": PASSWORD, "nodes": untouched.nodes(), "replicas": 0})
        with redis_cluster(untouched) as client:
            client.set("almashooq:other", "mine")
    assert "slots are not served" in result["msg"]
    assert f"127.0.0.1:{dead}" in result["msg"]


def test_a_set_is_measured_at_its_primary(any_engine: pathlib.Path, first_port: int) -> None:
    with Fleet(any_engine, 2, first_port, cluster_enabled="no") as fleet:
        with fleet.client(first_port + 1) as replica:
            replica.replicaof("127.0.0.1", first_port)
        until(lambda: _linked(fleet, first_port + 1), "a link to the primary")
        desired = options(fleet, topology="replication", seconds=4.0, pipelines=[1], kinds=["read", "mix"])
        measured = converged("load_test", desired)
        assert [run["name"] for run in measured["load"]["runs"]] == ["read", "mix"]
        with fleet.client(first_port) as primary:
            hits = primary.info("stats")
            assert hits["keyspace_hits"] > 5 * hits["keyspace_misses"]
        assert traces(fleet) == []
        with fleet.client(first_port + 1) as replica:
            replica.replicaof("NO", "ONE")
        two = refused("load_test", desired)
        assert f"127.0.0.1:{first_port}, 127.0.0.1:{first_port + 1}" in two["msg"]


def _linked(fleet: Fleet, port: int) -> bool:
    with fleet.client(port) as client:
        return bool(client.info("replication").get("master_link_status") == "up")


def test_the_tool_is_found_on_the_path(untouched: Fleet, tmp_path: pathlib.Path) -> None:
    program = pathlib.Path(untouched.program("benchmark"))
    shutil.copy(program, tmp_path / "some-benchmark")
    desired = options(untouched, tool="some-benchmark", seconds=2.0, kinds=["write"], pipelines=[1], per_node=False)
    assert "has no some-benchmark" in refused("load_test", desired)["msg"]
    measured = converged("load_test", desired, within=["env", f"PATH={tmp_path}:{os.environ['PATH']}"])
    assert measured["load"]["generator"]["tool"] == f"{program.name} {program.parents[1].name.rpartition('-')[2]}"
