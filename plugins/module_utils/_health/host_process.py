# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which process serves a port, and why that could not be found out.  Reads /proc only.

The owner of a socket stands among a process' descriptors, which even root may not list in a container without
CAP_SYS_PTRACE.  A command line is readable for everyone, and the engines write their address and port into theirs.
"""

from __future__ import annotations

import os
import typing as t

from .._preflight.proc import listening_sockets


class Found(t.NamedTuple):
    """The process of an instance, or the reason why it is not known."""

    pid: int | None
    reason: str = ""


def processes(ports: t.Sequence[int]) -> dict[int, Found]:
    """Return the process that serves each port."""
    sockets = listening_sockets(ports)
    owned = {one.port: one.owner.pid for one in sockets if one.owner is not None}
    listening = {one.port for one in sockets}
    return {port: Found(owned[port]) if port in owned else _by_command(port, port in listening) for port in ports}


def attempt(path: str) -> tuple[str, str]:
    """Return a file's text and nothing, or nothing and the path with the error."""
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read(), ""
    except OSError as error:
        return "", f"{path}: {error.strerror}"


def serves(command: str, port: int) -> bool:
    """Whether a command line is that of an engine's server on this port: ``redis-server 192.0.2.1:7000 [cluster]``."""
    words = command.replace("\0", " ").split()
    return len(words) > 1 and words[0].rpartition("/")[2].endswith("-server") and words[1].endswith(f":{port}")


def _by_command(port: int, listens: bool) -> Found:
    if not listens:
        return Found(None, f"/proc/net/tcp: no process of this host listens on port {port}")
    found, refused = [], []
    for entry in sorted(filter(str.isdigit, os.listdir("/proc")), key=int):
        if serves(attempt(f"/proc/{entry}/cmdline")[0], port):
            found.append(int(entry))
        try:
            os.listdir(f"/proc/{entry}/fd")
        except PermissionError as error:
            refused.append(f"/proc/{entry}/fd: {error.strerror}")
        except OSError:
            continue
    if len(found) == 1:
        return Found(found[0])
    reason = f"no process is known to hold port {port}"
    return Found(None, f"{reason} ({len(refused)} unreadable, first {refused[0]})" if refused else reason)
