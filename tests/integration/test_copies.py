# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data directories of one deployment that are copied to another: what real servers leave in their files."""

from __future__ import annotations

import pathlib
import shutil
import typing as t

import redis

from .fleet import PASSWORD, Fleet
from .module_runner import run_module
from .replication import first_ports, fleet_of

KEYS = 200
HERE, THERE = "127.0.0.1", "127.0.0.9"


def members(ports: t.Iterable[int], address: str, deployment: str = "redis") -> list[dict[str, t.Any]]:
    """Return the members of an inventory with all instances on one host, none of which runs."""
    common = {"host": "here", "zone": "here", "deployment": deployment, "address": address, "listening": False}
    return [{**common, "port": port} for port in ports]


def options(fleet: Fleet) -> dict[str, t.Any]:
    return {"nodes": fleet.nodes(), "password": PASSWORD, "replicas": 0, "settings": {"cluster-node-timeout": 1500}}


def stop(fleet: Fleet) -> None:
    for port in fleet.ports:
        fleet.kill(port)


def start(fleet: Fleet) -> None:
    for port in fleet.ports:
        fleet.start(port)
    for port in fleet.ports:
        fleet.wait_until_ready(port)


def by_slots(fleet: Fleet) -> dict[str, int]:
    """Return which server has which slots."""
    result = run_module("cluster", options(fleet))
    assert result["rc"] == 0, result
    return {shard["slots"]: shard["primary"]["port"] for shard in result["topology"]["shards"]}


def test_a_copied_cluster_is_not_started_and_its_data_are_on_purpose(engine: pathlib.Path, first_port: int) -> None:
    how = {"cluster_node_timeout": "1500", "appendonly": "yes", "appendfsync": "always"}
    with Fleet(engine, 3, first_port, **how) as original, Fleet(engine, 3, first_port + 4, **how) as copy:
        owners = by_slots(original)
        with redis.RedisCluster(HERE, original.ports[0], password=PASSWORD) as client:
            for number in range(KEYS):
                client.set(f"key:{number}", number)
        stop(original)
        data = original.directory / "data"
        for port in original.ports:
            shutil.copytree(original.directory / str(port), data / str(port))
            (data / str(port) / "nodes.conf").rename(data / str(port) / f"nodes-{port}.conf")
        asked = {"host": "here", "data_dir": str(data)}
        own = run_module("preflight_identity", {**asked, "members": members(original.ports, HERE)}, check=True)
        assert (own["rc"], own.get("warnings", [])) == (0, []), own
        refused = run_module("preflight_identity", {**asked, "members": members(original.ports, THERE)})
        assert refused["failed"]
        assert (
            f"{THERE}:{original.ports[0]} would start as {HERE}:{original.ports[0]} in another cluster"
            in refused["msg"]
        )
        assert len(refused["problems"]) == 3

        # Literally what docs/copies.md says: a new cluster, then the data of the primary with the same slots.
        new = by_slots(copy)
        assert new.keys() == owners.keys()
        stop(copy)
        for slots, port in owners.items():
            home = copy.directory / str(new[slots])
            shutil.rmtree(home / "appendonlydir")
            shutil.copytree(data / str(port) / "appendonlydir", home / "appendonlydir")
        start(original)
        start(copy)
        for fleet in (original, copy):
            assert run_module("cluster", options(fleet))["changed"] is False
            with redis.RedisCluster(HERE, fleet.ports[0], password=PASSWORD) as client:
                assert [int(client.get(f"key:{number}") or -1) for number in range(KEYS)] == list(range(KEYS))
        ids = [
            {str(fleet.client(port).execute_command("CLUSTER MYID")) for port in fleet.ports}
            for fleet in (original, copy)
        ]
        assert not ids[0] & ids[1]


def test_a_copied_set_and_its_sentinels_are_not_started(engine: pathlib.Path) -> None:
    with fleet_of(engine, next(first_ports)) as fleet:
        for port in (*fleet.sentinel_ports, *fleet.ports):
            fleet.kill(port)
        asked = {"host": "here", "data_dir": str(fleet.directory), "sentinel_data_dir": str(fleet.directory)}

        def look(address: str, sentinels: t.Sequence[int] = tuple(fleet.sentinel_ports)) -> dict[str, t.Any]:
            watching = members(sentinels, address, "(Sentinel)")
            every = [*members(fleet.ports, address), *watching]
            return run_module("preflight_identity", {**asked, "members": every, "sentinels": watching})

        assert look(HERE)["rc"] == 0
        refused = look(THERE)
        assert len(refused["problems"]) == 5
        primary = f"{HERE}:{fleet.ports[0]}"
        for port in fleet.ports[1:]:
            assert f"{THERE}:{port} would start as a replica of {primary}" in refused["msg"]
        for port in fleet.sentinel_ports:
            assert f"Sentinel {THERE}:{port} would watch main at {primary}" in refused["msg"]

        first, second, _third = fleet.sentinel_ports
        fleet.path(second, "sentinel.conf").write_text(fleet.path(first, "sentinel.conf").read_text())
        assert f"Sentinel {HERE}:{second} would start with the file of another Sentinel" in look(HERE)["msg"]
