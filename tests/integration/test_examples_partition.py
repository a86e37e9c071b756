# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applications that still reach a primary which is cut off from all others, together with the Sentinel beside it.

The cut is made with users: those that members log in as at one another are turned off on that host, so that
applications, which have a user of their own, notice nothing of it. Scenario sentinel cuts the network instead.
"""

from __future__ import annotations

import contextlib
import importlib.util
import pathlib
import time
import typing as t

import pytest
import redis

from .fleet import until
from .sentinel_fleet import DATA_USERS, HOST, SentinelFleet
from .test_examples import assert_counted, by_sentinel, packages, reader
from .witness import EXAMPLES, NODE, Witness

__all__ = ["packages"]

PORTS, SENTINEL_PORTS = [25100, 25101, 25102], [25110, 25111, 25112]
# The primary and the Sentinel that are cut off; the Sentinel is the first that applications know.
OLD, BESIDE = PORTS[0], SENTINEL_PORTS[0]
MAX_LAG, DOWN_AFTER, FAILOVER_TIMEOUT = 3, 1000, 3000
# What an outage may last, in milliseconds: a split vote takes twice the failover timeout and is no fault of a client.
OUTAGE = DOWN_AFTER + 2 * FAILOVER_TIMEOUT + 5000
# A replica's lag is counted in whole seconds, once a second.
WINDOW = MAX_LAG + 2


@pytest.fixture
def fleet(any_engine: pathlib.Path) -> t.Iterator[SentinelFleet]:
    """A primary that takes no writes after some seconds without replicas, two replicas, three Sentinels."""
    bound = {"min-replicas-to-write": "1", "min-replicas-max-lag": str(MAX_LAG)}
    with SentinelFleet(
        any_engine, PORTS, SENTINEL_PORTS, down_after=DOWN_AFTER, failover_timeout=FAILOVER_TIMEOUT, settings=bound
    ) as servers:
        yield servers


def cut(fleet: SentinelFleet) -> float:
    """Cut the primary off, with one Sentinel; return when."""
    with fleet.client(OLD) as primary, fleet.client(BESIDE) as sentinel:
        # The Sentinel beside the primary reaches it by a user of its own, and reaches no other server.
        primary.execute_command("ACL", "SETUSER", "beside", "on", ">beside", *DATA_USERS["sentinel"].split())
        sentinel.execute_command("SENTINEL", "SET", fleet.name, "auth-user", "beside")
        sentinel.execute_command("SENTINEL", "SET", fleet.name, "auth-pass", "beside")
        sentinel.execute_command("SENTINEL", "CONFIG", "SET", "sentinel-user", "beside")
        for client, users in ((primary, ("sentinel", "replication")), (sentinel, ("sentinel",))):
            for user in users:
                client.execute_command("ACL", "SETUSER", user, "off")
                client.execute_command("CLIENT", "KILL", "USER", user)
        moment = time.time()
    for port in PORTS[1:]:
        with fleet.client(port) as replica:
            replica.execute_command("CLIENT", "KILL", "USER", "sentinel")
    return moment


def new_primary(fleet: SentinelFleet) -> int:
    """Wait until the majority names another primary, and the one beside the old one does not; return its port."""
    others = SENTINEL_PORTS[1:]
    until(lambda: OLD not in {fleet.primary(port) for port in others}, "another primary by the majority", 30)
    until(lambda: len({fleet.primary(port) for port in others}) == 1, "one primary by the majority", 30)
    assert fleet.primary(BESIDE) == OLD
    found = fleet.primary(others[0])
    assert found is not None
    return found


@pytest.mark.parametrize("client", NODE)
def test_a_client_leaves_a_primary_that_is_cut_off(fleet: SentinelFleet, client: str, tmp_path: pathlib.Path) -> None:
    with Witness(client, by_sentinel(tmp_path, SENTINEL_PORTS), tmp_path) as witness:
        began = cut(fleet)
        primary = new_primary(fleet)
        # The cut lasts, and the old primary answers.
        until(lambda: written(fleet, primary), "a write at the new primary", OUTAGE / 1000)
        witness.wait_for_more()
        report = witness.report()
        assert fleet.primary(BESIDE) == OLD
    late = [entry["at"] / 1000 - began for entry in report["lost"]]
    print(client, {**report, "lost": len(late)}, "last lost after", max(late, default=0))
    assert report["primaries_seen"] == [f"{HOST}:{OLD}", f"{HOST}:{primary}"]
    assert report["longest_gap_ms"] < OUTAGE
    assert all(-0.5 < seconds < WINDOW for seconds in late)
    assert_counted(report, witness.acknowledged(), reader(fleet, primary))


def written(fleet: SentinelFleet, port: int) -> bool:
    """Return whether a server that has been a replica has taken writes of an application."""
    with fleet.client(port) as admin:
        return bool(client_writes(admin))


def client_writes(admin: redis.Redis) -> list[str]:
    """Return the connections of the application that have written last."""
    listed = t.cast("list[dict[str, str]]", admin.client_list())
    return [one["id"] for one in listed if one["user"] == "client" and one["cmd"] == "set"]


def test_redis_py_leaves_a_primary_that_is_cut_off(fleet: SentinelFleet, tmp_path: pathlib.Path) -> None:
    spec = importlib.util.spec_from_file_location("connection", EXAMPLES / "redis-py" / "connection.py")
    assert spec is not None
    assert spec.loader is not None
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    client = example.connect(by_sentinel(tmp_path, SENTINEL_PORTS))
    acknowledged: list[tuple[str, float]] = []

    def write(seconds: float, enough: t.Callable[[], bool] = lambda: False) -> None:
        end = time.time() + seconds
        while time.time() < end and not enough():
            key = f"key:{len(acknowledged)}"
            example.attempt(lambda key=key: client.set(key, "value"), deadline=OUTAGE / 1000)
            acknowledged.append((key, time.time()))
            time.sleep(0.002)

    write(1)
    began = cut(fleet)
    others = SENTINEL_PORTS[1:]
    write(30, lambda: OLD not in {fleet.primary(port) for port in others})
    primary = new_primary(fleet)
    write(2)
    with fleet.client(primary) as admin:
        assert client_writes(admin)
        kept = t.cast("list[t.Any]", admin.mget([key for key, _at in acknowledged]))
    late = [at - began for (_key, at), value in zip(acknowledged, kept, strict=True) if value is None]
    gaps = [later - at for (_key, at), (_next, later) in zip(acknowledged, acknowledged[1:], strict=False)]
    print("redis-py", len(acknowledged), "lost", len(late), "last lost after", max(late, default=0), "gap", max(gaps))
    assert all(-0.5 < seconds < WINDOW for seconds in late)
    assert max(gaps) < OUTAGE / 1000
    with contextlib.suppress(redis.exceptions.ConnectionError):
        client.close()
