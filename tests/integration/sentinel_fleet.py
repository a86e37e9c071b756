# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A replication set and its Sentinels on loopback, with ACL users: started, frozen, killed and ended by the test."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import typing as t

import redis

from .fleet import remove, until

Endpoint = tuple[str, int]

HOST = "127.0.0.1"
# One secret per user, so that a test sees whose has leaked; a blank in the first, for those who split at it.
SECRETS = {
    "admin": "admin correct-horse",
    "replication": "replication-battery",
    "sentinel": "sentinel-staple",
    "client": "client-tray",
}
# Users of the instances. The rights of sentinel are those that Redis' own documentation names, and what Valkey's
# coordinated failover takes.
DATA_USERS = {
    "admin": "~* &* +@all",
    "replication": "+psync +sync +replconf +ping",
    "sentinel": "&* +multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info +client|setname "
    "+client|kill +script|kill +failover +client|pause +client|unpause",
    "client": "~* &* +@all -@admin -@dangerous +info",
}
# Users of the Sentinels: sentinel is how they log in to each other.
SENTINEL_USERS = {
    "admin": "~* &* +@all",
    "sentinel": "&* +ping +publish +client|setname +sentinel|is-master-down-by-addr",
    # What ioredis, node-redis and redis-py need together.
    "client": "&* +ping +subscribe +psubscribe +unsubscribe +punsubscribe +client|setname "
    "+sentinel|get-master-addr-by-name +sentinel|master +sentinel|masters +sentinel|sentinels +sentinel|replicas "
    "+sentinel|slaves",
}


class SentinelFleet:
    """Data servers and Sentinels of one engine on 127.0.0.1; the first of ``ports`` starts as the set's primary.

    ``attach`` false leaves all data servers primaries, ``monitor`` false leaves the Sentinels without
    a set: for tests of who does these things. Settings are those of the data servers.
    """

    def __init__(
        self,
        engine: pathlib.Path,
        ports: t.Sequence[int],
        sentinel_ports: t.Sequence[int],
        *,
        name: str = "main",
        attach: bool = True,
        monitor: bool = True,
        down_after: int = 1000,
        failover_timeout: int = 5000,
        client_sentinel_rights: str = SENTINEL_USERS["client"],
        settings: t.Mapping[str, str] | None = None,
    ) -> None:
        self.engine = engine
        self.ports = list(ports)
        self.sentinel_ports = list(sentinel_ports)
        self.name = name
        self.quorum = len(self.sentinel_ports) // 2 + 1
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="sentinel-fleet-"))
        self._attach, self._monitor = attach, monitor
        self._down_after, self._failover_timeout = down_after, failover_timeout
        self._sentinel_users = {**SENTINEL_USERS, "client": client_sentinel_rights}
        self._settings = dict(settings or {})
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> t.Self:
        """Start all servers; with ``attach`` and ``monitor`` the set is complete and known to every Sentinel."""
        try:
            self._start_all()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start_all(self) -> None:
        for port in self.ports:
            self.start(port)
        for port in self.ports:
            self.wait_until_ready(port)
        for port in self.ports[1:] if self._attach else ():
            self.attach(port, self.ports[0])
        if self._attach:
            until(lambda: self.in_sync(self.ports[0], len(self.ports) - 1), "all replicas in sync")
        for port in self.sentinel_ports:
            self.start_sentinel(port)
        for port in self.sentinel_ports:
            self.wait_until_ready(port)
            self._hasten(port)
        if self._attach and self._monitor:
            self.wait_until_settled()

    def _hasten(self, port: int) -> None:
        # It asks and says hello more often than every 10 and 2 seconds, so that it sees changes soon. Pings each second
        # would make it take a new primary for dead at once with a down-after of a second; and with five times their
        # period below a second, it finds no good replica, for while a primary is down it asks them each second.
        periods = {"info-period": 1000, "publish-period": 500, "ping-period": 500}
        with self.client(port) as client:
            client.execute_command("SENTINEL", "DEBUG", *(word for pair in periods.items() for word in pair))

    def __exit__(self, *_exception: object) -> None:
        """End all servers and remove their files; the ends of their logs are shown where a test has failed."""
        for port in list(self._processes):
            self.kill(port)
        for log in sorted(self.directory.glob("*/log")):
            print(f"{log}:\n{log.read_text()[-3000:]}")
        remove(self.directory)

    def program(self, role: str) -> str:
        """Return the engine's server or command-line tool: redis-server, valkey-cli ..."""
        return str(next(self.engine.glob(f"*-{role}")))

    def path(self, port: int, name: str) -> pathlib.Path:
        """Return a file of one server: redis.conf or sentinel.conf, users.acl, log."""
        return self.directory / str(port) / name

    def start(self, port: int, **settings: str) -> None:
        """Start one data server; its configuration is written once and then the engine's own."""
        options = {
            "save": "",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "repl-diskless-sync-delay": "0",
            "repl-timeout": "10",
            "masteruser": "replication",
            "masterauth": SECRETS["replication"],
            "replica-announce-ip": HOST,
            **self._settings,
            **{key.replace("_", "-"): value for key, value in settings.items()},
        }
        lines = [f'{name} "{value}"' for name, value in options.items()]
        self._launch(port, "redis.conf", lines, DATA_USERS)

    def start_sentinel(self, port: int, *lines: str) -> None:
        """Start one Sentinel; lines are for its file, which is written once and then Sentinel's own."""
        secret = SECRETS["sentinel"]
        login = ["sentinel sentinel-user sentinel", f"sentinel sentinel-pass {secret}", f"sentinel announce-ip {HOST}"]
        monitor = [
            f"sentinel monitor {self.name} {HOST} {self.ports[0]} {self.quorum}",
            f"sentinel auth-user {self.name} sentinel",
            f"sentinel auth-pass {self.name} {secret}",
            f"sentinel down-after-milliseconds {self.name} {self._down_after}",
            f"sentinel failover-timeout {self.name} {self._failover_timeout}",
        ]
        lines = (*login, *(monitor if self._monitor else ()), *lines)
        self._launch(port, "sentinel.conf", lines, self._sentinel_users, "--sentinel")

    def _launch(
        self, port: int, name: str, lines: t.Sequence[str], users: t.Mapping[str, str], *arguments: str
    ) -> None:
        directory = self.directory / str(port)
        directory.mkdir(exist_ok=True)
        config, acl = directory / name, directory / "users.acl"
        if not config.exists():
            acl.write_text("user default off\n" + "".join(_user(user, rights) for user, rights in users.items()))
            common = [f"port {port}", f"bind {HOST}", f"dir {directory}", f"logfile {directory}/log", f"aclfile {acl}"]
            config.write_text("\n".join([*common, *lines, ""]))
        self._processes[port] = subprocess.Popen([self.program("server"), str(config), *arguments])

    def restart(self, port: int) -> None:
        """Start a killed server or Sentinel again, with the file that it has, and wait until it answers."""
        sentinel = port in self.sentinel_ports
        (self.start_sentinel if sentinel else self.start)(port)
        self.wait_until_ready(port)
        if sentinel:
            self._hasten(port)

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

    def client(self, port: int, user: str = "admin", **options: t.Any) -> redis.Redis:
        """Return redis-py's own client for one server or Sentinel: the independent witness."""
        return redis.Redis(
            HOST, port, username=user, password=SECRETS[user], decode_responses=True, socket_timeout=5, **options
        )

    def log(self, port: int) -> str:
        """Return one server's log."""
        return self.path(port, "log").read_text()

    def nodes(self, *ports: int) -> list[dict[str, t.Any]]:
        """Return the data servers (all, or those named) as modules' options want them."""
        return [{"address": HOST, "port": port} for port in ports or self.ports]

    def sentinels(self, *ports: int) -> list[dict[str, t.Any]]:
        """Return the Sentinels (all, or those named) as modules' options want them."""
        return [{"address": HOST, "port": port} for port in ports or self.sentinel_ports]

    def attach(self, port: int, primary: int) -> None:
        """Make one data server a replica of another, for good."""
        with self.client(port) as client:
            client.execute_command("REPLICAOF", HOST, primary)
            client.config_rewrite()

    def role(self, port: int) -> tuple[str, Endpoint | None]:
        """Return what a data server says of itself: its role, and its primary if it is a replica."""
        with self.client(port) as client:
            answer = t.cast(list[t.Any], client.execute_command("ROLE"))
        return ("primary", None) if answer[0] == "master" else ("replica", (answer[1], int(answer[2])))

    def in_sync(self, primary: int, replicas: int) -> bool:
        """Return whether that many replicas are attached, and have all that the primary had when it was asked."""
        with self.client(primary) as client:
            info = t.cast(dict[str, t.Any], client.info("replication"))
        listed = [info[f"slave{number}"] for number in range(info["connected_slaves"])]
        return [one["state"] for one in listed] == ["online"] * replicas and all(
            self.offset(one["port"]) >= info["master_repl_offset"] for one in listed
        )

    def offset(self, port: int) -> int:
        """Return how many bytes of the primary's stream a data server has, -1 while its link is down."""
        with self.client(port) as client:
            info = t.cast(dict[str, t.Any], client.info("replication"))
        return -1 if info.get("master_link_status") == "down" else int(info["master_repl_offset"])

    def primary(self, sentinel_port: int | None = None, name: str | None = None) -> int | None:
        """Return the port of a set's primary as one Sentinel (the first that runs) reports it, or None."""
        port = sentinel_port or next(port for port in self.sentinel_ports if port in self._processes)
        with self.client(port) as client:
            answer = client.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name or self.name)
        return int(t.cast(list[str], answer)[1]) if answer else None

    def settled(self, primary: int) -> bool:
        """Return whether each running Sentinel names this primary, sees all others, and only running replicas as up."""
        others = [port for port in self.ports if port in self._processes and port != primary]
        return all(
            self._settled_for(port, primary, others) for port in self.sentinel_ports if port in self._processes
        ) and all(self.role(port) == ("replica", (HOST, primary)) for port in others)

    def _settled_for(self, port: int, primary: int, others: t.Sequence[int]) -> bool:
        with self.client(port) as client:
            known = t.cast(dict[str, t.Any], client.sentinel_master(self.name))
            up = [one for one in t.cast(list[t.Any], client.sentinel_slaves(self.name)) if _is_up(one)]
        return (
            int(known["port"]) == primary
            and known["flags"] in ("master", {"master"})
            and int(known["num-other-sentinels"]) == len(self.sentinel_ports) - 1
            and sorted(int(one["port"]) for one in up) == sorted(others)
        )

    def wait_until_settled(self, primary: int | None = None, timeout: float = 30.0) -> None:
        """Return once all agree about who is primary (the first server by default), replicas and Sentinels."""
        wanted = primary or self.ports[0]
        until(lambda: self.settled(wanted), f"all Sentinels and replicas agree about primary {wanted}", timeout)

    def wait_until_switched(self, old: int, timeout: float = 30.0) -> int:
        """Return the new primary's port once every running Sentinel names one and the same that is not the old."""
        said = {old}

        def switched() -> bool:
            said.clear()
            said.update(self.primary(port) or old for port in self.sentinel_ports if port in self._processes)
            return len(said) == 1 and old not in said

        until(switched, f"another primary than {old} by all Sentinels", timeout)
        return said.pop()

    def wait_until_ready(self, port: int) -> None:
        """Return once the server answers, loading done."""
        deadline = time.monotonic() + 20
        while not self._answers(port):
            if time.monotonic() > deadline or self._processes[port].poll() is not None:
                raise AssertionError(f"server on port {port} does not answer; its log ends: {self.log(port)[-1000:]}")
            time.sleep(0.02)

    def _answers(self, port: int) -> bool:
        try:
            with self.client(port) as client:
                return bool(client.ping())
        except (redis.exceptions.ConnectionError, redis.exceptions.BusyLoadingError):
            return False


def _user(name: str, rights: str) -> str:
    # By hash, as the engines store it: passwords with blanks have no other spelling in this file.
    return f"user {name} on #{hashlib.sha256(SECRETS[name].encode()).hexdigest()} {rights}\n"


def _is_up(replica: t.Mapping[str, t.Any]) -> bool:
    down = ("s_down", "o_down", "disconnected")
    return replica["master-link-status"] == "ok" and not any(flag in replica["flags"] for flag in down)
