# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module rolling_together on real deployments: everything is restarted at once, and all data come back."""

from __future__ import annotations

import contextlib
import pathlib
import socket
import time
import typing as t

import pytest
import redis
from ansible_collections.almashooq.redis.plugins.module_utils._history import store
from redis.backoff import NoBackoff
from redis.retry import Retry

from .engines import name, servers
from .fleet import until
from .instances import ADMIN
from .module_runner import converged, finish_module, refused, start_module
from .rolling import ADDRESS, Cluster, Counter, Deployment, Set

KEYS = 300
SETTINGS: dict[str, dict[str, t.Any]] = {"append-only": {}, "snapshots": {"appendonly": False}}


@pytest.fixture(params=servers(), ids=name)
def engine(request: pytest.FixtureRequest) -> pathlib.Path:
    return t.cast(pathlib.Path, request.param)


def options(deployment: Deployment, directory: pathlib.Path, **others: t.Any) -> dict[str, t.Any]:
    """Return the options of the module for all members of a deployment."""
    needs = [{"node": one, "reasons": ["requested"]} for one in deployment.members()]
    given = deployment.options(needs=needs, home="red", records=str(directory))
    return {**given, **others}


def plan(deployment: Deployment, directory: pathlib.Path, **others: t.Any) -> dict[str, t.Any]:
    """Return the plan of a restart, or of the rest of one."""
    path = directory / "main.json"
    known = {"record": path.read_text() if path.exists() else ""}
    return converged("rolling_together", options(deployment, directory, **{**known, **others}), check=True)


def step(deployment: Deployment, directory: pathlib.Path, known: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the options of the next call after a plan or another call."""
    host = known["next"]
    carried = {each: known[each] for each in ("needs", "record")}
    return options(deployment, directory, host=host, servers=deployment.servers(host), **carried)


def finish(deployment: Deployment, directory: pathlib.Path, known: t.Mapping[str, t.Any]) -> list[str]:
    """Take every step that is left, and return what was done."""
    done: list[str] = []
    while known["next"]:
        known = converged("rolling_together", step(deployment, directory, known))
        assert known["done"], known
        done += [one["step"] for one in known["done"]]
    return done


def fill(deployment: Deployment) -> None:
    """Write keys, with a lifetime and without one."""
    application = deployment.application()
    for number in range(KEYS):
        application.set(f"key:{number}", number, ex=3600 if number % 3 == 0 else None)
    for number in range(100):
        # They end before, while and after the instances are stopped.
        application.set(f"short:{number}", number, px=1000 + 100 * number)


def assert_all_there(deployment: Deployment) -> None:
    """Check that every key has its value."""
    application = deployment.application()
    assert [application.get(f"key:{number}") for number in range(KEYS)] == [str(number) for number in range(KEYS)]


def assert_restarted(deployment: Deployment, before: t.Mapping[str, str]) -> None:
    """Check that each member is another process than before."""
    after = deployment.run_ids()
    assert sorted(after) == sorted(before)
    assert not {one for one in before if before[one] == after[one]}


@pytest.mark.parametrize("saving", SETTINGS)
def test_a_cluster_is_restarted_at_once(
    engine: pathlib.Path, first_port: int, tmp_path: pathlib.Path, saving: str
) -> None:
    with Cluster(engine, first_port, **SETTINGS[saving]) as cluster:
        fill(cluster)
        before = cluster.run_ids()
        planned = plan(cluster, tmp_path)
        print("\n".join(planned["plan"]))
        assert cluster.run_ids() == before
        done = finish(cluster, tmp_path, planned)
        assert [line.split(":")[0] for line in done] == [line.split(":")[0] for line in planned["plan"]]
        assert_restarted(cluster, before)
        assert_all_there(cluster)
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("saving", SETTINGS)
def test_a_set_is_restarted_at_once(engine: pathlib.Path, first_port: int, tmp_path: pathlib.Path, saving: str) -> None:
    with Set(engine, first_port, **SETTINGS[saving]) as replicated:
        fill(replicated)
        before, primaries = replicated.run_ids(), replicated.primaries()
        planned = plan(replicated, tmp_path)
        print("\n".join(planned["plan"]))
        finish(replicated, tmp_path, planned)
        assert_restarted(replicated, before)
        assert_all_there(replicated)
        assert replicated.primaries() == primaries


@pytest.fixture
def cluster(first_port: int) -> t.Iterator[Cluster]:
    """A cluster of one engine that keeps snapshots, for what does not depend on the engine."""
    with Cluster(servers()[0], first_port, **SETTINGS["snapshots"]) as deployment:
        fill(deployment)
        yield deployment


def test_a_single_instance_keeps_what_was_acknowledged(
    engine: pathlib.Path, first_port: int, tmp_path: pathlib.Path
) -> None:
    with Set(engine, first_port, count=1, sentinels=0) as single, single.client(first_port) as client:
        client.set("key", "before")
        before = single.run_ids()
        finish(single, tmp_path, plan(single, tmp_path))
        assert_restarted(single, before)
        assert client.get("key") == "before"
        client.set("key", "after")


def test_a_set_under_writes_loses_none_that_was_acknowledged(
    engine: pathlib.Path, first_port: int, tmp_path: pathlib.Path
) -> None:
    with Set(engine, first_port) as replicated:
        with Counter(replicated) as application:
            finish(replicated, tmp_path, plan(replicated, tmp_path))
            count = len(application.times)
            until(lambda: len(application.times) > count, "writes after the restart")
        assert application.lost() == []


def test_nothing_is_restarted_again_and_nothing_without_a_need(cluster: Cluster, tmp_path: pathlib.Path) -> None:
    before = cluster.run_ids()
    assert plan(cluster, tmp_path, needs=[])["plan"] == []
    one = [{"node": cluster.members()[4], "reasons": ["requested"]}]
    finish(cluster, tmp_path, plan(cluster, tmp_path, needs=one))
    assert_restarted(cluster, before)


@pytest.mark.parametrize("saving", SETTINGS)
def test_a_primary_that_cannot_save_is_refused_before_anything_stops(
    first_port: int, tmp_path: pathlib.Path, saving: str
) -> None:
    settings = {"save": ["3600 1"], **SETTINGS[saving]} if saving == "append-only" else SETTINGS[saving]
    with Set(servers()[0], first_port, **settings) as replicated:
        before, planned = replicated.run_ids(), plan(replicated, tmp_path)
        taken = snapshot(replicated, first_port)
        taken.unlink(missing_ok=True)
        taken.mkdir()  # renaming a file there fails, once it is tried
        (taken / "in-the-way").touch()
        late = refused("rolling_together", step(replicated, tmp_path, planned))["msg"]
        assert f"{ADDRESS}:{first_port} could not write a snapshot" in late
        early = refused("rolling_together", options(replicated, tmp_path), check=True)["msg"]
        assert f"{ADDRESS}:{first_port} could not write its last snapshot" in early
        assert replicated.run_ids() == before
        assert list(tmp_path.iterdir()) == []


def test_another_file_at_the_next_start_is_refused(cluster: Cluster, tmp_path: pathlib.Path) -> None:
    node = cluster.members()[0]
    disks = [{"node": node, "next_start": {"appendonly": "yes"}}]
    message = refused("rolling_together", options(cluster, tmp_path, disks=disks), check=True)["msg"]
    assert f"{node} has appendonly no, and would start with yes" in message


def test_a_disk_without_room_is_refused(cluster: Cluster, tmp_path: pathlib.Path) -> None:
    disks = [{"node": cluster.members()[0], "disk_free_bytes": 1000}]
    message = refused("rolling_together", options(cluster, tmp_path, disks=disks), check=True)["msg"]
    assert "red has 0 MiB of disk left" in message


def test_a_primary_that_comes_back_empty_stops_the_run_before_replicas_lose_anything(
    cluster: Cluster, tmp_path: pathlib.Path
) -> None:
    before = cluster.run_ids()
    emptied = cluster.ports[1]
    file = snapshot(cluster, emptied)
    known = plan(cluster, tmp_path)
    known = converged("rolling_together", step(cluster, tmp_path, known))  # all are stopped, one host is started
    saved = file.read_bytes()
    file.unlink()
    with pytest.raises(AssertionError, match="came back with less than it had"):
        finish(cluster, tmp_path, known)
    replicas = [port for port in cluster.ports if port not in cluster.ports[:3]]
    assert not [port for port in replicas if listens(port)]
    # Run again, it says the same.
    with pytest.raises(AssertionError, match="came back with less than it had"):
        finish(cluster, tmp_path, plan(cluster, tmp_path))
    with cluster.client(emptied) as client:
        client.shutdown(nosave=True)
    file.write_bytes(saved)
    finish(cluster, tmp_path, plan(cluster, tmp_path))
    assert_restarted(cluster, before)
    assert_all_there(cluster)


def snapshot(deployment: Deployment, port: int) -> pathlib.Path:
    """Return the file of an instance's snapshot."""
    with deployment.client(port) as client:
        return pathlib.Path(client.config_get("dir")["dir"], client.config_get("dbfilename")["dbfilename"])


def listens(port: int) -> bool:
    """Return whether a server runs on a port."""
    with socket.socket() as connection:
        return connection.connect_ex((ADDRESS, port)) == 0


def killed(deployment: Deployment, directory: pathlib.Path, steps: int, history: pathlib.Path) -> bool:
    """Begin a restart and kill it when so many steps were taken; return whether it got that far."""
    known, taken = plan(deployment, directory), 0
    while known["next"]:
        where = history / f"{steps}-{taken}"
        run_by = {"run": "killed", "directory": str(where)}
        call = start_module("rolling_together", {**step(deployment, directory, known), "run_by": run_by})
        while call.poll() is None:
            records = store.read(str(where), 0).records
            if any(taken + one.steps >= steps for one in records):
                call.kill()
                call.communicate()
                return True
            time.sleep(0.005)
        known = finish_module(call)
        assert known["rc"] == 0, known
        taken += len(known["done"])
    return False


def write(deployment: Deployment, key: str, acknowledged: set[str]) -> None:
    """Write a key at each primary that takes it, as an application does between two runs."""
    for port in deployment.ports:
        client = redis.Redis(
            ADDRESS, port, username="admin", password=ADMIN, socket_timeout=0.2, retry=Retry(NoBackoff(), 0)
        )
        with contextlib.suppress(redis.exceptions.RedisError), client:
            client.set(key, key)
            acknowledged.add(key)


@pytest.mark.parametrize("topology", ["cluster", "set"])
def test_a_run_that_is_killed_anywhere_goes_on_when_it_is_run_again(
    first_port: int, tmp_path: pathlib.Path, topology: str
) -> None:
    engines = servers()
    made: Deployment = Cluster(engines[0], first_port) if topology == "cluster" else Set(engines[-1], first_port)
    records, acknowledged = tmp_path / "records", set[str]()
    with made as deployment:
        fill(deployment)
        steps = len(plan(deployment, records)["plan"])
        for boundary in range(steps):
            before = deployment.run_ids()
            assert killed(deployment, records, boundary, tmp_path / "history")
            write(deployment, f"written:{boundary}", acknowledged)
            finish(deployment, records, plan(deployment, records))
            assert_restarted(deployment, before)
            assert_all_there(deployment)
            until(deployment.agrees, "the members to agree")
        assert list(records.iterdir()) == []
        application = deployment.application()
        assert [key for key in acknowledged if application.get(key) != key] == []
        application.set("written", "after")
