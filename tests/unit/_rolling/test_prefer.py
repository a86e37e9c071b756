# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is made the one that Sentinel chooses, until when, and what is refused."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.gates import missing, unfinished
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.model import Pace, State
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.plan import plan
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.prefer import PREFERRED, Prioritise
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.steps import SwitchOver

from .worlds import need, replicated

FORMER, NEW, OTHER = (f"192.0.2.{number}:7000" for number in range(3))
CONFIGURED = {FORMER: 100, NEW: 100, OTHER: 100}


def returning(state: State, **pace: t.Any) -> list[str]:
    """Return the plan in which the former primary is restarted and returns."""
    pace = {"returning": True, "primaries": (FORMER,), "priorities": CONFIGURED, **pace}
    return [step.describe() for step in plan(state, need(state, FORMER), Pace(**pace))]


def changed(state: State, **priorities: int) -> State:
    """Return a state in which these instances (``i0``) have another priority."""
    new = [dataclasses.replace(state.members[int(name[1:])], priority=value) for name, value in priorities.items()]
    return state.replacing(*new)


def test_the_former_primary_of_a_set_is_preferred_until_it_has_returned() -> None:
    assert returning(replicated())[2:] == [
        f"set replica-priority of {FORMER} to 1, so that Sentinel chooses it",
        f"switch shard 0 over from {NEW} to {FORMER}",
        f"set replica-priority of {FORMER} to 100",
    ]


def test_what_sentinel_would_choose_anyway_is_not_touched() -> None:
    assert returning(replicated(replicas=1, min_replicas=0))[2:] == [f"switch shard 0 over from {NEW} to {FORMER}"]
    assert returning(changed(replicated(), i0=10))[2:] == [f"switch shard 0 over from {NEW} to {FORMER}"]
    # Configured so: nothing of it is undone.
    assert returning(changed(replicated(), i0=1), priorities={**CONFIGURED, FORMER: 1})[2:] == [
        f"switch shard 0 over from {NEW} to {FORMER}"
    ]


@pytest.mark.parametrize(
    ("priorities", "configured", "why"),
    [
        ({"i2": 1}, CONFIGURED, f"{FORMER} cannot become primary again: Sentinel could choose {OTHER}, whose replica-"),
        ({"i0": 0}, CONFIGURED, f"{FORMER} cannot become primary again: its replica-priority is 0, so Sentinel never"),
        ({}, {}, f"{FORMER} cannot become primary again: .* its managed file, which says what to restore, cannot"),
    ],
)
def test_a_return_that_sentinel_would_not_make_is_refused_before_anything_is_touched(
    priorities: dict[str, int], configured: dict[str, int], why: str
) -> None:
    state = changed(replicated(), **priorities)
    with pytest.raises(Refused, match=why) as refusal:
        returning(state, priorities=configured)
    assert "leave out redis_rolling_return_primaries" in str(refusal.value.hint)
    assert returning(state, priorities=configured, returning=False)


def test_a_replica_that_sentinel_never_chooses_is_in_nobodys_way() -> None:
    assert returning(changed(replicated(), i2=0))[2:] == [f"switch shard 0 over from {NEW} to {FORMER}"]


def test_what_an_interrupted_run_has_left_is_restored_whatever_the_next_one_is_for() -> None:
    left = changed(replicated(), i1=PREFERRED)
    pace = Pace(priorities=CONFIGURED)
    assert plan(left, (), pace) == [Prioritise(NEW, 100)]
    assert plan(left, need(left, OTHER), pace)[1:] == [Prioritise(NEW, 100)]
    assert plan(Prioritise(NEW, 100).apply(left), (), pace) == []
    # One that is not known could not be restored, and another value is no run's.
    assert plan(left, (), Pace()) == []
    assert plan(changed(replicated(), i1=50), (), pace) == []


def test_it_is_done_when_every_sentinel_has_read_it_and_its_restoration_at_once() -> None:
    state = replicated()
    step = Prioritise(OTHER, PREFERRED)
    assert unfinished(state, step, state) == [f"{OTHER} has replica-priority 100 still"]
    set_ = changed(state, i2=PREFERRED)
    assert unfinished(set_, step, state) == [f"not every Sentinel has read that replica-priority of {OTHER} is 1"]
    assert unfinished(step.apply(state), step, state) == []
    assert unfinished(changed(state, i2=100), Prioritise(OTHER, 100), set_) == []


def test_it_begins_in_a_healthy_deployment_alone_and_is_undone_in_any() -> None:
    state = replicated()
    ill = state.replacing(dataclasses.replace(state.members[1], behind="has no link to its primary"))
    assert missing(state, Prioritise(OTHER, PREFERRED)) == []
    assert missing(ill, Prioritise(OTHER, PREFERRED)) == [f"{NEW} has no link to its primary"]
    assert missing(ill, Prioritise(OTHER, 100)) == []


def test_no_switchover_to_a_replica_is_begun_before_all_sentinels_prefer_it() -> None:
    state = replicated()
    step = SwitchOver("shard 0", FORMER, OTHER, "a")
    assert missing(state, step) == [f"not all Sentinels would choose {OTHER}"]
    assert missing(Prioritise(OTHER, PREFERRED).apply(state), step) == []
