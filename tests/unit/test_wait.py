# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting, with a clock that only sleeping moves: how often is looked, when it ends, and what the error says."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import (
    DeadlineExceeded,
    Refused,
    Unreachable,
    Unsettled,
)
from ansible_collections.almashooq.redis.plugins.module_utils._wait import (
    BACKOFF,
    FIRST_INTERVAL,
    LONGEST_INTERVAL,
    PATIENCE,
    observe_patiently,
    poll,
)
from hypothesis import given
from hypothesis import strategies as st


class World:
    """Time that passes by sleeping, and by looking where that takes time; it is as it should be from ``ready`` on."""

    def __init__(self, ready: float, look: float = 0.0) -> None:
        self.now = 100.0
        self.ready = self.now + ready
        self.look = look
        self.slept: list[float] = []
        self.looks = 0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def observe(self) -> float:
        self.looks += 1
        self.now += self.look
        return self.now

    def missing(self, seen: float) -> str:
        return "" if seen >= self.ready else f"{self.ready - seen:.3g} s"

    def wait(self, timeout: float, **options: t.Any) -> float:
        """Wait in this world."""
        return poll(
            self.observe,
            self.missing,
            awaiting="the time to come",
            timeout=timeout,
            clock=self.clock,
            sleep=self.sleep,
            **options,
        )


def test_what_is_there_already_takes_one_look_and_no_time() -> None:
    world = World(ready=0)
    assert world.wait(timeout=0) == 100.0
    assert (world.looks, world.slept) == (1, [])


def test_the_last_observation_is_returned() -> None:
    world = World(ready=0.1)
    assert world.wait(timeout=10) == world.now >= world.ready


def test_the_interval_grows_by_half_each_round_up_to_the_longest() -> None:
    world = World(ready=30)
    world.wait(timeout=60)
    assert world.slept[:4] == pytest.approx([FIRST_INTERVAL * BACKOFF**each for each in range(4)])
    assert world.slept == sorted(world.slept)
    assert world.slept[-1] == LONGEST_INTERVAL
    assert max(world.slept) == LONGEST_INTERVAL


def test_the_intervals_of_a_caller_replace_those_of_all() -> None:
    world = World(ready=2)
    world.wait(timeout=60, first_interval=0.1, longest_interval=0.2)
    assert world.slept[:4] == pytest.approx([0.1, 0.15, 0.2, 0.2])


def test_the_last_sleep_ends_at_the_deadline_and_is_followed_by_a_look() -> None:
    world = World(ready=1.0)
    # An interval more than the deadline leaves: without the cut the wait would end with it.
    assert world.wait(timeout=1.0, first_interval=0.7, longest_interval=0.7) == pytest.approx(101.0)
    assert world.slept == pytest.approx([0.7, 0.3])


def test_time_that_a_look_takes_counts() -> None:
    world = World(ready=1000, look=3.0)
    with pytest.raises(DeadlineExceeded):
        world.wait(timeout=5)
    # The second look began before the deadline and ended after it: there is no third.
    assert world.looks == 2


def test_a_look_that_outlasts_the_deadline_counts_when_it_is_good() -> None:
    world = World(ready=2, look=3.0)
    assert world.wait(timeout=1) == 103.0


def test_without_time_there_is_one_look() -> None:
    world = World(ready=1)
    with pytest.raises(DeadlineExceeded):
        world.wait(timeout=0)
    assert (world.looks, world.slept) == (1, [])


def test_the_error_says_what_was_awaited_where_and_what_was_seen_last() -> None:
    world = World(ready=10)
    with pytest.raises(DeadlineExceeded) as caught:
        world.wait(timeout=2.5, node="192.0.2.1:7000", hint="See its log.")
    assert str(caught.value) == "192.0.2.1:7000: waited 2.5 s for the time to come; last seen: 7.5 s. See its log."
    assert caught.value.result() == {
        "msg": str(caught.value),
        "error": "deadline",
        "node": "192.0.2.1:7000",
        "awaited": "the time to come",
        "last_seen": "7.5 s",
    }


def test_the_error_needs_neither_node_nor_hint() -> None:
    with pytest.raises(DeadlineExceeded) as caught:
        World(ready=1000).wait(timeout=120)
    assert str(caught.value) == "waited 120 s for the time to come; last seen: 880 s"
    assert "node" not in caught.value.result()


def test_an_error_of_a_look_ends_the_wait() -> None:
    world = World(ready=10)

    def observe() -> float:
        if world.looks == 2:
            raise Unreachable("no answer", node="192.0.2.1:7000")
        return world.observe()

    with pytest.raises(Unreachable):
        poll(observe, world.missing, awaiting="it", timeout=5, clock=world.clock, sleep=world.sleep)
    assert len(world.slept) == 2


@given(
    ready=st.floats(0, 50),
    timeout=st.floats(0, 20),
    look=st.sampled_from([0.0, 0.01, 0.5]),
    first=st.floats(0.001, 2),
    longest=st.floats(0.001, 2),
)
def test_a_wait_ends_by_its_deadline_and_one_look(
    ready: float, timeout: float, look: float, first: float, longest: float
) -> None:
    world = World(ready, look)
    try:
        assert world.wait(timeout, first_interval=first, longest_interval=longest) >= world.ready
    except DeadlineExceeded:
        # What comes while there is time is seen.
        assert world.now >= 100.0 + timeout - 1e-6
        assert world.ready > 100.0 + timeout - look - 1e-6
    assert world.now <= 100.0 + timeout + look + 1e-6
    # Only what the deadline cuts is shorter than the one before, and the first interval may be longer than the longest.
    kept = world.slept[1:-1]
    assert kept == sorted(kept)
    assert max(world.slept, default=0.0) <= max(first, longest)


def refusing(world: World, error: type[Exception]) -> t.Callable[[float], None]:
    def plan(seen: float) -> None:
        if world.missing(seen):
            raise error(world.missing(seen))

    return plan


@pytest.mark.parametrize(
    ("ready", "timeout", "error", "waited"),
    [
        (0.0, 60.0, Unsettled, 0.0),
        (1.2, 60.0, Unsettled, 1.5),
        (99.0, 60.0, Unsettled, PATIENCE),
        (99.0, 6.0, Unsettled, 3.0),  # half of the time is left to the run
        (99.0, 60.0, Refused, 0.0),  # for a reason that stays
    ],
)
def test_a_plan_is_given_time_for_what_passes_by_itself(
    ready: float, timeout: float, error: type[Exception], waited: float
) -> None:
    world = World(ready)
    seen = observe_patiently(
        world.observe, refusing(world, error), timeout=timeout, clock=world.clock, sleep=world.sleep
    )
    assert seen == world.now
    assert sum(world.slept) == waited


def test_an_error_while_a_plan_is_given_time_is_raised() -> None:
    world = World(99.0)
    with pytest.raises(Unreachable):
        observe_patiently(world.observe, refusing(world, Unreachable), timeout=60, clock=world.clock, sleep=world.sleep)
