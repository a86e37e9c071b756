# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real servers on loopback: started, frozen, killed and ended by the test that asked for them."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import typing as t

import redis

PASSWORD = "correct horse"
READY_WITHIN = 20.0


class Fleet:
    """Cluster-enabled servers of one engine on 127.0.0.1, ``first_port`` onwards."""

    def __init__(
        self, engine: pathlib.Path, count: int, first_port: int, tls: dict[str, str] | None = None, **settings: str
    ) -> None:
        self.engine = engine
        self.ports = list(range(first_port, first_port + count))
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="fleet-"))
        self._tls = tls
        self._settings = _directives(settings)
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> t.Self:
        """Start all servers."""
        try:
            for port in self.ports:
                self.start(port)
            for port in self.ports:
                self.wait_until_ready(port)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        """End all servers and remove their files."""
        for port in list(self._processes):
            self.kill(port)
        remove(self.directory)

    def program(self, role: str) -> str:
        """Return the engine's server or command-line tool: redis-server, valkey-cli ..."""
        return str(next(self.engine.glob(f"*-{role}")))

    def start(self, port: int, **settings: str) -> None:
        """Start one server, with settings of its own on top."""
        directory = self.directory / str(port)
        directory.mkdir(exist_ok=True)
        options = {
            "port": str(port),
            "bind": "127.0.0.1",
            "dir": str(directory),
            "logfile": str(directory / "log"),
            "cluster-enabled": "yes",
            "cluster-config-file": "nodes.conf",
            "cluster-node-timeout": "1000",
            "save": "",
            "requirepass": PASSWORD,
            "masterauth": PASSWORD,
            **self._settings,
            **_directives(self._tls or {}),
            **({"port": "0", "tls-port": str(port)} if self._tls else {}),
            **_directives(settings),
        }
        config = directory / "managed.conf"
        config.write_text("".join(f'{name} "{value}"\n' for name, value in options.items()))
        self._processes[port] = subprocess.Popen([self.program("server"), str(config)])

    def kill(self, port: int, number: int = signal.SIGKILL) -> None:
        """End one server for sure."""
        process = self._processes.pop(port)
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGCONT)
        process.send_signal(number)
        process.wait()

    def freeze(self, port: int) -> None:
        """Stop one server in its tracks: it accepts connections and never answers."""
        self._processes[port].send_signal(signal.SIGSTOP)

    def thaw(self, port: int) -> None:
        """Let a frozen server go on."""
        self._processes[port].send_signal(signal.SIGCONT)

    def client(self, port: int, **options: t.Any) -> redis.Redis:
        """Return redis-py's own client for one server: the independent witness."""
        if self._tls:
            options = {
                "ssl": True,
                "ssl_ca_certs": self._tls["tls_ca_cert_file"],
                **self._client_certificate(),
                **options,
            }
        return redis.Redis("127.0.0.1", port, password=PASSWORD, decode_responses=True, **options)

    def _client_certificate(self) -> dict[str, str]:
        tls = self._tls or {}
        return {"ssl_certfile": tls["tls_cert_file"], "ssl_keyfile": tls["tls_key_file"]}

    def log(self, port: int) -> str:
        """Return one server's log."""
        return (self.directory / str(port) / "log").read_text()

    def nodes(self, *ports: int) -> list[dict[str, t.Any]]:
        """Return the servers (all, or those named) as the modules' option wants them."""
        return [{"address": "127.0.0.1", "port": port} for port in ports or self.ports]

    def wait_until_ready(self, port: int) -> None:
        """Return once the server answers, loading done."""
        try:
            until(lambda: self._answers(port), f"server on port {port}")
        except AssertionError as error:
            raise AssertionError(f"{error}; its log ends: {self.log(port)[-1000:]}") from error

    def _answers(self, port: int) -> bool:
        try:
            with self.client(port) as client:
                return bool(client.ping())
        except (redis.exceptions.ConnectionError, redis.exceptions.BusyLoadingError):
            return False


def _directives(settings: dict[str, str]) -> dict[str, str]:
    """Return settings by the engine's names, from names that Python allows."""
    return {name.replace("_", "-"): value for name, value in settings.items()}


def until(reached: t.Callable[[], bool], what: str, timeout: float = READY_WITHIN) -> None:
    """Wait for a condition with a deadline; raises AssertionError that says what was awaited."""
    deadline = time.monotonic() + timeout
    while not reached():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout:g} s: {what}")
        time.sleep(0.02)


def remove(directory: pathlib.Path) -> None:
    """Remove a directory of servers that were killed: a child that saves goes on writing there for a moment."""

    def gone() -> bool:
        with contextlib.suppress(OSError):
            shutil.rmtree(directory)
        return not directory.exists()

    until(gone, f"{directory} to be removed")


def refuse_snapshots(client: redis.Redis) -> None:
    """Make the snapshots of a server fail: a directory stands where they belong, and renaming one there fails."""
    taken = pathlib.Path(client.config_get("dir")["dir"], client.config_get("dbfilename")["dbfilename"])
    taken.unlink(missing_ok=True)
    taken.mkdir()
    (taken / "in-the-way").touch()
    client.bgsave()
    until(lambda: client.info("persistence")["rdb_last_bgsave_status"] == "err", "the snapshot to fail")


def state(pid: int) -> str:
    """Return the state of a process, such as ``T`` where it is stopped (man 5 proc_pid_stat); ``X`` where none is."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "X"
    return stat.rpartition(")")[2].split()[0]


def alive(pid: int) -> bool:
    """Return whether a process runs; below a first process that does not reap, one that has ended stays in /proc."""
    return state(pid) not in ("Z", "X")


class Squatter:
    """A program that is no Redis, on a port."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_server(("127.0.0.1", port))

    def __enter__(self) -> Squatter:
        """Listen already."""
        return self

    def __exit__(self, *_exception: object) -> None:
        """Free the port."""
        self._socket.close()
