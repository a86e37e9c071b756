# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules cluster and cluster_info against real servers; asserted by foreign clients."""

from __future__ import annotations

import pathlib
import subprocess
import typing as t

import pytest
import redis

from .fleet import PASSWORD, Fleet, refuse_snapshots, until
from .module_runner import converged, run_module

ONE_HOST = ["replica-on-primary-host"]
SETTINGS = {"cluster-node-timeout": 1500, "repl-diskless-sync-delay": 5}


@pytest.fixture
def six(engine: pathlib.Path, first_port: int) -> t.Iterator[Fleet]:
    """Six fresh servers."""
    with Fleet(engine, 6, first_port, cluster_node_timeout="1500") as fleet:
        yield fleet


def options(fleet: Fleet, *ports: int, **others: t.Any) -> dict[str, t.Any]:
    """Return the module's options for all servers, or for some."""
    return {
        "nodes": fleet.nodes(*ports),
        "password": PASSWORD,
        "accept_placement": ONE_HOST,
        "settings": SETTINGS,
        **others,
    }


def roles(fleet: Fleet) -> dict[str, str]:
    """Return what each server says of itself: node id and role and primary."""
    said = {}
    for port in fleet.ports:
        with fleet.client(port) as client:
            lines = client.execute_command("CLUSTER NODES").items()
            said.update({line["node_id"]: f"{line['flags']} {line['master_id']} {line['slots']}"
                         for _name, line in lines if "myself" in line["flags"]})  # fmt: skip
    return said


def assert_complete(fleet: Fleet) -> None:
    """Assert by redis-cli and by a cluster client that the cluster is complete and works."""
    check = subprocess.run(
        [fleet.program("cli"), "-a", PASSWORD, "--no-auth-warning", "--cluster", "check",
         f"127.0.0.1:{fleet.ports[0]}"], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert check.returncode == 0, check.stdout
    assert "[OK] All 16384 slots covered." in check.stdout
    assert check.stdout.count("1 additional replica(s)") == len(fleet.ports) // 2
    with redis.RedisCluster("127.0.0.1", fleet.ports[0], password=PASSWORD) as client:
        for number in range(100):
            client.set(f"key:{number}", number)
        assert [int(client.get(f"key:{number}")) for number in range(100)] == list(range(100))
    for port in fleet.ports:
        with fleet.client(port) as node:
            assert {name: node.config_get(name)[name] for name in SETTINGS} == {k: str(v) for k, v in SETTINGS.items()}


def test_creates_a_complete_cluster_and_then_leaves_it_alone(six: Fleet) -> None:
    before = roles(six)
    planned = run_module("cluster", options(six), check=True, diff=True)
    assert planned["rc"] == 0, planned
    assert planned["changed"]
    assert planned["done"] == []
    assert roles(six) == before
    created = run_module("cluster", options(six), diff=True)
    assert created["rc"] == 0, created
    assert created["plan"] == planned["plan"]
    assert [step["step"] for step in created["done"]] == planned["plan"]
    assert created["diff"]["after"] == planned["diff"]["after"]
    assert created["topology"]["state"] == "ok"
    assert_complete(six)
    after = roles(six)
    again = run_module("cluster", options(six))
    assert (again["rc"], again["changed"], again["plan"], again["findings"]) == (0, False, [], [])
    assert roles(six) == after


def test_members_that_cannot_save_and_so_refuse_writes_are_named(six: Fleet) -> None:
    assert converged("cluster", options(six))["refused_writes"] == []
    with six.client(six.ports[1]) as client:
        refuse_snapshots(client)
    for module, given in (("cluster", options(six)), ("cluster_info", {"nodes": six.nodes(), "password": PASSWORD})):
        (found,) = converged(module, given)["refused_writes"]
        assert (found["check"], found["severity"], found["node"]) == ("save", "error", f"127.0.0.1:{six.ports[1]}")


def test_any_setting_is_set_once_and_then_left_alone(engine: pathlib.Path, first_port: int) -> None:
    """It ran for ever: the nodes were not asked for any setting but two."""
    with Fleet(engine, 3, first_port, cluster_node_timeout="1500") as fleet:
        wanted = {**SETTINGS, "maxmemory-policy": "allkeys-lru", "maxmemory": "100mb"}
        named = options(fleet, replicas=0, settings=wanted, timeout=30)
        created = run_module("cluster", named, timeout=60)
        assert created["rc"] == 0, created
        for port in fleet.ports:
            with fleet.client(port) as node:
                assert node.config_get("maxmemory*")["maxmemory-policy"] == "allkeys-lru"
                assert node.config_get("maxmemory")["maxmemory"] == str(100 * 2**20)
        again = run_module("cluster", named)
        assert (again["rc"], again["changed"], again["plan"]) == (0, False, []), again


def test_a_setting_that_no_server_has_is_refused_before_anything_is_changed(
    any_engine: pathlib.Path, first_port: int
) -> None:
    with Fleet(any_engine, 3, first_port, cluster_node_timeout="1500") as fleet:
        before = roles(fleet)
        refusal = run_module("cluster", options(fleet, replicas=0, settings={**SETTINGS, "maxmemori": 1}))
        assert refusal["failed"]
        assert "maxmemori" in refusal["msg"]
        assert refusal["done"] == []
        assert roles(fleet) == before


def lowered(fleet: Fleet) -> bool:
    with fleet.client(fleet.ports[0]) as client:
        return client.config_get("cluster-node-timeout")["cluster-node-timeout"] == "1000"


def slots_given(fleet: Fleet) -> bool:
    with fleet.client(fleet.ports[0]) as client:
        return int(client.execute_command("CLUSTER INFO")["cluster_slots_assigned"]) > 0


def some_met(fleet: Fleet) -> bool:
    with fleet.client(fleet.ports[1]) as client:
        return int(client.execute_command("CLUSTER INFO")["cluster_known_nodes"]) > 1


def a_replica(fleet: Fleet) -> bool:
    with fleet.client(fleet.ports[5]) as client:
        return str(client.info("replication")["role"]) == "slave"


@pytest.mark.parametrize("moment", [lowered, slots_given, some_met, a_replica], ids=lambda moment: moment.__name__)
def test_a_killed_run_is_finished_by_the_next(
    any_engine: pathlib.Path, first_port: int, moment: t.Callable[[Fleet], bool]
) -> None:
    from .module_runner import start_module

    with Fleet(any_engine, 6, first_port, cluster_node_timeout="1500") as fleet:
        process = start_module("cluster", options(fleet))
        until(lambda: moment(fleet), f"the run to reach: {moment.__name__}")
        process.kill()
        process.wait()
        again = run_module("cluster", options(fleet))
        assert again["rc"] == 0, again
        assert_complete(fleet)


def test_what_the_command_line_tool_left_half_made_is_finished(any_engine: pathlib.Path, first_port: int) -> None:
    """redis-cli killed between MEET and REPLICATE leaves a cluster without replicas that its check calls OK."""
    with Fleet(any_engine, 6, first_port, cluster_node_timeout="1500") as fleet:
        subprocess.run(
            [fleet.program("cli"), "-a", PASSWORD, "--no-auth-warning", "--cluster", "create",
             *(f"127.0.0.1:{port}" for port in fleet.ports[:3]), "--cluster-yes"], check=True, capture_output=True,
        )  # fmt: skip
        with fleet.client(fleet.ports[0]) as client:
            client.cluster("meet", "127.0.0.1", fleet.ports[4])
        finished = run_module("cluster", options(fleet))
        assert finished["rc"] == 0, finished
        assert_complete(fleet)


def test_a_node_in_the_middle_of_a_handshake_is_given_no_epoch(engine: pathlib.Path, first_port: int) -> None:
    """The engine refuses one as soon as it shakes hands, before it knows anybody for good."""
    with Fleet(engine, 6, first_port, cluster_node_timeout="1500") as fleet:
        with fleet.client(fleet.ports[4]) as client:
            client.cluster("meet", "127.0.0.1", fleet.ports[5] + 1)  # nobody is there: it lasts as long as it can
            assert "handshake" in str(client.cluster("nodes"))
        formed = run_module("cluster", options(fleet))
        assert formed["rc"] == 0, formed
        assert f"127.0.0.1:{fleet.ports[3]}: set config epoch" in str(formed["plan"])
        assert_complete(fleet)


def test_after_a_failover_nothing_is_changed(six: Fleet) -> None:
    assert run_module("cluster", options(six))["rc"] == 0
    victim = six.ports[0]
    six.kill(victim)
    with six.client(six.ports[3]) as client:
        until(lambda: client.info("replication")["role"] == "master", "the replica to take over")
    down = run_module("cluster", options(six))
    assert down["failed"]
    assert f"127.0.0.1:{victim} is unreachable" in down["msg"]
    six.start(victim)
    six.wait_until_ready(victim)
    again = run_module("cluster", options(six, timeout=30))
    assert (again["rc"], again["changed"]) == (0, False), again
    assert_complete(six)
    shard = again["topology"]["shards"][0]
    assert (shard["primary"]["port"], shard["replicas"][0]["port"]) == (six.ports[3], victim)
    assert run_module("cluster", options(six))["changed"] is False


def down(fleet: Fleet) -> dict[str, t.Any]:
    fleet.kill(fleet.ports[4])
    return {}


def wrong_password(fleet: Fleet) -> dict[str, t.Any]:
    with fleet.client(fleet.ports[4]) as client:
        client.config_set("requirepass", "another")
    return {}


def holds_keys(fleet: Fleet) -> dict[str, t.Any]:
    fleet.kill(fleet.ports[4])
    fleet.start(fleet.ports[4], cluster_require_full_coverage="no")
    fleet.wait_until_ready(fleet.ports[4])
    with fleet.client(fleet.ports[4]) as client:
        client.execute_command("CLUSTER ADDSLOTS", client.execute_command("CLUSTER KEYSLOT", "precious"))
        until(lambda: bool(client.execute_command("CLUSTER INFO")["cluster_state"] == "ok"), "the node to serve")
        client.set("precious", 1)
        client.execute_command("CLUSTER DELSLOTS", client.execute_command("CLUSTER KEYSLOT", "precious"))
        assert client.dbsize() == 1
    return {}


def of_another_cluster(fleet: Fleet) -> dict[str, t.Any]:
    other = run_module("cluster", {**options(fleet, *fleet.ports[4:8]), "replicas": 0})
    assert other["rc"] == 0, other
    return {}


def without_cluster_mode(fleet: Fleet) -> dict[str, t.Any]:
    fleet.kill(fleet.ports[4])
    fleet.start(fleet.ports[4], cluster_enabled="no")
    fleet.wait_until_ready(fleet.ports[4])
    return {}


def too_few(fleet: Fleet) -> dict[str, t.Any]:
    return {"replicas": 2}


def twice(fleet: Fleet) -> dict[str, t.Any]:
    nodes = fleet.nodes(*fleet.ports[:6])
    return {"nodes": [*nodes[:5], nodes[0]]}


def under_two_names(fleet: Fleet) -> dict[str, t.Any]:
    nodes = fleet.nodes(*fleet.ports[:6])
    return {"nodes": [*nodes[:5], {"address": "localhost", "port": fleet.ports[0]}]}


def nameless(fleet: Fleet) -> dict[str, t.Any]:
    nodes = fleet.nodes(*fleet.ports[:6])
    return {"nodes": [*nodes[:5], {"address": "no-such-host.invalid", "port": fleet.ports[5]}]}


def on_one_host(fleet: Fleet) -> dict[str, t.Any]:
    return {"accept_placement": []}


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (down, ["is unreachable", "Start it"]),
        (wrong_password, ["login as 'default' failed", "password"]),
        (holds_keys, ["holds 1 key(s)", "keep it"]),
        (of_another_cluster, ["also has 127.0.0.1", "which is not among the nodes", "is not in it"]),
        (without_cluster_mode, ["is not in cluster mode", "cluster-enabled yes"]),
        (too_few, ["6 nodes are too few for 2 replica(s)", "so 9 nodes"]),
        (twice, ["two nodes have one address"]),
        (under_two_names, ["are one server"]),
        (nameless, ["no-such-host.invalid", "is unreachable"]),
        (on_one_host, ["are both on 127.0.0.1", "replica-on-primary-host"]),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_what_must_not_be_touched_is_named_and_left_as_it_is(
    any_engine: pathlib.Path, first_port: int, spoil: t.Callable[[Fleet], dict[str, t.Any]], words: list[str]
) -> None:
    with Fleet(any_engine, 8, first_port, cluster_node_timeout="1500") as fleet:
        changes = spoil(fleet)
        witnesses = fleet.ports[:4]
        before = [fleet.client(port).execute_command("CLUSTER NODES") for port in witnesses]
        result = run_module("cluster", {**options(fleet, *fleet.ports[:6]), **changes})
        assert result["failed"], result
        assert result["done"] == []
        for word in words:
            assert word in result["msg"]
        assert [fleet.client(port).execute_command("CLUSTER NODES") for port in witnesses] == before
        assert all(len(view) == 1 for view in before)


def test_a_complete_cluster_is_not_grown_but_the_difference_told(any_engine: pathlib.Path, first_port: int) -> None:
    with Fleet(any_engine, 8, first_port, cluster_node_timeout="1500") as fleet:
        assert run_module("cluster", options(fleet, *fleet.ports[:6]))["rc"] == 0
        result = run_module("cluster", options(fleet))
        assert result["failed"]
        assert result["missing"] == [f"127.0.0.1:{port}" for port in fleet.ports[6:]]
        smaller = run_module("cluster", options(fleet, *fleet.ports[:5], replicas=0))
        assert smaller["failed"]
        assert f"127.0.0.1:{fleet.ports[5]}" in smaller["msg"]


def test_a_node_that_freezes_in_the_middle_is_named_within_the_deadline(
    any_engine: pathlib.Path, first_port: int
) -> None:
    from .module_runner import finish_module, start_module

    with Fleet(any_engine, 6, first_port, cluster_node_timeout="1500") as fleet:
        process = start_module("cluster", options(fleet, connect_timeout=1, timeout=6))
        until(lambda: slots_given(fleet), "the run to give out slots")
        fleet.freeze(fleet.ports[4])
        result = finish_module(process, timeout=30)
        assert result["failed"], result
        assert f"127.0.0.1:{fleet.ports[4]}" in result["msg"]
        fleet.thaw(fleet.ports[4])
        assert run_module("cluster", options(fleet))["rc"] == 0
        assert_complete(fleet)


def test_a_blocked_bus_port_is_told_within_the_deadline_and_settings_are_put_back(
    any_engine: pathlib.Path, first_port: int
) -> None:
    with Fleet(any_engine, 6, first_port, cluster_node_timeout="1500") as fleet:
        with fleet.client(fleet.ports[2]) as client:
            client.config_set("cluster-announce-bus-port", 1)  # nothing listens there
        result = run_module("cluster", options(fleet, timeout=4))
        assert result["failed"], result
        assert f"127.0.0.1:{fleet.ports[2]}" in result["msg"]
        assert "bus port" in result["msg"]
        assert result["remaining"]
        assert not lowered(fleet)
        with fleet.client(fleet.ports[2]) as client:
            client.config_set("cluster-announce-bus-port", fleet.ports[2] + 10000)
        assert run_module("cluster", options(fleet))["rc"] == 0
        assert_complete(fleet)


def test_a_replica_that_cannot_log_in_to_its_primary_is_told(any_engine: pathlib.Path, first_port: int) -> None:
    with Fleet(any_engine, 6, first_port, cluster_node_timeout="1500") as fleet:
        with fleet.client(fleet.ports[5]) as client:
            client.config_set("masterauth", "wrong")
        result = run_module("cluster", options(fleet, timeout=6))
        assert result["failed"]
        assert f"127.0.0.1:{fleet.ports[5]} has no link to its primary" in result["msg"]


def test_of_two_runs_at_once_one_works_and_the_other_finds_nothing_to_do(
    any_engine: pathlib.Path, first_port: int
) -> None:
    from .module_runner import finish_module, start_module

    with Fleet(any_engine, 6, first_port, cluster_node_timeout="1500") as fleet:
        runs = [start_module("cluster", options(fleet)) for _run in range(3)]
        results = [finish_module(run) for run in runs]
        assert [result["rc"] for result in results] == [0, 0, 0], results
        assert sorted(result["changed"] for result in results) == [False, False, True]
        assert_complete(fleet)


def test_a_run_that_never_ends_is_named_after_the_deadline(any_engine: pathlib.Path, first_port: int) -> None:
    with Fleet(any_engine, 6, first_port, cluster_node_timeout="1500") as fleet:
        with fleet.client(fleet.ports[0], single_connection_client=True) as other:
            other.client_setname("almashooq.redis:run")
            result = run_module("cluster", options(fleet, timeout=2))
        assert (result["failed"], result["error"], result["done"]) == (True, "locked", [])
        assert "another run is at work" in result["msg"]


def test_another_program_on_the_port_is_named(any_engine: pathlib.Path, first_port: int) -> None:
    from .fleet import Squatter

    with Fleet(any_engine, 5, first_port, cluster_node_timeout="1500") as fleet, Squatter(first_port + 5):
        nodes = [*fleet.nodes(), {"address": "127.0.0.1", "port": first_port + 5}]
        result = run_module("cluster", {**options(fleet, connect_timeout=1), "nodes": nodes})
        assert result["failed"]
        assert f"127.0.0.1:{first_port + 5} is unreachable: no answer: timed out" in result["msg"]


def test_info_tells_topology_and_findings_from_any_node(six: Fleet) -> None:
    created = run_module("cluster", options(six))
    assert created["rc"] == 0, created
    seed = {"password": PASSWORD, "nodes": six.nodes(six.ports[5])}
    info = run_module("cluster_info", seed)
    assert info["changed"] is False
    assert (info["topology"]["state"], info["replicas"], len(info["nodes"])) == ("ok", 1, 6)
    assert {finding["check"] for finding in info["findings"]} == {"replica-on-primary-host"}
    assert run_module("cluster", {**options(six), "nodes": info["nodes"]})["changed"] is False
    assert run_module("cluster_info", {**seed, "accept_placement": ONE_HOST})["findings"] == []
    six.kill(six.ports[3])
    findings = run_module("cluster_info", seed)["findings"]
    assert ("node", f"127.0.0.1:{six.ports[3]}") in {(finding["check"], finding["node"]) for finding in findings}
    nobody = run_module("cluster_info", {"password": PASSWORD, "nodes": six.nodes(six.ports[3])})
    assert "no node reports a cluster" in nobody["msg"]


def test_speaks_tls(any_engine: pathlib.Path, first_port: int, tmp_path: pathlib.Path) -> None:
    certificate, key = tmp_path / "node.crt", tmp_path / "node.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=test",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate], check=True,
        capture_output=True,
    )  # fmt: skip
    tls = {"tls_cert_file": str(certificate), "tls_key_file": str(key), "tls_ca_cert_file": str(certificate)}
    with Fleet(any_engine, 3, first_port, tls_cluster="yes", tls_replication="yes", tls=tls) as fleet:
        login = {
            "tls": True,
            "tls_ca_file": str(certificate),
            "tls_cert_file": str(certificate),
            "tls_key_file": str(key),
        }
        result = run_module("cluster", {**options(fleet, replicas=0), **login})
        assert result["rc"] == 0, result
        untrusting = run_module("cluster", {**options(fleet, replicas=0), **login, "tls_ca_file": None})
        assert "certificate verify failed" in untrusting["msg"]
        plain = run_module("cluster", options(fleet, replicas=0, connect_timeout=1))
        assert f"127.0.0.1:{fleet.ports[0]} is unreachable" in plain["msg"]
