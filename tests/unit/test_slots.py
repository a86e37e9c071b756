# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Slot arithmetic, held against Python's own sets."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils import _slots
from hypothesis import given
from hypothesis import strategies as st

SOME = st.frozensets(st.integers(0, 60))


@given(SOME, SOME)
def test_ranges_are_sets(one: frozenset[int], other: frozenset[int]) -> None:
    a, b = _slots.ranges(one), _slots.ranges(other)
    assert set(_slots.members(a)) == one
    assert _slots.count(a) == len(one)
    assert _slots.minus(a, b) == _slots.ranges(one - other)
    assert _slots.common(a, b) == _slots.ranges(one & other)
    assert _slots.merged([a, b]) == _slots.ranges(one | other)


@pytest.mark.parametrize("parts", [1, 3, 7, 60, 1000])
def test_the_split_is_even_and_complete(parts: int) -> None:
    shares = _slots.split(parts)
    assert _slots.merged(shares) == _slots.ALL
    sizes = {_slots.count(share) for share in shares}
    assert max(sizes) - min(sizes) <= 1


def test_three_primaries_get_the_ranges_that_everybody_knows() -> None:
    assert [_slots.text(share) for share in _slots.split(3)] == ["0-5460", "5461-10922", "10923-16383"]


def test_text_is_that_of_cluster_nodes() -> None:
    assert (_slots.text(((0, 5), (9, 9))), _slots.text(())) == ("0-5 9", "-")
