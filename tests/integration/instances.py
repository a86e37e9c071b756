# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances of one host on loopback, as the modules ``instance`` and ``instance_daemon`` lay them out."""

from __future__ import annotations

import contextlib
import os
import pathlib
import pwd
import signal
import subprocess
import tempfile
import typing as t

import redis

from .fleet import remove, until

ADMIN = "admin secret"
REPLICATION = 'rep"li\\cation'
USER = "nobody"


class Instances:
    """Options for the modules, and the servers that a test starts with the files they write."""

    def __init__(self, server: pathlib.Path, first_port: int, count: int = 1, cluster: bool = False) -> None:
        self.server = server
        self.ports = list(range(first_port, first_port + count))
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="instances-"))
        # The service user has to get through.
        self.base.chmod(0o755)
        self._cluster = cluster
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> t.Self:
        """Return itself: nothing runs yet."""
        return self

    def __exit__(self, *_exception: object) -> None:
        """End the servers that were started here and remove all files."""
        for port in list(self._processes):
            self.end(port)
        remove(self.base)

    @property
    def common(self) -> dict[str, t.Any]:
        """Return the options of both modules."""
        return {
            "server": str(self.server),
            "user": USER,
            "group": "nogroup",
            **{f"{name}_dir": str(self.base / name) for name in ("config", "data", "log", "run")},
            "instances": [
                {"port": port, "address": "127.0.0.1", "cluster_enabled": self._cluster} for port in self.ports
            ],
            "admin_password": ADMIN,
            "timeout": 15,
        }

    def config(self, settings: t.Mapping[str, t.Any] | None = None, **options: t.Any) -> dict[str, t.Any]:
        """Return the options of the module ``instance``."""
        return {
            **self.common,
            "settings": dict(settings or {}),
            "replication_password": REPLICATION,
            **options,
        }

    def start(self, *ports: int) -> None:
        """Start servers with their files and return when they answer."""
        for port in ports or self.ports:
            account = pwd.getpwnam(USER)
            self._processes[port] = subprocess.Popen(
                [
                    str(self.server),
                    str(self.base / "data" / str(port) / "redis.conf"),
                    "--include",
                    str(self.base / "config" / f"{port}.conf"),
                ],
                user=account.pw_uid,
                group=account.pw_gid,
                extra_groups=[],
                stdout=subprocess.DEVNULL,
            )
        for port in ports or self.ports:
            until(lambda port=port: self._answers(port), f"server on port {port}")

    def end(self, port: int) -> None:
        """Kill one server and wait for its end."""
        process = self._processes.pop(port)
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGCONT)
        process.kill()
        process.wait()

    def signal(self, port: int, number: int) -> None:
        """Send a signal to one server."""
        self._processes[port].send_signal(number)

    def pid(self, port: int) -> int:
        """Return the pid of a server that was started here."""
        return self._processes[port].pid

    def client(self, port: int | None = None, **options: t.Any) -> redis.Redis:
        """Return redis-py's own client, logged in as the administrator: the independent witness."""
        login = {"username": "admin", "password": ADMIN, **options}
        return redis.Redis(port=port or self.ports[0], decode_responses=True, **login)

    def managed(self, port: int | None = None) -> pathlib.Path:
        """Return the path of an instance's managed file."""
        return self.base / "config" / f"{port or self.ports[0]}.conf"

    def _answers(self, port: int) -> bool:
        assert self._processes[port].poll() is None, "the server has ended"
        try:
            with self.client(port) as client:
                return bool(client.ping())
        except (redis.exceptions.ConnectionError, redis.exceptions.BusyLoadingError):
            return False
