# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of the lock share: runs that wait for it, what breaks it, and what a witness sees of it.

For a verb: start its module, ``break_connections`` in the middle, with a ``SecondRun`` beside it.  The module must have
ended before ``took``.
"""

from __future__ import annotations

import threading
import time
import typing as t

import redis
from ansible_collections.almashooq.redis.plugins.module_utils._client import Access, Client
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError
from ansible_collections.almashooq.redis.plugins.module_utils._lock_rules import Holder, Mark, parse
from ansible_collections.almashooq.redis.plugins.module_utils._locking import Lock


class Servers(t.Protocol):
    """A fleet of either kind."""

    def client(self, port: int) -> redis.Redis:
        """Return the independent witness."""

    def kill(self, port: int) -> None:
        """End a server."""

    def wait_until_ready(self, port: int) -> None:
        """Return once it answers."""


def lock(ports: t.Iterable[int], access: Access, user: str = "alice") -> Lock:
    """Return the lock of one run on these members of loopback."""
    return Lock([Client("127.0.0.1", port, access) for port in ports], Holder("control1", user, "site.yml"))


def marks(fleet: Servers, port: int) -> list[Mark]:
    """Return the marks at one member, as a witness sees them."""
    with fleet.client(port) as client:
        found = [parse(t.cast("dict[str, str]", each)["name"]) for each in client.client_list()]
    return [mark for mark in found if mark is not None]


def forms(fleet: Servers, ports: t.Iterable[int], user: str = "alice") -> list[list[str]]:
    """Return the forms of one run's marks at each member."""
    return [[mark.form for mark in marks(fleet, port) if mark.holder.user == user] for port in ports]


class SecondRun:
    """A run that waits for the lock in a thread, and does nothing with it.

    ``took`` is when it had the lock (``time.monotonic``), None before that; ``error`` why it has not got it.
    """

    def __init__(self, ports: t.Iterable[int], access: Access, timeout: float = 60) -> None:
        self.took: float | None = None
        self.error: CollectionError | None = None
        self._timeout = timeout
        self._lock = lock(ports, access, "bob")
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> SecondRun:
        """Begin to wait."""
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Give up the lock, or the wait for it."""
        self._lock.release()
        self._thread.join(10)

    def wait(self, timeout: float = 30) -> float:
        """Return when it took the lock; raises the error that it got instead."""
        self._thread.join(timeout)
        if self.error is not None:
            raise self.error
        assert self.took is not None, f"the second run still waits after {timeout:g} s"
        return self.took

    def _run(self) -> None:
        try:
            self._lock.take(self._timeout)
            self.took = time.monotonic()
        except CollectionError as error:
            self.error = error


def idle(fleet: Servers, ports: t.Sequence[int]) -> None:
    """Have the servers close connections that are idle for a second; nothing else is set back."""
    for port in ports:
        with fleet.client(port) as client:
            client.config_set("timeout", 1)


def kill_normal(fleet: Servers, ports: t.Sequence[int]) -> None:
    """Close all normal connections, as Sentinel does at servers that change their role."""
    for port in ports:
        with fleet.client(port) as client:
            client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")


def restart(fleet: t.Any, ports: t.Sequence[int]) -> None:
    """Kill the servers, all before the first starts again."""
    for port in ports:
        fleet.kill(port)
    for port in ports:
        fleet.start(port)
    for port in ports:
        fleet.wait_until_ready(port)


BREAKS: dict[str, t.Callable[[t.Any, t.Sequence[int]], None]] = {
    "idle timeout": idle,
    "CLIENT KILL TYPE normal": kill_normal,
    "restart": restart,
}
