# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a condition, never for a length of time."""

from __future__ import annotations

import time
import typing as t

from ._errors import DeadlineExceeded

Observation = t.TypeVar("Observation")

FIRST_INTERVAL = 0.02
LONGEST_INTERVAL = 1.0
BACKOFF = 1.5


def poll(
    observe: t.Callable[[], Observation],
    missing: t.Callable[[Observation], str],
    *,
    awaiting: str,
    timeout: float,
    node: str | None = None,
    hint: str | None = None,
    first_interval: float = FIRST_INTERVAL,
    longest_interval: float = LONGEST_INTERVAL,
    clock: t.Callable[[], float] = time.monotonic,
    sleep: t.Callable[[float], None] = time.sleep,
) -> Observation:
    """Observe until nothing is missing, and return the last observation.

    ``missing`` returns what is still missing, for people; empty means done.  ``timeout`` and the
    intervals are seconds; the interval grows by half each round, because hard polling slows the
    very gossip that it waits for (ENGINES: 120 servers on two cores).  Clock and sleep are
    parameters so that tests need no time.

    Raises DeadlineExceeded, which names what was awaited, the node, and what was last seen.
    """
    deadline = clock() + timeout
    interval = first_interval
    while True:
        observation = observe()
        lacking = missing(observation)
        if not lacking:
            return observation
        left = deadline - clock()
        if left <= 0:
            raise DeadlineExceeded(
                f"waited {timeout:g} s for {awaiting}; last seen: {lacking}",
                node=node,
                hint=hint,
                awaited=awaiting,
                last_seen=lacking,
            )
        sleep(min(interval, left))
        interval = min(interval * BACKOFF, longest_interval)
