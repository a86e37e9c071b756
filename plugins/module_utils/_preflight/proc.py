# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading /proc: who listens where.  A process that this user may not look into stays unknown.

Where the first process of a container reaps no children, a process that has ended stays in /proc for as long as the
container runs.  It is gone for everything in this file; no other file asks /proc whether a process exists (a test).
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import struct
import typing as t

from .model import Process, Socket

LISTEN = "0A"
_UNIT = re.compile(r"/([^/]+\.service)(?:/|$)")


def parse_sockets(text: str) -> list[Socket]:
    """Return the listening sockets of a ``/proc/net/tcp`` or ``tcp6`` table."""
    sockets = []
    for line in text.splitlines()[1:]:
        words = line.split()
        if len(words) > 9 and words[3] == LISTEN:
            address, port = words[1].split(":")
            sockets.append(Socket(_address(address), int(port, 16), int(words[7]), int(words[9])))
    return sockets


def parse_unit(cgroup: str) -> str | None:
    """Return the systemd service that a ``/proc/PID/cgroup`` names."""
    units = [match.group(1) for match in map(_UNIT.search, cgroup.splitlines()) if match]
    return units[-1] if units else None


def listening_sockets(ports: t.Collection[int]) -> list[Socket]:
    """Return the sockets that listen on one of the ports, with their processes where visible."""
    found: list[Socket] = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        found += [one for one in parse_sockets(_read(table)) if one.port in ports]
    if not found:
        return []
    owners = _owners({one.inode for one in found})
    return [Socket(one.address, one.port, one.uid, one.inode, owners.get(one.inode)) for one in found]


def process(pid: int) -> Process | None:
    """Return one process, or nothing when it is gone."""
    base = f"/proc/{pid}"
    try:
        uid = os.stat(base).st_uid
    except OSError:
        return None
    if not state(pid):
        return None
    directory = None
    with contextlib.suppress(OSError):
        directory = os.readlink(f"{base}/cwd")
    return Process(
        pid=pid,
        name=_read(f"{base}/comm").strip(),
        uid=uid,
        command=tuple(word for word in _read(f"{base}/cmdline").split("\0") if word),
        directory=directory,
        unit=parse_unit(_read(f"{base}/cgroup")),
    )


def units_of(uid: int) -> set[str]:
    """Return the systemd services that processes of a user belong to."""
    units = set()
    for entry in filter(str.isdigit, os.listdir("/proc")):
        seen = process(int(entry))
        if seen is not None and seen.uid == uid and seen.unit is not None:
            units.add(seen.unit)
    return units


def start_time(pid: int) -> str | None:
    """Return when a process started, in the kernel's ticks: with the pid, its identity."""
    words = _stat(pid)
    return words[19] if len(words) > 19 else None


def state(pid: int) -> str:
    """Return the letter of a process' state (T: stopped, see proc(5)), empty where it is gone."""
    return "".join(_stat(pid)[:1])


def _stat(pid: int) -> list[str]:
    """Return what follows a process' name in its ``stat``; nothing for one that has ended and is not reaped."""
    # The name, in parentheses, may itself hold spaces and parentheses.
    words = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return [] if words[:1] in (["Z"], ["X"]) else words


def _owners(inodes: set[int]) -> dict[int, Process]:
    owners: dict[int, Process] = {}
    wanted = {f"socket:[{inode}]": inode for inode in inodes}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            for inode in _held(int(entry), wanted):
                seen = process(int(entry))
                if seen is not None:
                    owners.setdefault(inode, seen)
    return owners


def _held(pid: int, wanted: t.Mapping[str, int]) -> t.Iterator[int]:
    try:
        descriptors = os.listdir(f"/proc/{pid}/fd")
    except OSError:
        return
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            target = os.readlink(f"/proc/{pid}/fd/{descriptor}")
            if target in wanted:
                yield wanted[target]


def _address(text: str) -> str:
    # Each group of eight digits is one word in the machine's byte order.
    words = [int(text[index : index + 8], 16) for index in range(0, len(text), 8)]
    packed = struct.pack(f"={len(words)}I", *words)
    return socket.inet_ntop(socket.AF_INET if len(words) == 1 else socket.AF_INET6, packed)


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="backslashreplace") as stream:
            return stream.read()
    except OSError:
        return ""
