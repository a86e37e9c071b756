# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which members are restarted at the same time."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.model import Pace, State
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.plan import plan
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.steps import Step, SwitchOver, Together

from .worlds import all_need, cluster, need, replicated

TWO = Pace(parallel=2)


def on_hosts(state: State, *hosts: str) -> State:
    """Return a state whose members are on these hosts, in their order."""
    return state.replacing(*(dataclasses.replace(one, host=host) for one, host in zip(state.members, hosts)))


def lines(steps: list[Step]) -> list[str]:
    """Return the steps in short: S for a switchover, and the last octets of what is restarted."""
    found = []
    for step in steps:
        if isinstance(step, SwitchOver):
            found.append(f"S{step.primary.split(':')[0].split('.')[3]}")
        else:
            restarts = step.restarts if isinstance(step, Together) else (step,)
            found.append("+".join(one.node.split(":")[0].split(".")[3] for one in restarts))  # type: ignore[union-attr]
    return found


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (1, ["5", "3", "4", "S0", "0", "S1", "1", "S2", "2"]),
        (2, ["5+3", "4", "S0", "S1", "0+1", "S2", "2"]),
        (3, ["5+3+4", "S0", "S1", "S2", "0+1+2"]),
        (9, ["5+3+4", "S0", "S1", "S2", "0+1+2"]),
    ],
)
def test_members_of_one_host_are_restarted_together(most: int, expected: list[str]) -> None:
    state = on_hosts(cluster(), "a", "a", "a", "b", "b", "b")
    assert lines(plan(state, all_need(state), Pace(parallel=most))) == expected


def test_never_two_hosts_and_never_two_members_of_a_shard() -> None:
    # Members 3 and 8 are of shard 1.
    state = on_hosts(cluster(3, 2), "a", "a", "b", "c", "d", "d", "e", "e", "c")
    assert lines(plan(state, all_need(state), Pace(parallel=9)))[:4] == ["3", "8", "5+4", "7+6"]


def test_one_that_is_not_well_comes_first_and_alone() -> None:
    state = on_hosts(cluster(), "a", "a", "a", "b", "b", "b")
    state = state.replacing(dataclasses.replace(state.members[4], behind="has no link to its primary"))
    assert lines(plan(state, all_need(state), TWO))[:2] == ["4", "5+3"]


def test_a_limit_counts_members() -> None:
    state = on_hosts(cluster(), "a", "a", "a", "b", "b", "b")
    assert lines(plan(state, all_need(state), Pace(parallel=2, limit=3))) == ["5+3", "4"]


def test_a_primary_that_has_handed_over_waits_for_the_others_of_its_host() -> None:
    state = on_hosts(cluster(), "a", "a", "a", "b", "b", "b")
    pace = Pace(parallel=2, primaries=tuple(one.name for one in state.members[:3]))
    left = need(state, *pace.primaries)
    first = plan(state, left, pace)
    assert lines(first) == ["S0", "S1", "0+1", "S2", "2"]
    assert lines(plan(first[0].apply(state), left, pace)) == ["S1", "0+1", "S2", "2"]


def test_sentinels_and_the_members_of_a_set_stay_one_by_one() -> None:
    state = replicated()
    state = on_hosts(state, *["a"] * len(state.members))
    assert not any(isinstance(step, Together) for step in plan(state, all_need(state), Pace(parallel=9)))


def test_the_line_of_several_names_each() -> None:
    state = on_hosts(cluster(), "a", "a", "a", "b", "b", "b")
    first = plan(state, all_need(state, "unit changed"), TWO)[0]
    assert first.describe() == (
        "restart together 192.0.2.5:7000 (replica of shard 0), 192.0.2.3:7000 (replica of shard 1): unit changed"
    )
