# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of module replication share: a set, its options, and what witnesses say of it."""

from __future__ import annotations

import json
import pathlib
import typing as t

from . import ports
from .fleet import until
from .sentinel_fleet import HOST, SECRETS, SentinelFleet

first_ports = ports.first_ports(24000, 24500)
# What changes the replication of a server, or its settings, by the names of INFO commandstats.
WRITING = ("replicaof", "slaveof", "config|set", "config|rewrite", "flushall", "flushdb", "failover", "acl|setuser")


def fleet_of(engine: pathlib.Path, first_port: int, **how: t.Any) -> SentinelFleet:
    """Return three servers and three Sentinels, not started yet."""
    return SentinelFleet(engine, range(first_port, first_port + 3), range(first_port + 5, first_port + 8), **how)


def apart(engine: pathlib.Path, first_port: int, **how: t.Any) -> SentinelFleet:
    """Return three servers that are not attached, and Sentinels that watch nothing."""
    return fleet_of(engine, first_port, attach=False, monitor=False, **how)


def options(fleet: SentinelFleet, *ports: int, **others: t.Any) -> dict[str, t.Any]:
    """Return the module's options for all servers, or for some."""
    return {
        "username": "admin",
        "password": SECRETS["admin"],
        "set": fleet.name,
        "nodes": fleet.nodes(*ports),
        "primary": {"address": HOST, "port": fleet.ports[0]},
        "sentinels": fleet.sentinels(),
        "timeout": 40,
        **others,
    }


def write(fleet: SentinelFleet, port: int, *keys: str) -> None:
    with fleet.client(port, "client") as client:
        for key in keys:
            client.set(key, "precious")


def keys(fleet: SentinelFleet, port: int) -> set[str]:
    with fleet.client(port) as client:
        return set(t.cast("list[str]", client.keys()))


def state(fleet: SentinelFleet, *ports: int) -> dict[int, t.Any]:
    """Return what no run may touch: role, history, keys, file and the number of writing commands of each server."""
    said = {}
    for port in ports or fleet.ports:
        with fleet.client(port) as client:
            info = client.info("replication")
            stats = client.info("commandstats")
        commands = {name: stats[f"cmdstat_{name}"]["calls"] for name in WRITING if f"cmdstat_{name}" in stats}
        file = fleet.path(port, "redis.conf").read_text()
        said[port] = (fleet.role(port), info["master_replid"], keys(fleet, port), file, commands)
    return said


def assert_set(fleet: SentinelFleet, primary: int, *replicas: int) -> None:
    """Assert by ROLE, by a written key and by the engines' files that there is one set, which a restart keeps."""
    assert fleet.role(primary) == ("primary", None)
    assert {port: fleet.role(port) for port in replicas} == dict.fromkeys(replicas, ("replica", (HOST, primary)))
    write(fleet, primary, f"witness of {primary}")
    for port in replicas:
        until(lambda port=port: keys(fleet, port) == keys(fleet, primary), f"{port} to have the keys of {primary}")  # type: ignore[misc]
        assert f"replicaof {HOST} {primary}\n" in fleet.path(port, "redis.conf").read_text()
    assert "replicaof" not in fleet.path(primary, "redis.conf").read_text()


def secrets_in(result: t.Mapping[str, t.Any]) -> list[str]:
    return [user for user, secret in SECRETS.items() if secret in json.dumps(result)]
