# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Members that lost their identity, and servers that have another one's: module cluster against real servers."""

from __future__ import annotations

import pathlib
import shutil
import typing as t

import redis

from .fleet import PASSWORD, Fleet, remove, until
from .module_runner import run_module

SETTINGS = {"cluster-node-timeout": 1500, "repl-diskless-sync-delay": 0}
KEYS = 200


def options(fleet: Fleet, **others: t.Any) -> dict[str, t.Any]:
    accept = ["replica-on-primary-host"]
    return {"nodes": fleet.nodes(), "password": PASSWORD, "accept_placement": accept, "settings": SETTINGS, **others}


def lines(fleet: Fleet, port: int) -> dict[str, dict[str, t.Any]]:
    """Return what one server says of all, by node id."""
    with fleet.client(port) as client:
        return {
            line["node_id"]: {**line, "name": name} for name, line in client.execute_command("CLUSTER NODES").items()
        }


def my_id(fleet: Fleet, port: int) -> str:
    with fleet.client(port) as client:
        return str(client.execute_command("CLUSTER MYID"))


def role(fleet: Fleet, port: int) -> str:
    with fleet.client(port) as client:
        return str(client.info("replication")["role"])


def primaries(fleet: Fleet) -> list[int]:
    return [port for port in fleet.ports if role(fleet, port) == "master"]


def replica_of(fleet: Fleet, primary: int) -> int:
    return next(
        port for port in fleet.ports
        if role(fleet, port) == "slave" and lines(fleet, port)[my_id(fleet, port)]["master_id"] == my_id(fleet, primary)
    )  # fmt: skip


def write(fleet: Fleet) -> None:
    with redis.RedisCluster("127.0.0.1", fleet.ports[0], password=PASSWORD) as client:
        for number in range(KEYS):
            client.set(f"key:{number}", number)


def assert_startable(fleet: Fleet, port: int) -> None:
    """Assert that a node has each replica in the shard of its primary: it would not start again otherwise."""
    with fleet.client(port) as client:
        reply = client.execute_command("CLUSTER SHARDS")
    shards = [{str(node["id"]) for node in shard["nodes"]} for shard in reply]
    for line in lines(fleet, port).values():
        if line["master_id"] != "-":
            assert any({line["node_id"], line["master_id"]} <= shard for shard in shards), (port, line, shards)


def assert_whole(fleet: Fleet, *gone: str) -> None:
    """Assert that all keys are there, all six are members with a replica each, and no node remembers an old id."""
    with redis.RedisCluster("127.0.0.1", fleet.ports[0], password=PASSWORD) as client:
        assert [int(client.get(f"key:{number}") or -1) for number in range(KEYS)] == list(range(KEYS))
    ids = {my_id(fleet, port) for port in fleet.ports}
    assert not ids.intersection(gone)
    for port in fleet.ports:
        assert set(lines(fleet, port)) == ids
        assert_startable(fleet, port)
    followed = [line["master_id"] for line in lines(fleet, fleet.ports[0]).values() if "slave" in line["flags"]]
    assert len(followed) == len(set(followed)) == len(fleet.ports) // 2


def restart_empty(fleet: Fleet, port: int) -> None:
    """Come back on an empty disk."""
    fleet.kill(port)
    remove(fleet.directory / str(port))
    fleet.start(port)
    fleet.wait_until_ready(port)


def reset_a_replica(fleet: Fleet) -> int:
    port = replica_of(fleet, primaries(fleet)[0])
    with fleet.client(port) as client:
        client.execute_command("CLUSTER RESET HARD")
    return port


def rebuild_a_primary_that_was_replaced(fleet: Fleet) -> int:
    port = primaries(fleet)[0]
    candidate = replica_of(fleet, port)
    fleet.kill(port)
    until(lambda: role(fleet, candidate) == "master", "the replica to take over")
    fleet.start(port)
    fleet.wait_until_ready(port)
    restart_empty(fleet, port)
    return port


def rebuild_a_primary_before_anybody_noticed(fleet: Fleet) -> int:
    """Its old id is then never taken for failed, and no failover comes by itself.

    Its replica has to be kept from taking over the nothing that the new server at the address has.
    """
    port = primaries(fleet)[-1]
    with fleet.client(replica_of(fleet, port)) as replica:
        replica.config_set("masterauth", "wrong")
        restart_empty(fleet, port)
    return port


def empty_the_nodes_file_of_a_replica(fleet: Fleet) -> int:
    port = replica_of(fleet, primaries(fleet)[1])
    fleet.kill(port)
    (fleet.directory / str(port) / "nodes.conf").write_text("")
    (fleet.directory / str(port) / "dump.rdb").unlink(missing_ok=True)
    fleet.start(port)
    fleet.wait_until_ready(port)
    return port


LOSSES = (
    reset_a_replica,
    rebuild_a_primary_that_was_replaced,
    rebuild_a_primary_before_anybody_noticed,
    empty_the_nodes_file_of_a_replica,
)


def test_a_member_that_lost_its_identity_is_taken_back(engine: pathlib.Path, first_port: int) -> None:
    with Fleet(engine, 6, first_port, cluster_node_timeout="1500", repl_diskless_sync_delay="0") as fleet:
        assert run_module("cluster", options(fleet))["rc"] == 0
        write(fleet)
        for loss in LOSSES:
            before = {port: my_id(fleet, port) for port in fleet.ports}
            port = loss(fleet)
            old = before[port]
            planned = run_module("cluster", options(fleet), check=True)
            assert planned["rc"] == 0, (loss.__name__, planned)
            result = run_module("cluster", options(fleet))
            assert result["rc"] == 0, (loss.__name__, result)
            assert result["topology"]["state"] == "ok"
            assert_whole(fleet, old)
            assert {one: my_id(fleet, one) for one in fleet.ports if one != port} == {
                one: known for one, known in before.items() if one != port
            }
            assert run_module("cluster", options(fleet))["changed"] is False


def test_a_replica_that_took_over_the_nothing_of_a_rebuilt_primary_is_not_promoted(
    any_engine: pathlib.Path, first_port: int
) -> None:
    with Fleet(any_engine, 6, first_port, cluster_node_timeout="1500", repl_diskless_sync_delay="0") as fleet:
        assert run_module("cluster", options(fleet))["rc"] == 0
        write(fleet)
        port = primaries(fleet)[0]
        replica = replica_of(fleet, port)
        restart_empty(fleet, port)
        with fleet.client(replica) as client:
            until(lambda: client.dbsize() == 0, "the replica to follow whatever is at the address")
        refused = run_module("cluster", options(fleet, timeout=20))
        assert refused["failed"]
        assert f"127.0.0.1:{replica} has taken over the data of the new server" in refused["msg"]
        assert role(fleet, replica) == "slave"


def test_slots_that_nobody_has_any_more_are_not_made_anew_and_come_back_with_the_data(
    engine: pathlib.Path, first_port: int
) -> None:
    # Always: while a file is being synced, the others' writes to it wait up to two seconds, and this test kills.
    on_disk = {"appendonly": "yes", "appendfsync": "always"}
    with Fleet(engine, 3, first_port, cluster_node_timeout="1500", **on_disk) as fleet:
        alone = options(fleet, replicas=0, timeout=20)
        assert run_module("cluster", alone)["rc"] == 0
        write(fleet)
        port, kept = fleet.ports[1], fleet.directory / "kept"
        fleet.kill(port)
        shutil.move(fleet.directory / str(port), kept)
        fleet.start(port)
        fleet.wait_until_ready(port)
        refused = run_module("cluster", alone)
        assert refused["failed"]
        assert "5461-10922" in refused["msg"]
        assert "put its data directory back" in refused["msg"]
        assert len(lines(fleet, port)) == 1
        # Literally what the message says.
        fleet.kill(port)
        remove(fleet.directory / str(port))
        shutil.move(kept, fleet.directory / str(port))
        fleet.start(port)
        fleet.wait_until_ready(port)
        assert run_module("cluster", alone)["rc"] == 0
        with redis.RedisCluster("127.0.0.1", fleet.ports[0], password=PASSWORD) as client:
            assert [int(client.get(f"key:{number}") or -1) for number in range(KEYS)] == list(range(KEYS))


def test_old_data_without_a_nodes_file_is_named_and_the_remedy_works(any_engine: pathlib.Path, first_port: int) -> None:
    with Fleet(any_engine, 6, first_port, cluster_node_timeout="1500", appendonly="yes") as fleet:
        assert run_module("cluster", options(fleet))["rc"] == 0
        write(fleet)
        port = replica_of(fleet, primaries(fleet)[0])
        old, home = my_id(fleet, port), fleet.directory / str(port)
        fleet.kill(port)
        (home / "nodes.conf").unlink()
        fleet.start(port)
        fleet.wait_until_ready(port)
        refused = run_module("cluster", options(fleet, timeout=20))
        assert refused["failed"]
        assert (refused["node"], refused["done"]) == (f"127.0.0.1:{port}", [])
        assert "started with old data" in refused["msg"]
        assert "move its data directory aside" in refused["msg"]
        fleet.kill(port)
        shutil.move(home, fleet.directory / "aside")
        fleet.start(port)
        fleet.wait_until_ready(port)
        assert run_module("cluster", options(fleet))["rc"] == 0
        assert_whole(fleet, old)


def test_a_copy_that_runs_elsewhere_is_told_by_the_original(any_engine: pathlib.Path, first_port: int) -> None:
    with Fleet(any_engine, 6, first_port, cluster_node_timeout="1500") as fleet:
        assert run_module("cluster", options(fleet))["rc"] == 0
        port, elsewhere = fleet.ports[5], first_port + 7
        shutil.copytree(fleet.directory / str(port), fleet.directory / str(elsewhere))
        fleet.start(elsewhere)

        def merged() -> bool:
            own = my_id(fleet, port)
            return any(str(elsewhere) in lines(fleet, one)[own]["name"] for one in fleet.ports if one != port)

        until(merged, "the members to believe the copy")
        refused: dict[str, t.Any] = {}
        report: dict[str, t.Any] = {}

        wrong_address = f"127.0.0.1:{port} at 127.0.0.1:{elsewhere}, which is not its configured address"

        # The original and the copy take turns: at one moment all members may believe the original, at another one of
        # them has no link to it, which is refused in other words.
        def is_refused() -> bool:
            refused.update(run_module("cluster", options(fleet, timeout=20)))
            assert not refused["changed"]
            return wrong_address in refused.get("msg", "")

        def is_told() -> bool:
            report.update(run_module("health", {"password": PASSWORD, "nodes": fleet.nodes(), "sample": 0}))
            return "known-address" in {one["check"] for one in report["findings"]}

        until(is_refused, "a run that names the copy", 90)
        assert refused["failed"]
        until(is_told, "a report of the copy", 30)
        # Literally what the message says.
        fleet.kill(elsewhere)
        until(lambda: not merged(), "the members to find the original")
        healed = run_module("cluster", options(fleet))
        assert (healed["rc"], healed["changed"]) == (0, False), healed
