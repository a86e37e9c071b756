# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployments of daemons on loopback as the roles lay them out, which a rolling restart can stop and start.

The members are spread over three hosts by name: all of them are this machine.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import threading
import time
import typing as t

import redis
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.retry import Retry
from redis.sentinel import Sentinel

from .fleet import until
from .instances import ADMIN, USER, Instances
from .module_runner import converged, run_module

ADDRESS = "127.0.0.1"
HOSTS = ("red", "green", "blue")
SENTINEL_PASSWORD, PEER_PASSWORD = "sentinel-staple", "peer-battery"
SENTINEL_RULES = (
    "resetchannels &__sentinel__:hello -@all +ping +info +role +publish +subscribe +multi +exec +slaveof "
    "+config|rewrite +client|setname +client|kill +client|pause +client|unpause +script|kill +failover"
)
PATIENCE = 20.0  # s: longer than a switchover holds writes
BREATH = 0.002  # s between a failed try and the next
DIRECTORIES = ("config", "data", "log", "run")


class Deployment(Instances):
    """Instances that were started as daemons; whatever works in their directories is ended at the end."""

    topology = ""

    def __exit__(self, *exception: object) -> None:
        """End everything by its directory."""
        for pid in self._pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
                os.kill(pid, signal.SIGKILL)
        until(lambda: not self._pids(), "the servers to end")
        super().__exit__(*exception)

    def _pids(self) -> list[int]:
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and str(self.base) in os.readlink(entry / "cwd"):
                    found.append(int(entry.name))
        return found

    def host(self, port: int) -> str:
        """Return the host on which a member is."""
        return HOSTS[port % 10 % len(HOSTS)]

    def nodes(self) -> list[dict[str, t.Any]]:
        """Return the instances as the modules' options have them."""
        return [{"address": ADDRESS, "port": port, "host": self.host(port)} for port in self.ports]

    def sentinels(self) -> list[dict[str, t.Any]]:
        """Return the Sentinels as the modules' options have them."""
        return []

    def members(self) -> list[str]:
        """Return the names of all members."""
        return [f"{ADDRESS}:{one['port']}" for one in (*self.nodes(), *self.sentinels())]

    def servers(self, host: str) -> list[dict[str, t.Any]]:
        """Return the members of one host as option ``servers`` has them."""
        process = {name: self.common[name] for name in ("server", "user", "group")}
        process.update((f"{name}_dir", str(self.base / name)) for name in DIRECTORIES)
        return [
            {"address": ADDRESS, "port": port, "process": process} for port in self.ports if self.host(port) == host
        ]

    def options(self, **others: t.Any) -> dict[str, t.Any]:
        """Return the options of module ``rolling_step``."""
        return {
            "username": "admin",
            "password": ADMIN,
            "connect_timeout": 2,
            "deployment": "main",
            "topology": self.topology,
            "nodes": self.nodes(),
            "sentinels": self.sentinels(),
            "servers": [],
            "timeout": 60,
            **others,
        }

    def migrating(self) -> dict[str, t.Any]:
        """Return the options of the step that say how instances are configured outside of a run."""
        names = [f"{ADDRESS}:{port}" for port in self.ports]
        if self.topology != "cluster":
            return {"priorities": dict.fromkeys(names, 100)}
        return {"hold": names, "release": names}

    def plan(self, *names: str, **others: t.Any) -> dict[str, t.Any]:
        """Return the plan for these members, or for all."""
        needs = [{"node": name, "reasons": ["requested"]} for name in names or self.members()]
        return converged("rolling_step", self.options(**{"needs": needs, **self.migrating(), **others}), check=True)

    def agrees(self) -> bool:
        """Return whether all members answer, in sync, and see each other as they are."""
        needs = [{"node": name, "reasons": ["requested"]} for name in self.members()]
        return bool(run_module("rolling_step", self.options(needs=needs), check=True)["rc"] == 0)

    def step(self, known: t.Mapping[str, t.Any], **others: t.Any) -> dict[str, t.Any]:
        """Return the options of the next step after a plan or another step."""
        carried = {name: known[name] for name in ("needs", "restarted", "primaries")}
        host = known["next"]
        given = {"host": host, "servers": self.servers(host), **self.migrating()}
        return self.options(**{**carried, **given, **others})

    def roll(self, known: t.Mapping[str, t.Any], **others: t.Any) -> list[str]:
        """Take every step that is left, and return what was done."""
        done: list[str] = []
        while known["next"]:
            known = converged("rolling_step", self.step(known, **others))
            assert known["done"]
            done += [one["step"] for one in known["done"]]
        return done

    def run_ids(self) -> dict[str, str]:
        """Return the process of each member that answers."""
        found = {}
        for name in self.members():
            with self.member(int(name.rpartition(":")[2])) as client:
                found[name] = str(client.info("server")["run_id"])
        return found

    def member(self, port: int) -> redis.Redis:
        """Return a client of an instance or of a Sentinel."""
        return self.client(port)

    def role(self, port: int) -> str:
        """Return what an instance says it is."""
        with self.client(port) as client:
            return str(client.role()[0])

    def primaries(self) -> list[int]:
        """Return the ports of the instances that say they are primary."""
        return [port for port in self.ports if self.role(port) == "master"]

    def application(self) -> t.Any:
        """Return the client of an application."""
        raise NotImplementedError


class Cluster(Deployment):
    """Three primaries and three replicas."""

    topology = "cluster"

    def __init__(self, server: pathlib.Path, first_port: int, **settings: t.Any) -> None:
        super().__init__(server, first_port, 6, cluster=True)
        self._settings = settings

    def __enter__(self) -> Cluster:
        """Form the cluster."""
        settings = {"maxmemory": "50mb", "cluster-node-timeout": 2000, "repl-diskless-sync-delay": 0}
        converged("instance", self.config({**settings, **self._settings}))
        converged("instance_daemon", {**self.common, "state": "started"})
        options = {"username": "admin", "password": ADMIN, "nodes": self.nodes(), "replicas": 1, "timeout": 40}
        converged("cluster", options)
        return self

    def application(self) -> RedisCluster:
        """Return redis-py's client for the cluster."""
        nodes = [ClusterNode(ADDRESS, port) for port in self.ports]
        return RedisCluster(
            startup_nodes=nodes, username="admin", password=ADMIN, decode_responses=True, socket_timeout=PATIENCE
        )


class Set(Deployment):
    """A primary, replicas, and three Sentinels."""

    topology = "replication"

    def __init__(
        self, server: pathlib.Path, first_port: int, count: int = 3, sentinels: int = 3, **settings: t.Any
    ) -> None:
        super().__init__(server, first_port, count)
        self.sentinel_ports = [first_port + 6 + number for number in range(sentinels)]
        self._settings = settings

    def __enter__(self) -> Set:
        """Attach the replicas, and have the Sentinels watch the set."""
        users = [{"name": "sentinel", "password": SENTINEL_PASSWORD, "rules": SENTINEL_RULES}]
        settings = {"maxmemory": "50mb", "repl-diskless-sync-delay": 0, "min-replicas-to-write": 0}
        converged("instance", self.config({**settings, **self._settings}, users=users))
        converged("instance_daemon", {**self.common, "state": "started"})
        login = {"username": "admin", "password": ADMIN, "timeout": 40}
        primary = {"address": ADDRESS, "port": self.ports[0]}
        if len(self.ports) > 1:
            attached = {"set": "main", "nodes": self.nodes(), "primary": primary, "sentinels": []}
            converged("replication", {**login, **attached})
        for port in self.sentinel_ports:
            converged("sentinel_config", self._sentinel(port))
        if not self.sentinel_ports:
            return self
        watched = {
            "name": "main",
            "primary": primary,
            "nodes": self.nodes(),
            "quorum": 2,
            "auth_user": "sentinel",
            "auth_password": SENTINEL_PASSWORD,
            "settings": {"down-after-milliseconds": 2000, "failover-timeout": 10000},
        }
        peers = {"peer_username": "sentinel", "peer_password": PEER_PASSWORD}
        converged("sentinel", {**login, **peers, "sentinels": self.sentinels(), "sets": [watched]})
        return self

    def _sentinel(self, port: int) -> dict[str, t.Any]:
        return {
            "server": str(self.server),
            "user": USER,
            "group": "nogroup",
            **{f"{name}_dir": str(self.base / f"sentinel-{name}") for name in DIRECTORIES},
            "address": ADDRESS,
            "port": port,
            "admin_password": ADMIN,
            "peer_password": PEER_PASSWORD,
            "sets": ["main"],
            "auth_user": "sentinel",
            "auth_password": SENTINEL_PASSWORD,
            "timeout": 20,
        }

    def sentinels(self) -> list[dict[str, t.Any]]:
        """Return the Sentinels as the modules' options have them."""
        return [{"address": ADDRESS, "port": port, "host": self.host(port)} for port in self.sentinel_ports]

    def servers(self, host: str) -> list[dict[str, t.Any]]:
        """Return the members of one host as option ``servers`` has them."""
        process = {name: self.common[name] for name in ("server", "user", "group")}
        process.update((f"{name}_dir", str(self.base / f"sentinel-{name}")) for name in DIRECTORIES)
        return [
            *super().servers(host),
            *(
                {"address": ADDRESS, "port": port, "kind": "sentinel", "process": process}
                for port in self.sentinel_ports
                if self.host(port) == host
            ),
        ]

    def application(self) -> redis.Redis:
        """Return redis-py's client for the set, by way of the Sentinels."""
        login = {"username": "admin", "password": ADMIN, "retry": Retry(NoBackoff(), 0)}
        addresses = [(ADDRESS, port) for port in self.sentinel_ports]
        sentinel = Sentinel(addresses, sentinel_kwargs={**login, "socket_timeout": 1}, **login)
        return t.cast(redis.Redis, sentinel.master_for("main", socket_timeout=PATIENCE, decode_responses=True))


class Counter:
    """An application that increments counters without a pause, and finds each one that has gone back.

    A value that is read back lower than one that was acknowledged is a lost write.
    """

    KEYS = 30

    def __init__(self, deployment: Deployment) -> None:
        self.acknowledged = dict.fromkeys(range(self.KEYS), 0)
        self.times: list[float] = []
        self.regressions: list[str] = []
        self.errors: list[str] = []
        self._client = deployment.application()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._count)

    def __enter__(self) -> Counter:
        """Start, and return when the first increments are acknowledged."""
        self._thread.start()
        until(lambda: len(self.times) > self.KEYS, "the first writes")
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop."""
        self._stopped.set()
        self._thread.join()

    def _count(self) -> None:
        while not self._stopped.is_set():
            for key in self.acknowledged:
                try:
                    value = int(self._client.incr(f"counter:{key}"))
                except redis.exceptions.RedisError as error:
                    self.errors.append(f"{type(error).__name__}: {error}")
                    time.sleep(BREATH)
                    continue
                if value <= self.acknowledged[key]:
                    self.regressions.append(f"{key}: {self.acknowledged[key]} was acknowledged, then {value}")
                self.acknowledged[key] = value
                self.times.append(time.monotonic())

    def longest_gap(self) -> float:
        """Return the longest time between two acknowledged writes, in seconds."""
        return max(later - earlier for earlier, later in zip(self.times, self.times[1:]))

    def lost(self) -> list[str]:
        """Return what is missing at the end, after the application has stopped."""
        found = {key: int(self._client.get(f"counter:{key}") or 0) for key in self.acknowledged}
        return [*self.regressions, *(f"{key}" for key, value in found.items() if value < self.acknowledged[key])]
