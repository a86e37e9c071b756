# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client that writes through Sentinel without a pause, and knows what was acknowledged, and when."""

from __future__ import annotations

import threading
import time
import typing as t

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from .sentinel_fleet import HOST, SECRETS, SentinelFleet

# An answer may be held back for as long as a switchover holds writes: s.
PATIENCE = 20.0
BREATH = 0.002  # s between a failed try and the next: an application does not spin


class Writer:
    """Writes a new key each time, one after the other; ``acknowledged`` holds number and time of each that was."""

    def __init__(self, fleet: SentinelFleet) -> None:
        self.acknowledged: list[tuple[int, float]] = []
        self._fleet = fleet
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._write)
        login = {"username": "client", "password": SECRETS["client"], "retry": Retry(NoBackoff(), 0)}
        sentinels = [(HOST, port) for port in fleet.sentinel_ports]
        sentinel = Sentinel(sentinels, sentinel_kwargs={**login, "socket_timeout": 1}, **login)
        self._client = sentinel.master_for(fleet.name, socket_timeout=PATIENCE)

    def __enter__(self) -> Writer:
        """Start to write, and return when the first write is acknowledged."""
        self._thread.start()
        deadline = time.monotonic() + PATIENCE
        while not self.acknowledged:
            if time.monotonic() > deadline:
                raise AssertionError("no write was acknowledged")
            time.sleep(0.01)
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop."""
        self._stopped.set()
        self._thread.join()
        self._client.close()

    def _write(self) -> None:
        number = 0
        while not self._stopped.is_set():
            number += 1
            try:
                self._client.set(f"written:{number}", number)
            except redis.exceptions.RedisError:
                time.sleep(BREATH)
            else:
                self.acknowledged.append((number, time.monotonic()))

    def silent_for(self) -> float:
        """Return how long ago the last write was acknowledged: s."""
        return time.monotonic() - self.acknowledged[-1][1]

    def longest_gap(self) -> float:
        """Return the longest time between two acknowledged writes: s."""
        times = [when for _number, when in self.acknowledged]
        return max(later - earlier for earlier, later in zip(times, times[1:]))

    def lost(self, primary: int) -> int:
        """Return how many of the acknowledged writes this server does not have."""
        numbers = [number for number, _when in self.acknowledged]
        with self._fleet.client(primary) as client:
            found = t.cast(list[t.Any], client.mget(f"written:{number}" for number in numbers))
        return sum(value != str(number) for number, value in zip(numbers, found))
