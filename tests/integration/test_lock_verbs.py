# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verbs whose lock is broken in the middle while a second run waits for it: never two at work."""

from __future__ import annotations

import pathlib
import threading
import typing as t

import pytest
import redis
from ansible_collections.almashooq.redis.plugins.module_utils._client import Access
from ansible_collections.almashooq.redis.plugins.module_utils._lock_rules import HELD

from .fleet import PASSWORD, Fleet, until
from .locks import BREAKS, SecondRun, lock, marks
from .module_runner import converged, finish_module, refused, start_module
from .sentinel_fleet import SECRETS, SentinelFleet
from .test_cluster import assert_complete, options
from .test_sentinel import a_set
from .test_sentinel import options as sentinel_options

ACCESS = Access("default", PASSWORD, timeout=2)
RUN_BY = {"host": "control1", "user": "alice", "playbook": "site.yml"}


class Watch:
    """Looks all the time who holds the lock at the members."""

    def __init__(self, fleet: Fleet) -> None:
        self.together: list[set[str]] = []
        self.held: set[str] = set()
        self._fleet = fleet
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stop.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stop.wait(0.05):
            for port in self._fleet.ports:
                holders = self._holders(port)
                self.held |= holders
                if len(holders) > 1:
                    self.together.append(holders)

    def _holders(self, port: int) -> set[str]:
        try:
            return {mark.holder.user for mark in marks(self._fleet, port) if mark.form == HELD}
        except (redis.exceptions.RedisError, OSError):  # of a server that is being restarted
            return set()


def work(name: str, given: dict[str, t.Any], fleet: Fleet, what: str, ports: t.Sequence[int]) -> dict[str, t.Any]:
    """Break the lock while a module has it and a second run waits; return what the module says."""
    with Watch(fleet) as watch:
        process = start_module(name, {**given, "run_by": RUN_BY})
        until(lambda: "alice" in watch.held, f"{name} to have the lock")
        with SecondRun(fleet.ports, ACCESS) as second:
            until(lambda: any(mark.holder.user == "bob" for mark in marks(fleet, ports[-1])), "the second run to wait")
            assert process.poll() is None, "it was over too soon to be broken"
            BREAKS[what](fleet, ports)
            result = finish_module(process)
            second.wait()
    assert "alice" in watch.held
    assert watch.together == []
    return result


@pytest.mark.parametrize("what", BREAKS)
def test_a_cluster_is_formed_by_one_run_whatever_breaks_its_lock(
    any_engine: pathlib.Path, first_port: int, what: str
) -> None:
    with Fleet(any_engine, 6, first_port, cluster_node_timeout="1500") as fleet:
        # A node that is restarted while all come together is refused; that of an idle connection is not noticed.
        result = work("cluster", options(fleet), fleet, what, fleet.ports if what != "restart" else fleet.ports[-1:])
        assert result["rc"] == 0 or result["error"] in ("refused", "unreachable", "locked"), result
        assert what != "idle timeout" or result["rc"] == 0, result
        converged("cluster", options(fleet))
        assert_complete(fleet)


@pytest.mark.parametrize("what", ["idle timeout", "CLIENT KILL TYPE normal"])
def test_a_load_test_is_alone_whatever_breaks_its_lock(any_engine: pathlib.Path, first_port: int, what: str) -> None:
    with Fleet(any_engine, 6, first_port, cluster_node_timeout="1500") as fleet:
        converged("cluster", options(fleet))
        tool = fleet.program("benchmark")
        given = {"nodes": fleet.nodes(), "password": PASSWORD, "tool": tool, "seconds": 5, "pipelines": [1],
                 "kinds": ["write"], "per_node": False, "timeout": 60}  # fmt: skip
        result = work("load_test", given, fleet, what, fleet.ports)
        assert result["rc"] == 0 or result["error"] in ("unreachable", "refused_by_engine", "error"), result


@pytest.mark.parametrize("verb", ["cluster", "cluster_switchover", "load_test"])
def test_any_verb_waits_for_another_and_says_who_it_is(any_engine: pathlib.Path, first_port: int, verb: str) -> None:
    with Fleet(any_engine, 6, first_port, cluster_node_timeout="1500") as fleet:
        if verb != "cluster":
            converged("cluster", options(fleet))
        tool = {"tool": fleet.program("benchmark"), "seconds": 9, "timeout": 60} if verb == "load_test" else {}
        given: dict[str, t.Any] = {"nodes": fleet.nodes(), "password": PASSWORD, "timeout": 4, **tool}
        if verb == "cluster":
            given = options(fleet, timeout=4)
        if verb == "cluster_switchover":
            given["from"] = primary(fleet)
        # The other run knows one of the nodes only.
        other = lock(fleet.ports[-1:], ACCESS, "bob")
        other.take(5)
        try:
            refusal = refused(verb, given)
        finally:
            other.release()
        assert refusal["error"] == "locked", refusal["msg"]
        assert "site.yml of bob on control1" in refusal["msg"]
        assert refusal["locked_by"]["user"] == "bob"
        assert refusal["done"] == []


NODE_LOGIN = {"username": "admin", "password": SECRETS["admin"]}


def test_a_run_at_the_instances_keeps_one_at_the_sentinels_out(any_engine: pathlib.Path, first_port: int) -> None:
    with watched(any_engine, first_port) as fleet:
        wanted = sentinel_options(fleet, timeout=4, sets=[changed(fleet)])
        other = lock(fleet.ports[:1], Access("admin", SECRETS["admin"]), "bob")
        other.take(5)
        try:
            assert "of bob on control1" in refused("sentinel", {**wanted, **NODE_LOGIN})["msg"]
        finally:
            other.release()
        assert converged("sentinel", {**wanted, **NODE_LOGIN})["changed"]


def test_instances_that_let_nobody_in_are_not_locked_and_the_run_says_so(
    any_engine: pathlib.Path, first_port: int
) -> None:
    with watched(any_engine, first_port) as fleet:
        wanted = sentinel_options(fleet, sets=[changed(fleet)])
        done = converged("sentinel", {**wanted, "username": "admin", "password": "wrong"})
        assert done["changed"]
        assert "at the Sentinels alone" in str(done["warnings"])


def test_without_a_login_at_the_instances_the_sentinels_alone_are_locked(
    any_engine: pathlib.Path, first_port: int
) -> None:
    with watched(any_engine, first_port) as fleet:
        other = lock(fleet.ports[:1], Access("admin", SECRETS["admin"]), "bob")
        other.take(5)
        try:
            done = converged("sentinel", sentinel_options(fleet, timeout=20, sets=[changed(fleet)], username=""))
        finally:
            other.release()
        assert done["changed"]
        assert "at the Sentinels alone" not in str(done.get("warnings"))


def watched(engine: pathlib.Path, first_port: int) -> SentinelFleet:
    """Return a set of three that three Sentinels watch."""
    return SentinelFleet(engine, range(first_port, first_port + 3), range(first_port + 3, first_port + 6))


def changed(fleet: SentinelFleet) -> dict[str, t.Any]:
    """Return the set with one option changed."""
    return a_set(fleet, settings={"failover-timeout": 7000})


def primary(fleet: Fleet) -> str:
    """Return the name of one primary."""
    for port in fleet.ports:
        with fleet.client(port) as client:
            if client.info("replication")["role"] == "master":
                return f"127.0.0.1:{port}"
    raise AssertionError("no primary")
