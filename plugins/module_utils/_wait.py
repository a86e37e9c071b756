# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a condition, never for a length of time."""

from __future__ import annotations

import time
import typing as t

from ._errors import DeadlineExceeded, Refused, Unsettled

Observation = t.TypeVar("Observation")

FIRST_INTERVAL = 0.02
LONGEST_INTERVAL = 1.0
BACKOFF = 1.5
PATIENCE = 10.0  # s: longer than a Sentinel takes to connect again, and than two rounds of gossip


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


def observe_patiently(
    observe: t.Callable[[], Observation],
    plan: t.Callable[[Observation], object],
    *,
    timeout: float,
    clock: t.Callable[[], float] = time.monotonic,
    sleep: t.Callable[[float], None] = time.sleep,
) -> Observation:
    """Observe until ``plan`` does not raise Unsettled, and return the last observation, healthy or not.

    What passes by itself is no reason to refuse: a Sentinel whose user was loaded anew, for example, has no connection
    for a second. It takes at most PATIENCE, and half of ``timeout`` (s); any other refusal stays, so it ends at once.
    """
    deadline = clock() + min(PATIENCE, timeout / 2)
    while True:
        observation = observe()
        try:
            plan(observation)
        except Unsettled:
            if clock() < deadline:
                sleep(LONGEST_INTERVAL / 2)
                continue
        except Refused:
            pass
        return observation
