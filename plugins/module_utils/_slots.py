# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hash slots: ranges, text, and the even split.  A set of slots is a sorted tuple of closed ranges."""

from __future__ import annotations

import typing as t

SLOTS = 16384  # the number of hash slots of a cluster (cluster specification, "Key distribution model")

Ranges = t.Tuple[t.Tuple[int, int], ...]
ALL: Ranges = ((0, SLOTS - 1),)


def ranges(slots: t.Iterable[int]) -> Ranges:
    """Return slots as the shortest sorted tuple of closed ranges."""
    found: list[tuple[int, int]] = []
    for slot in sorted(set(slots)):
        if found and found[-1][1] == slot - 1:
            found[-1] = (found[-1][0], slot)
        else:
            found.append((slot, slot))
    return tuple(found)


def merged(several: t.Iterable[Ranges]) -> Ranges:
    """Return the union of sets of slots."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(pair for one in several for pair in one):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return tuple(found)


def members(several: Ranges) -> t.Iterator[int]:
    """Yield each slot of a set of slots, in order."""
    for first, last in several:
        yield from range(first, last + 1)


def count(several: Ranges) -> int:
    """Return how many slots there are."""
    return sum(last - first + 1 for first, last in several)


def minus(several: Ranges, other: Ranges) -> Ranges:
    """Return the slots that are in the first set and not in the second."""
    found: list[tuple[int, int]] = []
    position = 0
    for first, last in several:
        while position < len(other) and other[position][1] < first:
            position += 1
        index = position
        while index < len(other) and other[index][0] <= last:
            if other[index][0] > first:
                found.append((first, other[index][0] - 1))
            first = other[index][1] + 1
            index += 1
        if first <= last:
            found.append((first, last))
    return tuple(found)


def common(several: Ranges, other: Ranges) -> Ranges:
    """Return the slots that are in both sets."""
    return minus(several, minus(several, other))


def text(several: Ranges) -> str:
    """Return the notation of CLUSTER NODES, ``0-5460 9000``; a hyphen alone where there is none."""
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in several) or "-"


def split(parts: int) -> tuple[Ranges, ...]:
    """Cut all slots into contiguous ranges whose sizes differ by one at most."""
    bounds = [round(SLOTS * part / parts) for part in range(parts + 1)]
    return tuple(((bounds[part], bounds[part + 1] - 1),) for part in range(parts))
