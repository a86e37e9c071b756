# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module replication against real servers and Sentinels; asserted by redis-py, by ROLE and by the engines' files."""

from __future__ import annotations

import itertools
import pathlib
import threading

import pytest

from .fleet import refuse_snapshots, until
from .module_runner import converged, finish_module, refused, start_module
from .replication import apart, assert_set, first_ports, fleet_of, keys, options, secrets_in, state, write
from .sentinel_fleet import HOST


@pytest.fixture
def first_port() -> int:
    """The first of ten ports that no other test uses for the time being."""
    return next(first_ports)


def test_forms_a_set_and_then_leaves_it_alone(engine: pathlib.Path, first_port: int) -> None:
    with apart(engine, first_port) as fleet:
        first, *others = fleet.ports
        before = state(fleet)
        planned = converged("replication", options(fleet), check=True, diff=True)
        assert planned["plan"] == [f"{HOST}:{port}: replicate {HOST}:{first}" for port in others]
        assert (planned["changed"], planned["done"]) == (True, [])
        assert state(fleet) == before
        formed = converged("replication", options(fleet), diff=True, verbosity=3)
        assert [step["step"] for step in formed["done"]] == formed["plan"] == planned["plan"]
        assert formed["diff"] == planned["diff"]
        assert (formed["primary"]["port"], len(formed["topology"]["replicas"])) == (first, 2)
        assert_set(fleet, first, *others)
        before = state(fleet)
        again = converged("replication", options(fleet), verbosity=3)
        assert (again["changed"], again["plan"]) == (False, [])
        assert state(fleet) == before
        assert secrets_in(formed) == secrets_in(again) == []
        fleet.kill(others[0])
        fleet.restart(others[0])
        assert converged("replication", options(fleet))["changed"] is False
        assert_set(fleet, first, *others)


def test_members_that_cannot_save_and_so_refuse_writes_are_named(engine: pathlib.Path, first_port: int) -> None:
    with apart(engine, first_port) as fleet:
        assert converged("replication", options(fleet))["refused_writes"] == []
        with fleet.client(fleet.ports[1]) as client:
            refuse_snapshots(client)
        (found,) = converged("replication", options(fleet))["refused_writes"]
        assert (found["check"], found["severity"], found["node"]) == ("save", "error", f"{HOST}:{fleet.ports[1]}")


def test_after_a_failover_nothing_is_changed_and_what_is_new_follows_the_new_primary(
    engine: pathlib.Path, first_port: int
) -> None:
    with fleet_of(engine, first_port) as fleet:
        old = fleet.ports[0]
        write(fleet, old, "before")
        until(lambda: fleet.in_sync(old, 2), "the replicas to have it")
        fleet.kill(old)
        new = fleet.wait_until_switched(old)
        write(fleet, new, "after")
        assert f"{HOST}:{old} is unreachable" in refused("replication", options(fleet))["msg"]
        # The old primary is back as a primary; Sentinel is given the time to attach it.
        fleet.restart(old)
        for _run in range(2):
            result = converged("replication", options(fleet))
            assert (result["changed"], result["primary"]["port"]) == (False, new)
            assert "the inventory starts with" in result["summary"]
        others = [port for port in fleet.ports if port != new]
        assert_set(fleet, new, *others)
        assert {"before", "after"} <= keys(fleet, old)
        # A host is added, another one rebuilt.
        added, rebuilt = first_port + 3, others[1]
        fleet.kill(rebuilt)
        for file in sorted(fleet.directory.glob(f"{rebuilt}/**/*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
        for port in (added, rebuilt):
            fleet.start(port)
            fleet.wait_until_ready(port)
        result = converged("replication", options(fleet, *fleet.ports, added))
        assert f"{HOST}:{added}: replicate {HOST}:{new}" in result["plan"]
        assert_set(fleet, new, *others, added)
        assert converged("replication", options(fleet, *fleet.ports, added))["changed"] is False


def test_a_switchover_that_goes_on_is_waited_for(any_engine: pathlib.Path, first_port: int) -> None:
    with fleet_of(any_engine, first_port) as fleet:
        old = fleet.ports[0]
        with fleet.client(fleet.sentinel_ports[0]) as client:
            client.execute_command("SENTINEL", "FAILOVER", fleet.name)
        result = converged("replication", options(fleet))
        new = fleet.wait_until_switched(old)
        assert (result["changed"], result["primary"]["port"]) == (False, new)
        assert_set(fleet, new, *(port for port in fleet.ports if port != new))


def test_a_run_that_is_killed_while_it_waits_for_another_has_touched_nothing(
    any_engine: pathlib.Path, first_port: int
) -> None:
    with apart(any_engine, first_port) as fleet:
        first, *others = fleet.ports
        before = state(fleet)
        with fleet.client(first, single_connection_client=True) as other:
            other.client_setname("almashooq.redis:run")
            process = start_module("replication", options(fleet))
            with fleet.client(first) as client:
                until(lambda: "cmdstat_client|list" in client.info("commandstats"), "the run to look for the lock")
            process.kill()
            process.wait()
            assert state(fleet) == before
            locked = refused("replication", options(fleet, timeout=1))
        assert (locked["error"], locked["done"]) == ("locked", [])
        converged("replication", options(fleet))
        assert_set(fleet, first, *others)


def test_a_run_that_is_killed_while_replicas_take_over_is_finished(any_engine: pathlib.Path, first_port: int) -> None:
    with apart(any_engine, first_port) as fleet:
        first, *others = fleet.ports
        write(fleet, first, "a", "b")
        with fleet.client(first) as client:
            client.config_set("repl-diskless-sync-delay", 3)
        process = start_module("replication", options(fleet))
        until(lambda: all(fleet.role(port)[0] == "replica" for port in others), "the run to have attached both")
        process.kill()
        process.wait()
        assert all("replicaof" in fleet.path(port, "redis.conf").read_text() for port in others)
        assert converged("replication", options(fleet))["changed"] is False
        assert_set(fleet, first, *others)


def test_a_run_that_ends_between_two_nodes_says_what_is_left_and_the_next_does_that(
    any_engine: pathlib.Path, first_port: int
) -> None:
    with apart(any_engine, first_port) as fleet:
        first, second, third = fleet.ports
        with fleet.client(third) as client:
            client.execute_command("ACL", "SETUSER", "admin", "-replicaof")
            stopped = refused("replication", options(fleet))
            assert [step["step"] for step in stopped["done"]] == [f"{HOST}:{second}: replicate {HOST}:{first}"]
            assert stopped["remaining"] == [f"{HOST}:{third}: replicate {HOST}:{first}"]
            assert (stopped["error"], stopped["node"]) == ("permission", f"{HOST}:{third}")
            client.execute_command("ACL", "SETUSER", "admin", "+replicaof")
        finished = converged("replication", options(fleet))
        assert [step["step"] for step in finished["done"]] == stopped["remaining"]
        assert_set(fleet, first, second, third)


def test_of_three_runs_at_once_one_works(any_engine: pathlib.Path, first_port: int) -> None:
    with apart(any_engine, first_port) as fleet:
        runs = [start_module("replication", options(fleet)) for _run in range(3)]
        results = [finish_module(run) for run in runs]
        assert [result["rc"] for result in results] == [0, 0, 0], results
        assert sorted(result["changed"] for result in results) == [False, False, True]
        assert_set(fleet, *fleet.ports)


def test_right_after_a_restart_of_the_primary_nothing_is_changed(engine: pathlib.Path, first_port: int) -> None:
    """The primary has another history then, and its replicas no link: that passes."""
    with fleet_of(engine, first_port, monitor=False) as fleet:
        first, *others = fleet.ports
        write(fleet, first, "kept")
        until(lambda: fleet.in_sync(first, 2), "the replicas to have it")
        with fleet.client(first) as client:
            client.bgrewriteaof()
            until(lambda: client.info("persistence")["aof_rewrite_in_progress"] == 0, "its file to be written")
        fleet.kill(first)
        fleet.restart(first)
        assert converged("replication", options(fleet))["changed"] is False
        assert_set(fleet, first, *others)
        assert "kept" in keys(fleet, others[0])


def test_a_chain_is_straightened_while_applications_write(engine: pathlib.Path, first_port: int) -> None:
    with fleet_of(engine, first_port, monitor=False) as fleet:
        first, second, third = fleet.ports
        fleet.attach(third, second)
        until(lambda: fleet.offset(third) >= 0, "the chain to be up")
        stop = threading.Event()

        def application() -> None:
            with fleet.client(first, "client") as client:
                for number in itertools.count():
                    client.set(f"key:{number % 1000}", number)
                    if stop.is_set():
                        return

        writer = threading.Thread(target=application)
        writer.start()
        try:
            with fleet.client(third) as client:
                # It answers a second or so after the primary, and has taken in what was written meanwhile.
                client.execute_command("CLIENT", "PAUSE", 2000, "ALL")
            result = converged("replication", options(fleet))
        finally:
            stop.set()
            writer.join()
        assert result["plan"] == [f"{HOST}:{third}: replicate {HOST}:{first}"]
        assert_set(fleet, first, second, third)


def test_an_old_primary_that_wrote_nothing_of_its_own_is_attached_without_sentinels(
    engine: pathlib.Path, first_port: int
) -> None:
    with fleet_of(engine, first_port, monitor=False) as fleet:
        old, new, third = fleet.ports
        write(fleet, old, "shared")
        until(lambda: fleet.in_sync(old, 2), "the replicas to have it")
        with fleet.client(new) as client:
            client.execute_command("REPLICAOF", "NO", "ONE")
            client.config_rewrite()
        fleet.attach(third, new)
        write(fleet, new, "after")
        result = converged("replication", options(fleet))
        assert (result["plan"], result["primary"]["port"]) == ([f"{HOST}:{old}: replicate {HOST}:{new}"], new)
        assert_set(fleet, new, old, third)


def test_sentinels_that_still_have_the_old_password_are_asked_with_that(engine: pathlib.Path, first_port: int) -> None:
    with fleet_of(engine, first_port) as fleet:
        changing = {"sentinel_password": "another", "sentinel_password_old": options(fleet)["password"]}
        assert converged("replication", options(fleet, **changing))["primary"]["port"] == fleet.ports[0]
        # Nodes of both kinds in one run, as one that was interrupted leaves them.
        with fleet.client(fleet.ports[1]) as client:
            client.execute_command("ACL", "SETUSER", "admin", ">another")
            client.execute_command("ACL", "SETUSER", "admin", f"<{options(fleet)['password']}")
        both = {"password": "another", "password_old": options(fleet)["password"]}
        assert converged("replication", options(fleet, **both))["plan"] == []
        neither = {"sentinel_password": "another", "sentinel_password_old": "one before that"}
        wrong = refused("replication", options(fleet, **both, **neither))
        assert "may know who is primary" in wrong["msg"]
        assert secrets_in(wrong) == []
