# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stream of writes, one after the other, and what became of each."""

from __future__ import annotations

import threading
import time
import typing as t

from .._errors import CollectionError
from .figures import Stream

PAUSE = 0.01  # s after a write that failed: an application does not spin
KINDS = 20


class Writing(threading.Thread):
    """Writes numbers until it is stopped.

    ``write`` returns when a write is acknowledged, and raises when it is not; ``confirm`` returns whether a replica
    has it, too.
    """

    def __init__(
        self,
        write: t.Callable[[int], object],
        interval: float,
        confirm: t.Callable[[], bool] | None = None,
    ) -> None:
        super().__init__(daemon=True)
        self.attempted = 0
        self.errors: dict[str, int] = {}
        self._write, self._confirm, self._interval = write, confirm, interval
        self._acknowledged: list[tuple[int, float]] = []
        self._failed: list[float] = []
        self._confirmed: set[int] = set()
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Stop it after its current write."""
        self._stopped.set()

    def written(self) -> int:
        """Return how many writes were acknowledged so far."""
        return len(self._acknowledged)

    def stream(self) -> Stream:
        """Return what became of the writes."""
        return Stream(tuple(self._acknowledged), tuple(self._failed), frozenset(self._confirmed))

    def run(self) -> None:
        """Write, each number once: a write that failed may have been done, so it is not reported as one."""
        while not self._stopped.wait(self._interval):
            self.attempted += 1
            number = self.attempted
            try:
                self._write(number)
                self._acknowledged.append((number, time.time()))
                if self._confirm is not None and self._confirm():
                    self._confirmed.add(number)
            except CollectionError as error:
                self._fail(error)

    def _fail(self, error: CollectionError) -> None:
        self._failed.append(time.time())
        said = f"{error.kind}: {error.message}"
        if len(self.errors) >= KINDS and said not in self.errors:
            said = "others"
        self.errors[said] = self.errors.get(said, 0) + 1
        self._stopped.wait(PAUSE)
