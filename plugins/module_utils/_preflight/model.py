# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a preflight sees on one host and what it is given: plain values."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

State = t.Literal["free", "ours", "listener", "taken"]
FREE: t.Final = "free"
OURS: t.Final = "ours"
LISTENER: t.Final = "listener"
TAKEN: t.Final = "taken"


@dataclass(frozen=True)
class Instance:
    """An instance that this host is to run, and the traces by which its process is recognised."""

    port: int
    bus_port: int | None
    data_dir: str
    managed_file: str
    pid_file: str
    unit: str
    maxmemory: int | None = None
    persistent: bool = False

    @property
    def ports(self) -> tuple[int, ...]:
        """Return the data port and, in a cluster, the bus port."""
        return (self.port,) if self.bus_port is None else (self.port, self.bus_port)


@dataclass(frozen=True)
class Process:
    """A process that listens, as far as this user may see it."""

    pid: int
    name: str
    uid: int
    command: tuple[str, ...] = ()
    directory: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Socket:
    """A listening TCP socket; ``owner`` is unknown where /proc hides it from this user."""

    address: str
    port: int
    uid: int
    inode: int
    owner: Process | None = None


@dataclass(frozen=True)
class Attempt:
    """What came of binding one address and port: empty, or the reason (an errno name)."""

    address: str
    port: int
    refusal: str = ""


@dataclass(frozen=True)
class Directory:
    """A directory that the run writes to: the nearest part of it that exists, and what is wrong."""

    path: str
    existing: str
    trouble: str = ""


@dataclass(frozen=True)
class Need:
    """What the service's user has to be able to do with a path, or lacks there: read, write, pass."""

    path: str
    rights: tuple[str, ...]


@dataclass(frozen=True)
class Disk:
    """A file system: bytes that are free, bytes that these instances use already, and the instances by their ports."""

    path: str
    free: int
    ours: int = 0
    ports: tuple[int, ...] = ()


@dataclass(frozen=True)
class Host:
    """Everything that was observed."""

    address: str
    ip: str | None
    resolve_error: str
    attempts: tuple[Attempt, ...]
    sockets: tuple[Socket, ...]
    pids: tuple[tuple[int, int], ...]
    directories: tuple[Directory, ...]
    memory: int
    memory_source: str
    listener_pid: int | None = None
    systemd: bool = False

    def pid_of(self, port: int) -> int | None:
        """Return what the pid file of the instance contains, where it has one."""
        return dict(self.pids).get(port)
