# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether keys are missing after a restart: what expired or was evicted is allowed for, and nothing else."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._together.counts import Counts, Database, counts, lost
from hypothesis import given
from hypothesis import strategies as st


def of(*lines: tuple[int, int, int], libraries: int = 0) -> Counts:
    """Return counts of databases with numbers 0, 1, ...: keys, keys that expire, keys with fields that do."""
    return Counts(tuple(Database(number, *line) for number, line in enumerate(lines)), libraries)


def test_counts_are_read_from_info_of_either_engine() -> None:
    info = {
        "db0": "keys=5,expires=2,avg_ttl=100,subexpiry=1",
        "db12": "keys=7,expires=0,avg_ttl=0,keys_with_volatile_items=3",
        "dbsize": "9",
        "number_of_libraries": "2",
    }
    assert counts(info) == Counts((Database(0, 5, 2, 1), Database(12, 7, 0, 3)), 2)


@pytest.mark.parametrize(
    ("before", "after", "expired", "evicted", "words"),
    [
        (of((5, 0, 0)), of((5, 0, 0)), 0, 0, ""),
        (of((5, 2, 0)), of((3, 0, 0)), 2, 0, ""),
        (of((5, 2, 0)), of((3, 0, 0)), 0, 0, "database 0 has 3 keys, and had 5; none of them has expired"),
        (of((5, 2, 0)), of((3, 0, 0)), 1, 0, "1 of them have expired"),
        (of((5, 2, 0)), of((4, 2, 0)), 9, 0, "database 0 has 2 keys that do not expire, and had 3"),
        (of((5, 0, 0)), of((4, 0, 0)), 0, 1, ""),
        (of((5, 0, 2)), of((3, 0, 0)), 0, 0, ""),
        (of((5, 0, 2)), of((2, 0, 0)), 0, 0, "database 0 has 2 keys"),
        (of((1, 0, 0), (4, 0, 0)), of((5, 0, 0)), 0, 0, "database 1 has 0 keys that do not expire, and had 4"),
        (of(libraries=2), of(libraries=1), 0, 0, "1 libraries of functions"),
    ],
)
def test_what_is_missing_is_named(before: Counts, after: Counts, expired: int, evicted: int, words: str) -> None:
    found = "; ".join(lost(before, after, expired=expired, evicted=evicted))
    assert (words in found) if words else not found


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_no_lasting_key_may_be_missing_whatever_expires(lasting: int, volatile: int, gone: int, expired: int) -> None:
    expired = min(expired, volatile)
    before, after = (
        of((lasting + volatile, volatile, 0)),
        of((max(lasting - gone, 0) + volatile - expired, volatile - expired, 0)),
    )
    assert bool(lost(before, after, expired=expired, evicted=0)) == (min(gone, lasting) > 0)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_no_more_may_be_missing_than_has_expired(volatile: int, gone: int, expired: int) -> None:
    left = max(volatile - gone, 0)
    found = lost(of((volatile, volatile, 0)), of((left, left, 0)), expired=expired, evicted=0)
    assert bool(found) == (volatile - left > expired)
