# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Temporary listeners: a process that holds ports for a moment, so that others can try to reach them.

It ends by itself: the kernel's alarm ends it at its deadline whatever happens to the controller, the
module or the connection.  Its state file is written before it listens, so that whatever listens is
known to the next run, which ends it.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import typing as t

from .._errors import CollectionError, Refused
from .._wait import poll
from .proc import start_time

GONE_WITHIN = 5.0
BACKLOG = 511


def start(address: str, ports: t.Sequence[int], lifetime: int, state_file: str) -> int:
    """Listen on the ports from a process of its own, and return its pid once it does.

    A listener of an earlier run is ended first: that run is over, or it will report that it lost it.
    """
    stop(state_file)
    sockets = [_bound(address, port) for port in ports]
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        _detach(sockets, send, lifetime, state_file)
    os.close(send)
    for one in sockets:
        one.close()
    os.waitpid(child, 0)
    with os.fdopen(receive, encoding="ascii") as stream:
        answer = stream.read()
    if not answer.isdigit():
        raise CollectionError(
            f"the temporary listener on {address} did not start: {answer or 'it ended at once'}",
            hint=f"{state_file} must be writable.",
        )
    return int(answer)


def stop(state_file: str) -> bool:
    """End the listener that the state file names, and return when it is gone; the result is whether there was one."""
    pid = running(state_file)
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            # SIGKILL: it holds nothing but sockets, and a stopped process would ignore SIGTERM.
            os.kill(pid, signal.SIGKILL)
        poll(
            lambda: running(state_file),
            lambda seen: f"process {seen} is still there" if seen else "",
            awaiting=f"the end of the temporary listener (pid {pid})",
            timeout=GONE_WITHIN,
        )
    with contextlib.suppress(FileNotFoundError):
        os.unlink(state_file)
    return pid is not None


def running(state_file: str) -> int | None:
    """Return the pid of the listener that the state file names, if that very process lives."""
    try:
        with open(state_file, encoding="ascii") as stream:
            state = json.load(stream)
        pid, started = int(state["pid"]), state["started"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return pid if started is not None and start_time(pid) == started else None


def _bound(address: str, port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((address, port))
    except OSError as error:
        raise Refused(
            f"port {port} on {address} cannot be bound: {error.strerror}",
            hint="Another program took it since the check a moment ago: another run on this host?",
        ) from error
    return bound


def _detach(sockets: t.Sequence[socket.socket], send: int, lifetime: int, state_file: str) -> t.NoReturn:
    """Become a process that nothing waits for, and serve; never returns into the module's code."""
    try:
        os.setsid()
        if os.fork() == 0:
            _become_listener(sockets, send, lifetime, state_file)
    finally:
        os._exit(0)


def _become_listener(sockets: t.Sequence[socket.socket], send: int, lifetime: int, state_file: str) -> None:
    # The default action of SIGALRM ends the process without any of our code having to run.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(lifetime)
    os.chdir("/")
    _close_all_but({one.fileno() for one in sockets} | {send})
    try:
        _write_state(state_file, [one.getsockname()[1] for one in sockets])
        for one in sockets:
            one.listen(BACKLOG)
    except OSError as error:
        os.write(send, str(error).encode("ascii", "replace"))
        return
    os.write(send, str(os.getpid()).encode("ascii"))
    os.close(send)
    _serve(sockets)


def _serve(sockets: t.Sequence[socket.socket]) -> t.NoReturn:
    with selectors.DefaultSelector() as selector:
        for one in sockets:
            one.setblocking(False)
            selector.register(one, selectors.EVENT_READ)
        while True:
            for key, _events in selector.select():
                with contextlib.suppress(OSError):
                    t.cast(socket.socket, key.fileobj).accept()[0].close()


def _write_state(state_file: str, ports: t.Sequence[int]) -> None:
    pid = os.getpid()
    temporary = f"{state_file}.{pid}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        json.dump({"pid": pid, "started": start_time(pid), "ports": list(ports)}, stream)
    os.replace(temporary, state_file)


def _close_all_but(kept: t.Collection[int]) -> None:
    """Close everything inherited: an open pipe would keep the connection's end waiting for us."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    for descriptor in [int(name) for name in os.listdir("/proc/self/fd")]:
        if descriptor > 2 and descriptor not in kept:
            with contextlib.suppress(OSError):
                os.close(descriptor)
