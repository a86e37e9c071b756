# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a writer's record says."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils import _slots
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance import figures
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance.figures import Gap, Stream
from hypothesis import given
from hypothesis import strategies as st

SPLIT = _slots.split(3)


def stream(*moments: float, failed: tuple[float, ...] = ()) -> Stream:
    """Return writes that were acknowledged at these moments."""
    return Stream(tuple(enumerate(moments, 1)), failed)


@pytest.mark.parametrize(
    ("streams", "end", "gap"),
    [
        ([], None, Gap()),
        ([stream(5.0)], None, Gap()),
        ([stream(1.0, 2.0, 5.0, 6.0)], None, Gap(3.0, 2.0)),
        ([stream(1.0, 6.0), stream(2.0, 5.0)], None, Gap(3.0, 2.0)),
        ([stream(1.0, 2.0)], 9.0, Gap(7.0, 2.0)),
    ],
    ids=[
        "nothing was acknowledged",
        "one write makes no gap",
        "the longest of several",
        "streams fill each other's gaps",
        "a silence that lasts until the end counts",
    ],
)
def test_gap(streams: list[Stream], end: float | None, gap: Gap) -> None:
    assert figures.gap(streams, end) == gap


def test_rows_are_tenths_of_a_second_without_a_hole() -> None:
    assert figures.rows([stream(10.0, 10.05, 10.31, failed=(10.12,))], 10.0) == [
        [0, 2, 0],
        [100, 0, 1],
        [200, 0, 0],
        [300, 1, 0],
    ]


@given(st.sets(st.integers(1, 500)), st.sets(st.integers(1, 500)))
def test_lost_is_what_is_acknowledged_and_not_there(acknowledged: set[int], there: set[int]) -> None:
    found = {number: str(number) if number in there else None for number in acknowledged}
    assert figures.lost(acknowledged, found) == sorted(acknowledged - there)


def test_another_value_is_lost_as_well_and_what_was_not_read_is_not_judged() -> None:
    assert figures.lost([1, 2, 3], {1: "1", 2: "1"}) == [2]


@pytest.mark.parametrize("slots", SPLIT)
def test_a_tag_leads_to_its_shard(slots: _slots.Ranges) -> None:
    slot = figures.slot_of(figures.tag_of(slots))
    assert any(first <= slot <= last for first, last in slots)


def test_slots_are_those_of_the_specification() -> None:
    # Its own example: 123456789 has CRC16 0x31C3.
    assert figures.slot_of("123456789") == 0x31C3 % 16384


@pytest.mark.parametrize("slots", [(), ((0, 5460),), ((0, 10), (12, 12), (20, 16383))])
def test_slots_are_read_as_they_are_written(slots: _slots.Ranges) -> None:
    assert figures.ranges_of(_slots.text(slots)) == slots
