# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which process is which instance.

A server overwrites its command line with a title, so its configuration is not to be seen there.
Its working directory is the instance's data directory, and that is the proof.  Root in a container
without the right to trace may not inspect it; there the title, the name and the user have to do,
and a login confirms them (INFO names pid and configuration file).
"""

from __future__ import annotations

import contextlib
import os
import typing as t
from dataclasses import dataclass

from .._preflight import proc

SERVERS = frozenset({"redis-server", "valkey-server"})
CHILDREN = ("redis-rdb-", "redis-aof-", "valkey-rdb-", "valkey-aof-")
COMM_LENGTH = 15
ANY = ("0.0.0.0", "::")
LOOPBACK = ("127.0.0.1", "::1")


@dataclass(frozen=True)
class Sought:
    """What an instance's process looks like."""

    port: int
    home: str
    user: int
    server: str


def find(sought: t.Sequence[Sought]) -> dict[int, int]:
    """Return the pid of each instance that runs, by port."""
    found: dict[int, int] = {}
    names = SERVERS | {os.path.basename(one.server)[:COMM_LENGTH] for one in sought}
    for pid in sorted(int(entry) for entry in os.listdir("/proc") if entry.isdigit()):
        if _name(pid) in names:
            for one in sought:
                if one.port not in found and is_instance(pid, one):
                    found[one.port] = pid
    return found


def is_instance(pid: int, sought: Sought) -> bool:
    """Return whether a server's process is this instance."""
    seen = proc.process(pid)
    if seen is None or proc.start_time(pid) is None:
        return False
    if any(word.startswith(CHILDREN) for word in seen.command[:1]):
        return False
    try:
        return os.path.samestat(os.stat(f"/proc/{pid}/cwd"), os.stat(sought.home))
    except PermissionError:
        return seen.uid == sought.user and _says_so(seen.command, sought)
    except OSError:
        return False


def _says_so(command: t.Sequence[str], sought: Sought) -> bool:
    # First it is the command line of the start, later the title.
    words = " ".join(command).split()
    return f"{sought.home}/redis.conf" in words or any(word.endswith(f":{sought.port}") for word in words)


@dataclass(frozen=True)
class Listener:
    """Who listens on a port: a text for people, and the user that opened the socket."""

    who: str
    user: int


def listeners(ports: t.Collection[int], addresses: t.Collection[str]) -> dict[int, Listener]:
    """Return who listens on these ports, at one of these addresses or at all."""
    found: dict[int, Listener] = {}
    for one in proc.listening_sockets(ports):
        if one.address in {*addresses, *ANY, *LOOPBACK}:
            who = f"{one.owner.name} (pid {one.owner.pid})" if one.owner else f"a process of user id {one.uid}"
            found.setdefault(one.port, Listener(who, one.uid))
    return found


def _name(pid: int) -> str:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as stream:
        return stream.read().strip()
    return ""
