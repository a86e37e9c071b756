# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drills with real servers, as daemons of one host: what is stopped comes back, and what is lost is counted."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import signal
import threading
import time
import typing as t

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from .engines import servers
from .fleet import until
from .instances import ADMIN, REPLICATION
from .module_runner import converged, finish_module, refused, start_module
from .test_daemon import Daemons

FIRST_PORT = 13940
HOST = "127.0.0.1"


class Drilled(Daemons):
    """A cluster of six daemons, and the directory in which drills write down what they do."""

    def __init__(self, server: pathlib.Path) -> None:
        super().__init__(server, FIRST_PORT, count=6, cluster=True)
        self.notes = self.base / "drills"
        self.access = {"username": "admin", "password": ADMIN, "connect_timeout": 2}
        self.nodes = [{"address": HOST, "port": port} for port in self.ports]

    def __enter__(self) -> Drilled:
        """Form the cluster; what was started ends with a cluster that does not form."""
        with contextlib.ExitStack() as stack:
            stack.push(self)
            self._form()
            stack.pop_all()
        return self

    def _form(self) -> None:
        settings = {"maxmemory": "10mb", "appendonly": True, "cluster-node-timeout": 1000}
        converged("instance", self.config(settings))
        converged("instance_daemon", self.daemon())
        converged(
            "cluster",
            {
                **self.access,
                "nodes": self.nodes,
                "accept_placement": ["replica-on-primary-host", "primary-majority-on-host"],
            },
        )
        until(lambda: bool(self.shard()[1]), "the replica of the first shard")

    def fault(self, state: str = "present", **options: t.Any) -> dict[str, t.Any]:
        """Return the options of acceptance_fault."""
        touched = {"run": "drill", **options} if state == "present" else {}
        return {**self.common, "state": state, "directory": str(self.notes), **touched}

    def writer(self, state: str, **options: t.Any) -> dict[str, t.Any]:
        """Return the options of acceptance_writer."""
        return {**self.access, "run": "drill", "state": state, "directory": str(self.notes), **options}

    def watch(self, awaiting: str, **options: t.Any) -> dict[str, t.Any]:
        """Return the options of acceptance_watch."""
        return {**self.access, "nodes": self.nodes, "awaiting": awaiting, "timeout": 30, **options}

    def client(self, port: int) -> redis.Redis:
        """Return an independent client of one server."""
        return redis.Redis(HOST, port, username="admin", password=ADMIN, decode_responses=True, socket_timeout=5)

    def shard(self, slot: int = 0) -> tuple[int, list[int], str]:
        """Return primary, replicas and slots of a slot's shard, as the cluster itself reports them."""
        for port in self.ports:
            with contextlib.suppress(redis.exceptions.RedisError), self.client(port) as client:
                for first, last, primary, *replicas in t.cast(list[t.Any], client.execute_command("CLUSTER", "SLOTS")):
                    if first <= slot <= last:
                        return primary[1], [one[1] for one in replicas], f"{first}-{last}"
        raise AssertionError("no node answers")

    def linked(self, port: int) -> bool:
        """Return whether a replica hears its primary."""
        with self.client(port) as client:
            return bool(client.info("replication")["master_link_status"] == "up")

    def keys(self, port: int, pattern: str = "almashooq:*") -> set[str]:
        """Return the keys of one server."""
        with self.client(port) as client:
            return set(client.scan_iter(pattern, count=1000))

    def assert_clean(self) -> None:
        """Nothing is left behind; replicas hear of that a moment later."""
        until(lambda: not self.left(), "everything to be removed")

    def left(self) -> list[str]:
        """Return what drills have left behind: notes, and keys."""
        notes = sorted(one.name for one in self.notes.iterdir()) if self.notes.exists() else []
        return notes + sorted(key for port in self.ports for key in self.keys(port))


class Witness:
    """An independent client of one shard: it writes one key again and again, wherever that is taken."""

    def __init__(self, six: Drilled, ports: t.Sequence[int]) -> None:
        options: dict[str, t.Any] = {"username": "admin", "password": ADMIN, "retry": Retry(NoBackoff(), 0)}
        self._clients = [redis.Redis(HOST, port, socket_timeout=0.1, **options) for port in ports]
        self._times: list[float] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> Witness:
        """Start to write."""
        self._thread.start()
        until(lambda: len(self._times) > 10, "the witness' first writes")
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop, and leave nothing behind."""
        self._stopped.set()
        self._thread.join()
        for client in self._clients:
            with contextlib.suppress(redis.exceptions.RedisError):
                client.delete("witness:{3}")

    def _write(self) -> None:
        while not self._stopped.is_set():
            for client in self._clients:
                with contextlib.suppress(redis.exceptions.RedisError):
                    while not self._stopped.wait(0.005) and client.set("witness:{3}", 1):
                        self._times.append(time.time())

    def longest_gap(self) -> float:
        """Return the longest time between two acknowledged writes: s."""
        return max(later - earlier for earlier, later in zip(self._times, self._times[1:]))


@pytest.fixture(scope="module", params=servers(), ids=lambda path: path.parent.parent.name)
def six(request: pytest.FixtureRequest) -> t.Iterator[Drilled]:
    """A cluster of six, which every test leaves as it was."""
    with Drilled(request.param) as made:
        yield made


def name(port: int) -> str:
    """Return a node's name."""
    return f"{HOST}:{port}"


def start_writing(six: Drilled) -> tuple[int, list[int], str]:
    """Start the writer at the first shard, and return it."""
    primary, replicas, slots = six.shard()
    nodes = [{"address": HOST, "port": port} for port in (primary, *replicas)]
    converged("acceptance_writer", six.writer("started", nodes=nodes, slots=slots))
    return primary, replicas, slots


@pytest.mark.parametrize("fault", ["kill", "freeze"])
def test_a_replica_takes_over_and_everything_is_put_back(six: Drilled, fault: str) -> None:
    primary, replicas, slots = start_writing(six)
    with Witness(six, [primary, *replicas]) as witness:
        hit = converged("acceptance_fault", six.fault(port=primary, fault=fault))
        taken = converged("acceptance_watch", six.watch("takeover", old=name(primary), slots=slots))
        assert taken["successor"] in [name(port) for port in replicas]
        converged("acceptance_fault", six.fault("absent"))
        converged("acceptance_watch", six.watch("healed"))
    told = converged("acceptance_writer", six.writer("stopped"))["report"]
    assert told["lost"] == 0
    assert told["confirmed"] > 20
    # The silence begins when the primary was stopped, and ends when the successor is there.
    assert abs(told["gap_since"] - hit["at"]) < 0.2
    assert told["gap_since"] + told["gap_ms"] / 1000 < taken["at"] + 0.5
    # Another client, which knows nothing of this one, has seen the same silence.
    assert abs(told["gap_ms"] / 1000 - witness.longest_gap()) < 0.2
    six.assert_clean()
    assert six.shard()[0] == int(taken["successor"].rpartition(":")[2])


def test_a_planned_switchover_loses_nothing_and_can_be_undone(six: Drilled) -> None:
    primary, replicas, slots = start_writing(six)
    options = {**six.access, "nodes": six.nodes}
    planned = converged("cluster_switchover", {**options, "from": name(primary)}, check=True)
    assert planned["changed"] and six.shard()[0] == primary
    done = converged("cluster_switchover", {**options, "from": name(primary)})
    assert (done["from"], done["to"], done["slots"]) == (name(primary), name(replicas[0]), slots)
    assert not converged("cluster_switchover", {**options, "from": name(primary)})["changed"]
    told = converged("acceptance_writer", six.writer("stopped"))["report"]
    assert (told["lost"], told["lost_without_wait"]) == (0, 0)
    assert told["gap_ms"] < 10000
    assert converged("cluster_switchover", {**options, "to": name(primary)})["to"] == name(primary)
    assert six.shard()[0] == primary


def test_lost_writes_are_counted_to_the_last(six: Drilled) -> None:
    primary, replicas, slots = start_writing(six)
    # From here on the replica hears nothing, and what the primary acknowledges without WAIT is its alone.
    with six.client(replicas[0]) as client:
        client.config_set("masterauth", "wrong")
    with six.client(primary) as client:
        client.execute_command("CLIENT", "KILL", "TYPE", "replica")
    until(lambda: not six.linked(replicas[0]), "the link to be down")
    before = len(six.keys(primary, "almashooq:*:0:*"))
    until(lambda: len(six.keys(primary, "almashooq:*:0:*")) > before + 100, "writes that the replica does not have")
    with six.client(primary) as client:
        client.execute_command("CLIENT", "PAUSE", "60000", "WRITE")
    had = six.keys(primary, "almashooq:*:0:*")
    converged("acceptance_fault", six.fault(port=primary, fault="kill"))
    converged("acceptance_watch", six.watch("takeover", old=name(primary), slots=slots))
    has = six.keys(replicas[0], "almashooq:*:0:*")
    with six.client(replicas[0]) as client:
        client.config_set("masterauth", REPLICATION)
    converged("acceptance_fault", six.fault("absent"))
    converged("acceptance_watch", six.watch("healed"))
    told = converged("acceptance_writer", six.writer("stopped"))["report"]
    assert told["lost_without_wait"] == len(had - has) > 100
    assert told["lost"] == 0
    six.assert_clean()


def noted(six: Drilled, port: int) -> bool:
    """It is written down."""
    return (six.notes / f"{port}-kill.drill").exists()


def killed(six: Drilled, port: int) -> bool:
    """It is dead."""
    return not six.pids(port)


@pytest.mark.parametrize("moment", [noted, killed])
def test_a_drill_that_is_cut_is_mended(six: Drilled, moment: t.Callable[[Drilled, int], bool]) -> None:
    primary, _replicas, _slots = start_writing(six)
    module = start_module("acceptance_fault", six.fault(port=primary, fault="kill"))
    until(lambda: moment(six, primary), moment.__doc__ or "")
    module.kill()
    module.communicate()
    # So is the writer: it could not remove its keys.
    writer = json.loads((six.notes / "drill.writer").read_text())["pid"]
    os.kill(writer, signal.SIGKILL)
    converged("acceptance_fault", six.fault("absent"))
    converged("acceptance_watch", six.watch("healed"))
    converged("acceptance_writer", six.writer("absent"))
    six.assert_clean()
    assert not converged("acceptance_fault", six.fault("absent"))["changed"]


def test_who_was_primary_is_known_after_everything_was_put_back(six: Drilled) -> None:
    primary, _replicas, _slots = six.shard()
    converged("acceptance_fault", six.fault(port=primary, fault="remember"))
    converged("acceptance_fault", six.fault(port=primary, fault="freeze"))
    told = converged("acceptance_fault", six.fault("absent"))
    assert [(one["port"], one["fault"]) for one in told["noted"]] == [(primary, "remember")]
    assert "not restored" in refused("acceptance_fault", six.fault(port=primary, run="another"))["msg"]
    assert not converged("acceptance_fault", six.fault("absent"))["changed"]
    assert converged("acceptance_fault", {**six.fault("forgotten"), "port": primary})["noted"] == []
    converged("acceptance_watch", six.watch("healed"))
    six.assert_clean()


def test_a_restore_that_is_cut_is_finished(six: Drilled) -> None:
    primary, _replicas, slots = six.shard()
    converged("acceptance_fault", six.fault(port=primary, fault="kill"))
    converged("acceptance_watch", six.watch("takeover", old=name(primary), slots=slots))
    module = start_module("acceptance_fault", six.fault("absent"))
    until(lambda: bool(six.pids(primary)), "it runs again")
    module.kill()
    module.communicate()
    finish_module(start_module("acceptance_fault", six.fault("absent")))
    converged("acceptance_watch", six.watch("healed"))
    six.assert_clean()


def test_check_mode_touches_nothing(six: Drilled) -> None:
    primary, _replicas, _slots = six.shard()
    before = six.pids(primary)
    told = converged("acceptance_fault", six.fault(port=primary, fault="kill"), check=True)
    assert [one for one in told["plan"] if "SIGKILL" in one]
    converged("acceptance_writer", six.writer("started", nodes=six.nodes[:1]), check=True)
    assert six.pids(primary) == before
    six.assert_clean()


def test_what_was_touched_by_another_drill_is_not_touched_again(six: Drilled) -> None:
    primary, _replicas, _slots = six.shard()
    converged("acceptance_fault", six.fault(port=primary, fault="freeze"))
    said = refused("acceptance_fault", six.fault(port=primary, fault="kill", run="another"))
    assert "not restored" in said["msg"]
    converged("acceptance_fault", six.fault("absent"))
    converged("acceptance_watch", six.watch("healed"))


def test_a_write_is_read_back_on_every_replica(six: Drilled) -> None:
    told = converged("acceptance_replication", {**six.access, "nodes": six.nodes, "run": "copy"})
    assert len(told["copies"]) == 3
    assert [one["problem"] for one in told["copies"]] == ["", "", ""]
    assert told["refused"] == []
    assert max(one["lag_ms"] for one in told["copies"]) < 5000
    six.assert_clean()


def test_the_writer_ends_by_itself(six: Drilled) -> None:
    primary, replicas, slots = six.shard()
    nodes = [{"address": HOST, "port": port} for port in (primary, *replicas)]
    started = time.time()
    converged("acceptance_writer", six.writer("started", nodes=nodes, slots=slots, deadline=1))
    until((six.notes / "drill.report").exists, "its report")
    assert time.time() - started < 15
    assert converged("acceptance_writer", six.writer("stopped"))["report"]["acknowledged"] > 0
    six.assert_clean()
