# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployments that were made by hand and are taken over with their data, literally as docs/migration.md says."""

from __future__ import annotations

import pathlib
import shutil
import signal
import typing as t

import redis

from .fleet import PASSWORD, Fleet, until
from .instances import ADMIN, USER
from .module_runner import ROOT, converged, refused
from .test_copies import HERE, members
from .test_daemon import Daemons

KEYS = 200
SLOTS = ((0, 5460), (5461, 10922), (10923, 16383))
# The one password of before lets applications in until they have users of their own.
APPLICATIONS = {"name": "default", "password": PASSWORD, "rules": "~* &* +@all"}
Connect = t.Callable[[int], redis.Redis]


def server_of(engine: pathlib.Path) -> pathlib.Path:
    return next(engine.glob("*-server"))


def join_by_hand(fleet: Fleet) -> None:
    """Make a cluster of six servers: the first three are primaries, each of the others is a replica of one of them."""
    primaries, replicas = fleet.ports[:3], fleet.ports[3:]
    # The replicas have the lower epochs: otherwise a peer may go on listing one of them as a primary.
    for epoch, port in enumerate((*replicas, *primaries), start=1):
        fleet.client(port).execute_command("CLUSTER SET-CONFIG-EPOCH", epoch)
    for port, (first, last) in zip(primaries, SLOTS):
        fleet.client(port).execute_command("CLUSTER ADDSLOTSRANGE", first, last)
    for port in fleet.ports[1:]:
        fleet.client(fleet.ports[0]).execute_command("CLUSTER MEET", HERE, port)
    until(lambda: all(is_met(fleet.client(port)) for port in fleet.ports), "all six to know each other")
    for primary, replica in zip(primaries, replicas):
        node_id = fleet.client(primary).execute_command("CLUSTER MYID")
        fleet.client(replica).execute_command("CLUSTER REPLICATE", node_id)
    until(lambda: is_whole(fleet.client, fleet.ports), "the cluster that was made by hand")


def is_met(client: redis.Redis) -> bool:
    lines = client.execute_command("CLUSTER NODES").values()
    return len(lines) == 6 and all("handshake" not in line["flags"] and line["connected"] for line in lines)


def view(client: redis.Redis) -> dict[str, t.Any]:
    """Return what a node says of all: by address the id, the flags with its role, its primary and its slots."""
    return {
        name: (line["node_id"], set(line["flags"].split(",")) - {"myself"}, line["master_id"], line["slots"])
        for name, line in client.execute_command("CLUSTER NODES").items()
    }


def is_whole(connect: Connect, ports: t.Sequence[int]) -> bool:
    """Return whether all nodes serve, with their replicas attached, and see the same cluster."""
    try:
        views = [view(connect(port)) for port in ports]
        states = [connect(port).execute_command("CLUSTER INFO")["cluster_state"] for port in ports]
        links = [connect(port).info("replication").get("master_link_status", "up") for port in ports]
    except redis.exceptions.BusyLoadingError:
        return False
    roles = [role for one in views for _id, flags, _primary, _slots in one.values() for role in flags]
    return (
        all(one == views[0] for one in views)
        and {*states, *links} == {"ok", "up"}
        and roles.count("slave") == len(ports) * 3
        and not {"fail", "fail?"} & set(roles)
    )


def stop(fleet: Fleet) -> None:
    """Stop all servers, replicas before primaries, so that no replica takes over meanwhile."""
    for port in reversed(fleet.ports):
        # One that still writes its first append-only file refuses to end, and is not asked again.
        client = fleet.client(port)
        until(lambda client=client: writes_nothing(client), f"the append-only file of {port}")
        fleet.kill(port, signal.SIGTERM)


def writes_nothing(client: redis.Redis) -> bool:
    """Return whether a server neither rewrites its append-only file nor is about to."""
    seen = client.info("persistence")
    return not (seen["aof_rewrite_in_progress"] or seen["aof_rewrite_scheduled"])


def take_files(fleet: Fleet, new: Daemons, port: int, names: t.Mapping[str, str]) -> pathlib.Path:
    """Copy files of a stopped server to where the collection looks for them, readable for the service user."""
    home = new.base / "data" / str(port)
    home.mkdir(parents=True)
    for name, new_name in names.items():
        source = fleet.directory / str(port) / name
        if source.is_dir():
            shutil.copytree(source, home / new_name)
        else:
            shutil.copy(source, home / new_name)
    own(home)
    return home


def own(home: pathlib.Path) -> None:
    for path in (home, *home.rglob("*")):
        shutil.chown(path, USER, "nogroup")


def start(new: Daemons) -> list[str]:
    """Start all instances as site.yml does, and return what the start guard said of them."""
    guard = new.base / "guard"
    shutil.copytree(ROOT / "roles" / "redis_node" / "files", guard)
    said = converged("instance_daemon", new.daemon(guard=str(guard)))["guard"]
    return t.cast("list[str]", said)


def assert_identity_is_accepted(new: Daemons) -> None:
    asked = {"host": "here", "data_dir": str(new.base / "data"), "members": members(new.ports, HERE)}
    result = converged("preflight_identity", asked)
    assert result.get("warnings", []) == []


def test_a_cluster_keeps_ids_slots_roles_and_keys(engine: pathlib.Path, first_port: int) -> None:
    how = {"appendonly": "yes", "cluster_node_timeout": "2000"}
    with (
        Fleet(engine, 6, first_port, **how) as old,
        Daemons(server_of(engine), first_port, count=6, cluster=True) as new,
    ):
        join_by_hand(old)
        with redis.RedisCluster(HERE, first_port, password=PASSWORD) as client:
            for number in range(KEYS):
                client.set(f"key:{number}", number)
        before = view(old.client(first_port))
        stop(old)
        for port in new.ports:
            names = {"nodes.conf": f"nodes-{port}.conf", "appendonlydir": "appendonlydir"}
            take_files(old, new, port, names)
        assert_identity_is_accepted(new)
        options = new.config(
            {"maxmemory": "10mb", "appendonly": True, "cluster-node-timeout": 5000}, users=[APPLICATIONS]
        )
        converged("instance", options)
        # No primary waits for a replica that would take over from it.
        reasons = ["its append-only file has everything that it acknowledged"] * 3 + ["it is a replica"] * 3
        assert sorted(start(new)) == [
            f"start guard of {port}: starts: {reason}" for port, reason in zip(new.ports, reasons)
        ]
        until(lambda: is_whole(new.client, new.ports), "the cluster that was taken over", timeout=40)

        assert view(new.client()) == before
        with redis.RedisCluster(HERE, first_port, password=PASSWORD) as client:
            assert [int(client.get(f"key:{number}") or -1) for number in range(KEYS)] == list(range(KEYS))
        asked = {"nodes": old.nodes(), "username": "admin", "password": ADMIN, "replicas": 1}
        checked = converged("cluster", {**asked, "accept_placement": ["replica-on-primary-host"]}, check=True)
        assert (checked["changed"], checked["plan"]) == (False, [])
        assert converged("instance", options)["changed"] is False
        assert converged("instance_daemon", new.daemon())["changed"] is False


def test_a_set_keeps_its_primary_and_its_keys(any_engine: pathlib.Path, first_port: int) -> None:
    with (
        Fleet(any_engine, 3, first_port, cluster_enabled="no", appendonly="yes") as old,
        Daemons(server_of(any_engine), first_port, count=3) as new,
    ):
        for port in old.ports[1:]:
            old.client(port).execute_command("REPLICAOF", HERE, first_port)
        old.client(first_port).mset({f"key:{number}": number for number in range(KEYS)})
        until(lambda: all(is_in_sync(old.client(port)) for port in old.ports[1:]), "the replicas made by hand")
        stop(old)
        for port in new.ports:
            home = take_files(old, new, port, {"appendonlydir": "appendonlydir"})
            if port != first_port:
                (home / "redis.conf").write_text(f"replicaof {HERE} {first_port}\n")
                own(home)
        assert_identity_is_accepted(new)
        converged("instance", new.config({"maxmemory": "10mb", "appendonly": True}))
        start(new)
        until(lambda: all(is_in_sync(new.client(port)) for port in new.ports[1:]), "the replicas that were taken over")

        asked = {"set": "main", "nodes": old.nodes(), "primary": {"address": HERE, "port": first_port}}
        checked = converged("replication", {**asked, "username": "admin", "password": ADMIN}, check=True)
        assert (checked["changed"], checked["plan"]) == (False, [])
        assert new.client(first_port).info("replication")["role"] == "master"
        for port in new.ports:
            assert new.client(port).dbsize() == KEYS


def is_in_sync(client: redis.Redis) -> bool:
    """Return whether a replica is attached and has all keys."""
    try:
        return client.info("replication").get("master_link_status") == "up" and client.dbsize() == KEYS
    except redis.exceptions.BusyLoadingError:
        return False


def test_a_snapshot_alone_is_taken_over_in_two_runs(any_engine: pathlib.Path, first_port: int) -> None:
    with (
        Fleet(any_engine, 1, first_port, cluster_enabled="no") as old,
        Daemons(server_of(any_engine), first_port) as new,
    ):
        old.client(first_port).set("key", "value")
        old.client(first_port).save()
        stop(old)
        home = take_files(old, new, first_port, {"dump.rdb": f"dump-{first_port}.rdb"})
        settings = {"maxmemory": "10mb", "appendonly": True}
        assert "it would ignore the data" in refused("instance", new.config(settings))["msg"]
        converged("instance", new.config({**settings, "appendonly": False}))
        converged("instance_daemon", new.daemon())
        assert new.client().get("key") == "value"

        converged("instance", new.config(settings))
        until(lambda: not new.client().info("persistence")["aof_rewrite_in_progress"], "the append-only file")
        assert (home / "appendonlydir").is_dir()
        converged("instance_daemon", new.daemon("stopped"))
        converged("instance_daemon", new.daemon())
        assert new.client().get("key") == "value"
