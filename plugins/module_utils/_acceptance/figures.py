# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a writer's record says: the longest silence, rows for a picture, and what was lost.  Times are seconds."""

from __future__ import annotations

import binascii
import collections
import math
import typing as t
from dataclasses import dataclass

from .. import _slots
from .._slots import Ranges

ROW = 0.1  # s
PREFIX = "almashooq:acceptance"


@dataclass(frozen=True)
class Stream:
    """One sequence of writes: when which number was acknowledged, and when one failed.

    ``confirmed`` are the acknowledged numbers of which a replica said that it has them (WAIT); without WAIT none.
    """

    acknowledged: tuple[tuple[int, float], ...] = ()
    failed: tuple[float, ...] = ()
    confirmed: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Gap:
    """The longest time between two acknowledged writes: how long, and when the first of the two was."""

    seconds: float = 0.0
    since: float = 0.0


def gap(streams: t.Iterable[Stream], end: float | None = None) -> Gap:
    """Return the longest time without an acknowledged write, over all streams together.

    ``end`` is when the writing ended: a silence that lasted until then counts.
    """
    moments = sorted(when for one in streams for _number, when in one.acknowledged)
    if not moments:
        return Gap()
    if end is not None:
        moments.append(max(end, moments[-1]))
    return max(
        (Gap(later - earlier, earlier) for earlier, later in zip(moments, moments[1:])),
        key=lambda one: one.seconds,
        default=Gap(),
    )


def rows(streams: t.Iterable[Stream], start: float) -> list[list[int]]:
    """Return ``[ms since start, acknowledged, failed]`` for each tenth of a second, from the first to the last."""
    good: collections.Counter[int] = collections.Counter()
    bad: collections.Counter[int] = collections.Counter()
    for one in streams:
        good.update(_row(when, start) for _number, when in one.acknowledged)
        bad.update(_row(when, start) for when in one.failed)
    last = max((*good, *bad), default=-1)
    return [[round(row * ROW * 1000), good[row], bad[row]] for row in range(last + 1)]


def lost(numbers: t.Iterable[int], found: t.Mapping[int, str | None]) -> list[int]:
    """Return the numbers without their own value, in their order; what was not read is not evaluated."""
    return sorted(number for number in numbers if number in found and found[number] != str(number))


def tag_of(slots: Ranges) -> str:
    """Return the first number whose slot is among these, as a hash tag; ``0`` where there are no slots (a set)."""
    if not slots:
        return "0"
    wanted = set(_slots.members(slots))
    return next(str(number) for number in range(10**7) if slot_of(str(number)) in wanted)


def slot_of(tag: str) -> int:
    """Return the hash slot of a hash tag (cluster specification, "Key distribution model")."""
    return binascii.crc_hqx(tag.encode(), 0) % _slots.SLOTS


def ranges_of(text: str) -> Ranges:
    """Read the notation of CLUSTER NODES, ``0-5460 9000``, as ``_slots.text`` writes it."""
    pairs = [word.partition("-") for word in text.split() if word != "-"]
    return tuple((int(first), int(last or first)) for first, _hyphen, last in pairs)


def _row(when: float, start: float) -> int:
    return max(0, math.floor((when - start) / ROW))
