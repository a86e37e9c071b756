# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections of clients: a bounded number, each with a bounded time for its next request.

A time-out of the socket alone would let a client live for ever that sends a byte now and then.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time

MOST = 256  # connections, and threads, at a time
LONGEST = 5.0  # seconds from a connection, or from an answer, to the end of the next request
CHECK = 0.5  # seconds


class Open:
    """The connections that are open, and since when each one waits for a request to be complete."""

    def __init__(self, most: int = MOST, longest: float = LONGEST) -> None:
        self._room = threading.BoundedSemaphore(most)
        self._longest = longest
        self._lock = threading.Lock()
        self._waits: dict[socket.socket, tuple[socket.socket, float]] = {}

    def enter(self, connection: socket.socket) -> bool:
        """Take a connection in; when there is no room, the one that waits longest has to go. False: still no room."""
        if not self._room.acquire(blocking=False):
            with self._lock:
                oldest = min(self._waits.values(), key=lambda wait: wait[1], default=None)
            if oldest is not None:
                _hang_up(oldest[0])
            if not self._room.acquire(timeout=CHECK):
                return False
        with self._lock:
            self._waits[connection] = (connection, time.monotonic())
        return True

    def replace(self, connection: socket.socket, by: socket.socket) -> None:
        """Remember that TLS has taken over the connection."""
        with self._lock:
            self._waits[connection] = (by, self._waits[connection][1])

    def answered(self, connection: socket.socket) -> None:
        """Give the connection time for another request."""
        with self._lock:
            for key, (used, _since) in self._waits.items():
                if used is connection:
                    self._waits[key] = (used, time.monotonic())
                    break

    def leave(self, connection: socket.socket) -> None:
        """Forget a connection that has ended."""
        with self._lock:
            del self._waits[connection]
        self._room.release()

    def reap(self) -> None:
        """Hang up on those that have waited too long; for ever."""
        while True:
            time.sleep(CHECK)
            before = time.monotonic() - self._longest
            with self._lock:
                late = [used for used, since in self._waits.values() if since < before]
            for one in late:
                _hang_up(one)


def _hang_up(connection: socket.socket) -> None:
    # The thread that reads from it sees the end and closes it. An SSLSocket would wait for a lock of its own here.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
