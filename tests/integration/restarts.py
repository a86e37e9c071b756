# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances that are started again whenever they end, as systemd does it, and a client that counts."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pathlib
import pwd
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import typing as t

import redis
import yaml
from redis.backoff import NoBackoff
from redis.retry import Retry

from .fleet import remove, until
from .instances import ADMIN, REPLICATION, USER, Instances
from .module_runner import ROOT, converged

HOST = "127.0.0.1"
GUARD = ROOT / "roles" / "redis_node" / "files"
NODE_TIMEOUT = 1000
# Longer than a restart takes on a busy machine: a failover while the old primary takes writes again loses some of them.
DOWN_AFTER = 3000
KEY = "counter"


class Supervised(Instances):
    """Instances under a service manager: whenever one ends, the guard runs and then the server, without a rest."""

    def __init__(
        self, server: pathlib.Path, first_port: int, count: int, *, cluster: bool, guarded: bool = True
    ) -> None:
        super().__init__(server, first_port, count, cluster)
        self.programs = self.base / "guard"
        self.said: list[str] = []
        self._guarded = guarded
        self._threads: dict[int, threading.Thread] = {}
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._ending = threading.Event()

    def __enter__(self) -> Supervised:
        """Install the guard."""
        shutil.copytree(GUARD, self.programs)
        return self

    def __exit__(self, *exception: object) -> None:
        """End everything."""
        self._ending.set()
        for port, thread in self._threads.items():
            while thread.is_alive():
                with contextlib.suppress(KeyError, ProcessLookupError):
                    self._running[port].kill()
                thread.join(0.05)
        print("\n".join(self.said))
        super().__exit__(*exception)

    def keep(self, *ports: int) -> None:
        """Run instances for good, and return when they answer."""
        for port in ports or self.ports:
            self._threads[port] = threading.Thread(target=self._run, args=(port,))
            self._threads[port].start()
        for port in ports or self.ports:
            until(lambda port=port: self.answers(port), f"server on port {port}")

    def send(self, port: int, number: int) -> None:
        """Send a signal to an instance, and return when it has ended."""
        process = self._running[port]
        process.send_signal(number)
        process.wait()

    def answers(self, port: int) -> bool:
        """Return whether an instance answers."""
        try:
            with self.client(port, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.exceptions.RedisError:
            return False

    def role(self, port: int) -> tuple[str, int]:
        """Return what an instance says of itself, and the port of its primary; nothing while it does not answer."""
        try:
            with self.client(port, socket_timeout=2) as client:
                answer = t.cast("list[t.Any]", client.execute_command("ROLE"))
        except redis.exceptions.RedisError:
            return "", 0
        return (
            ("primary", 0) if answer[0] == "master" else ("replica", int(answer[2]) if answer[3] == "connected" else 0)
        )

    def guard(self, port: int) -> subprocess.CompletedProcess[str]:
        """Run the guard as the unit does."""
        files = (self.base / "data" / str(port) / "redis.conf", self.managed(port), self.set_file(port))
        account = pwd.getpwnam(USER)
        command = [sys.executable, "-B", "-s", str(self.programs / "redis_guard.py")]
        return subprocess.run(
            [*command, "--user", f"{account.pw_uid}:{account.pw_gid}", *map(str, files)],
            capture_output=True,
            text=True,
            check=False,
        )

    def set_file(self, port: int) -> pathlib.Path:
        """Return the file that names the members of an instance's set."""
        return self.base / "config" / f"{port}.json"

    def _run(self, port: int) -> None:
        account = pwd.getpwnam(USER)
        while not self._ending.is_set():
            if self._guarded:
                told = self.guard(port)
                self.said.append(f"{time.monotonic():.3f} {told.stdout.strip()} {told.stderr.strip()}")
            files = (self.base / "data" / str(port) / "redis.conf", "--include", self.managed(port))
            self._running[port] = subprocess.Popen(
                [str(self.server), *map(str, files)],
                user=account.pw_uid,
                group=account.pw_gid,
                extra_groups=[],
                stdout=subprocess.DEVNULL,
            )
            self._running[port].wait()


class Counter:
    """Counts up in one key, wherever it is taken; a number counts as acknowledged when a replica has it, too."""

    def __init__(self, instances: Supervised, ports: t.Sequence[int]) -> None:
        self.acknowledged = 0
        self.back: list[tuple[int, int]] = []
        self._clients = [
            redis.Redis(HOST, port, username="admin", password=ADMIN, socket_timeout=3, retry=Retry(NoBackoff(), 0))
            for port in ports
        ]
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._count)

    def __enter__(self) -> Counter:
        """Start, and return when something is acknowledged."""
        self._thread.start()
        self.wait_for_more()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop."""
        self._stopped.set()
        self._thread.join()
        for client in self._clients:
            client.close()

    def wait_for_more(self, timeout: float = 40) -> None:
        """Return when another hundred numbers are acknowledged."""
        enough = self.acknowledged + 100
        until(lambda: self.acknowledged >= enough, "more acknowledged writes", timeout)

    def _count(self) -> None:
        number = 0
        while not self._stopped.is_set():
            for client in self._clients:
                with contextlib.suppress(redis.exceptions.RedisError):
                    while not self._stopped.is_set():
                        number += 1
                        self._write(client, number)
            time.sleep(0.01)

    def _write(self, client: redis.Redis, number: int) -> None:
        pipeline = client.pipeline(transaction=False)
        pipeline.get(KEY).set(KEY, number)
        pipeline.execute_command("WAIT", 1, 500)
        found, _set, copies = pipeline.execute()
        if int(found or 0) < self.acknowledged:
            self.back.append((int(found or 0), self.acknowledged))
        if copies:
            self.acknowledged = number


def sentinel_rules() -> str:
    """Return the rights that the role gives to the guard at the Sentinels."""
    variables = yaml.safe_load((ROOT / "roles" / "redis_sentinel" / "vars" / "main.yml").read_text())
    return t.cast(str, variables["__redis_sentinel_guard_rules"])


class Sentinels:
    """Three Sentinels that watch a set."""

    def __init__(self, instances: Supervised, first_port: int) -> None:
        self.ports = [first_port, first_port + 1, first_port + 2]
        self._instances = instances
        self._directory = pathlib.Path(tempfile.mkdtemp(prefix="restarts-sentinel-"))
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Sentinels:
        """Start them."""
        primary = self._instances.ports[0]
        hashed = hashlib.sha256(REPLICATION.encode()).hexdigest()
        for port in self.ports:
            home = self._directory / str(port)
            home.mkdir()
            (home / "users.acl").write_text(
                f"user default on nopass ~* &* +@all\nuser replication on #{hashed} {sentinel_rules()}\n"
            )
            (home / "sentinel.conf").write_text(
                f"port {port}\nbind {HOST}\ndir {home}\nlogfile {home}/log\naclfile {home}/users.acl\n"
                f"sentinel monitor main {HOST} {primary} 2\nsentinel down-after-milliseconds main {DOWN_AFTER}\n"
                "sentinel failover-timeout main 5000\nsentinel auth-user main sentinel\n"
                "sentinel auth-pass main sentinel-secret\n"
            )
            command = [str(self._instances.server), str(home / "sentinel.conf"), "--sentinel"]
            self._processes.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
        until(lambda: all(self._sees_all(port) for port in self.ports), "Sentinels that know the set", 40)
        return self

    def __exit__(self, *_exception: object) -> None:
        """End them; their logs are shown where a test has failed."""
        for process in self._processes:
            process.kill()
            process.wait()
        for log in sorted(self._directory.glob("*/log")):
            print(f"{log}:\n{log.read_text()[-2000:]}")
        remove(self._directory)

    def _sees_all(self, port: int) -> bool:
        with contextlib.suppress(redis.exceptions.RedisError), redis.Redis(HOST, port, decode_responses=True) as client:
            client.execute_command("SENTINEL", "DEBUG", "info-period", 500, "publish-period", 200)
            known = t.cast("dict[str, t.Any]", client.sentinel_master("main"))
            return (known["num-slaves"], known["num-other-sentinels"]) == (len(self._instances.ports) - 1, 2)
        return False


def write_set_files(instances: Supervised, sentinels: t.Sequence[int]) -> None:
    """Name the members of the set for each instance, as role redis_node does."""
    for port in instances.ports:
        instances.set_file(port).write_text(
            json.dumps(
                {
                    "set": "main",
                    "peers": [[HOST, each] for each in instances.ports],
                    "sentinels": [[HOST, each] for each in sentinels],
                    "down_after": DOWN_AFTER / 1000,
                    "failover_timeout": 5.0,
                }
            )
        )


def form_cluster(instances: Supervised) -> None:
    """Make a cluster of three primaries with a replica each, by the engine's own tool."""
    tool = str(next(instances.server.parent.glob("*-cli")))
    nodes = [f"{HOST}:{port}" for port in instances.ports]
    command = [tool, "--user", "admin", "--cluster", "create", *nodes, "--cluster-replicas", "1", "--cluster-yes"]
    made = subprocess.run(
        command,
        env={**os.environ, "REDISCLI_AUTH": ADMIN, "VALKEYCLI_AUTH": ADMIN},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    until(lambda: sum(instances.role(port)[1] > 0 for port in instances.ports) == 3, "replicas in touch", 30)
    until(lambda: all(_knows_a_replica_of_each(instances, port) for port in instances.ports), "one view", 30)


def _knows_a_replica_of_each(instances: Supervised, port: int) -> bool:
    with instances.client(port) as client:
        shards = t.cast("list[t.Any]", client.execute_command("CLUSTER", "SLOTS"))
    return [len(one) for one in shards] == [4, 4, 4]


def shard_of_the_key(instances: Supervised) -> tuple[int, list[int]]:
    """Return the primary that serves the counter, and its replicas."""
    with instances.client() as client:
        slot = int(t.cast(int, client.execute_command("CLUSTER", "KEYSLOT", KEY)))
        shards = t.cast("list[t.Any]", client.execute_command("CLUSTER", "SLOTS"))
    (found,) = (one for one in shards if int(one[0]) <= slot <= int(one[1]))
    return int(found[2][1]), [int(each[1]) for each in found[3:]]


def configured(instances: Supervised, **settings: t.Any) -> None:
    """Configure instances for a run with these settings."""
    given = {"maxmemory": "50mb", "repl-diskless-sync-delay": 0, **settings}
    users = [{"name": "sentinel", "password": "sentinel-secret", "rules": "~* &* +@all"}]
    converged("instance", instances.config(given, users=users))
