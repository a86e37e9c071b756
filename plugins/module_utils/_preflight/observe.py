# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inspection of one host: addresses, ports, directories, memory.  Reads only; nothing listens here."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import typing as t

from . import listener, proc
from .model import Attempt, Directory, Host, Instance, Process, Socket

CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
# sd_booted(3): a host may have systemd installed, and even /sbin/init of it, without running under it.
BOOTED_BY_SYSTEMD = "/run/systemd/system"
LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}


def observe(address: str, instances: t.Sequence[Instance], directories: t.Sequence[str], state_file: str) -> Host:
    """Return what this host looks like to a deployment that is to live on it."""
    ip, resolve_error = resolve(address)
    attempts = _attempts(ip, instances) if ip else []
    busy = {one.port for one in attempts if one.refusal == "EADDRINUSE"}
    memory, source = memory_limit()
    return Host(
        address=address,
        ip=ip,
        resolve_error=resolve_error,
        attempts=tuple(attempts),
        sockets=tuple(_named(proc.listening_sockets(busy)) if busy else ()),
        pids=tuple((one.port, pid) for one in instances for pid in [_pid(one.pid_file)] if pid),
        directories=tuple(_directory(path) for path in directories),
        memory=memory,
        memory_source=source,
        listener_pid=listener.running(state_file),
        systemd=os.path.isdir(BOOTED_BY_SYSTEMD),
    )


def resolve(address: str) -> tuple[str | None, str]:
    """Return the IP address behind an address or a name, or the reason why there is none."""
    try:
        return str(ipaddress.ip_address(address)), ""
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(address, None, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        return None, getattr(error, "strerror", None) or str(error)
    return str(found[0][4][0]), ""


def bind_refusal(address: str, port: int) -> str:
    """Try to bind, without listening for a moment, and return the reason where it is refused."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            return errno.errorcode.get(error.errno or 0, str(error))
    return ""


def memory_limit() -> tuple[int, str]:
    """Return the bytes that this host, or the container that it is, may use, and what sets that limit."""
    with open("/proc/meminfo", encoding="ascii") as stream:
        total = int(stream.readline().split()[1]) * 1024
    for path in CGROUP_LIMITS:
        try:
            with open(path, encoding="ascii") as stream:
                text = stream.read().strip()
        except OSError:
            continue
        if text.isdigit() and int(text) < total:
            return int(text), "the memory limit of this container"
    return total, "the memory of this host"


def _attempts(ip: str, instances: t.Sequence[Instance]) -> list[Attempt]:
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    addresses = dict.fromkeys((ip, LOOPBACK[family]))
    ports = dict.fromkeys(port for instance in instances for port in instance.ports)
    return [Attempt(one, port, bind_refusal(one, port)) for port in ports for one in addresses]


def _named(sockets: t.Sequence[Socket]) -> list[Socket]:
    """Fill in owners that a container without SYS_PTRACE hides, where they can be inferred."""
    return [Socket(one.address, one.port, one.uid, one.inode, one.owner or _probable_owner(one)) for one in sockets]


def _probable_owner(listening: Socket) -> Process | None:
    # A server's process title names its port; with the user that owns the socket, that is enough.
    for entry in os.listdir("/proc"):
        seen = proc.process(int(entry)) if entry.isdigit() else None
        if seen is not None and seen.uid == listening.uid:
            title = " ".join(seen.command).split()
            if any(word.endswith(f":{port}") for word in title for port in _data_ports(listening.port)):
                return seen
    return None


def _data_ports(port: int) -> tuple[int, ...]:
    # The title shows the data port also of the process that holds the bus port.
    return (port, port - 10000)


def _pid(path: str) -> int | None:
    try:
        with open(path, encoding="ascii") as stream:
            return int(stream.read().strip())
    except (OSError, ValueError):
        return None


def _directory(path: str) -> Directory:
    existing = path
    while not os.path.lexists(existing):
        existing = os.path.dirname(existing)
    if not os.path.isdir(existing):
        return Directory(path, existing, "is not a directory")
    if os.statvfs(existing).f_flag & os.ST_RDONLY:
        return Directory(path, existing, "is on a read-only file system")
    if not os.access(existing, os.W_OK | os.X_OK):
        return Directory(path, existing, "cannot be written by this user")
    return Directory(path, existing)
