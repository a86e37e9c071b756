# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A restarted primary must not erase what its replicas have.  Ports 17200 to 17399, and bus ports."""

from __future__ import annotations

import contextlib
import signal

import pytest
import redis

from .engines import name, servers
from .fleet import until
from .restarts import (
    NODE_TIMEOUT,
    Counter,
    Sentinels,
    Supervised,
    configured,
    form_cluster,
    shard_of_the_key,
    write_set_files,
)

PORT = 17200
SENTINEL_PORT = 17300
OFF = {"appendonly": False, "save": ""}
SNAPSHOTS = {"appendonly": False, "save": ["3600 1"]}
REPLACED = ("serves its slots now", "as a replica of")
# With everysec the engine holds back writes for up to two seconds while the disk is busy: docs/persistence.md.
AOF = {"appendonly": True, "appendfsync": "always", "save": ""}


@pytest.fixture(params=servers(), ids=name)
def cluster(request):
    """Six supervised cluster nodes without persistence."""
    with Supervised(request.param, PORT, 6, cluster=True) as made:
        configured(made, **OFF, **{"cluster-node-timeout": NODE_TIMEOUT})
        made.keep()
        form_cluster(made)
        yield made


@pytest.fixture(params=servers(), ids=name)
def watched(request):
    """A supervised set of three without persistence, and its Sentinels."""
    with Supervised(request.param, PORT + 50, 3, cluster=False) as made:
        configured(made, **OFF)
        made.keep()
        first = made.ports[0]
        for port in made.ports[1:]:
            with made.client(port) as client:
                client.execute_command("REPLICAOF", "127.0.0.1", first)
                client.config_rewrite()
        until(lambda: all(made.role(port) == ("replica", first) for port in made.ports[1:]), "replicas")
        with Sentinels(made, SENTINEL_PORT) as sentinels:
            write_set_files(made, sentinels.ports)
            yield made


def restarted(made, ports, number):
    """End a shard's primary in this way while a client counts; return whether it follows now, and the guard's words."""
    (primary,) = (port for port in ports if made.role(port)[0] == "primary")
    before = len(made.said)
    with Counter(made, ports) as counter:
        made.send(primary, number)
        counter.wait_for_more()
        until(lambda: settled(made, ports), "one primary that all others follow", 40)
        counter.wait_for_more()
    assert counter.back == []
    said = "\n".join(made.said[before:])
    assert "no replica was promoted" not in said
    return made.role(primary)[0] == "replica", said


def settled(made, ports):
    """Return whether there is one primary, and all others are connected replicas of it."""
    roles = [made.role(port) for port in ports]
    primaries = [port for port, (role, _of) in zip(ports, roles) if role == "primary"]
    return len(primaries) == 1 and all(of == primaries[0] for role, of in roles if role != "primary")


def survives(made, ports):
    """Go through what is kept on disk and what ends a primary, one right after the other."""
    follows, said = restarted(made, ports, signal.SIGKILL)
    assert follows
    # On a slow machine the failover may be over before the guard asks for the first time.
    assert any(words in said for words in ("so that a replica can be promoted first", *REPLACED))
    # It saves when it is stopped on purpose: what it loads is all that its replica has.
    _follows, said = restarted(made, ports, signal.SIGTERM)
    assert "so that a replica can be promoted first" not in said
    configured(made, **SNAPSHOTS)
    follows, _said = restarted(made, ports, signal.SIGKILL)
    assert follows
    configured(made, **AOF)
    restarted(made, ports, signal.SIGKILL)


def test_a_cluster_loses_nothing_that_a_replica_has(cluster):
    primary, replicas = shard_of_the_key(cluster)
    survives(cluster, [primary, *replicas])


def key_of(made, port):
    """Write a key that this primary serves, and return it when a replica has it."""
    with made.client(port) as client:
        for number in range(100):
            with contextlib.suppress(redis.exceptions.ResponseError):
                client.set(f"key-{number}", "value")
                assert client.wait(1, 5000) == 1
                return f"key-{number}"
    raise AssertionError("it serves none of a hundred keys")


def test_a_cluster_that_loses_most_of_its_primaries_at_once_loses_no_data(cluster):
    # As when the host of two of three primaries restarts: no replica can be elected before one of them is back.
    primary, replicas = shard_of_the_key(cluster)
    second = next(port for port in cluster.ports if port != primary and cluster.role(port)[0] == "primary")
    of_second = [port for port in cluster.ports if cluster.role(port) == ("replica", second)]
    key = key_of(cluster, second)
    with Counter(cluster, [primary, *replicas]) as counter:
        cluster.send(second, signal.SIGKILL)
        cluster.send(primary, signal.SIGKILL)
        counter.wait_for_more()
        for ports in ([primary, *replicas], [second, *of_second]):
            until(lambda ports=ports: settled(cluster, ports), "one primary that all others follow", 40)
    assert counter.back == []
    with cluster.client(of_second[0]) as client:
        assert client.get(key) == "value"
    said = "\n".join(cluster.said)
    assert "no replica was promoted" not in said
    assert "to become primary" in said


def test_a_set_loses_nothing_that_a_replica_has(watched):
    survives(watched, watched.ports)
