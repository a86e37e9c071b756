# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lists of users that engines give, such that they can be compared."""

from __future__ import annotations

import itertools
import re
import typing as t


def canonical(lines: t.Iterable[str], version: str) -> tuple[str, ...]:
    """Return the lines of ACL LIST such that equal users of one version have equal lines.

    A user's passwords are listed in the order in which it got them, which means nothing.  Up to 7.0, Redis
    reconstructs single commands from a hash table with a random seed, so that two servers list the same rules in
    another order.  Later ones keep them as they were given, and there the order is part of the meaning.
    """
    engine, _blank, number = version.partition(" ")
    numbers = tuple(int(part) for part in re.findall(r"\d+", number)[:2])
    kept = engine != "redis" or numbers >= (7, 2)
    words = (_sorted_passwords(line.split(" ")) for line in lines)
    return tuple(sorted(" ".join(one if kept else _sorted_commands(one)) for one in words))


def changed_users(before: t.Iterable[str], after: t.Iterable[str]) -> list[str]:
    """Return the names of the users that differ between two lists of ``user NAME ...`` lines."""
    return sorted({line.split()[1] for line in set(before) ^ set(after) if len(line.split()) > 1})


def _sorted_passwords(words: t.Sequence[str]) -> list[str]:
    result: list[str] = []
    for hashes, run in itertools.groupby(words, key=lambda word: word.startswith("#")):
        found = list(run)
        result += sorted(found) if hashes else found
    return result


def _sorted_commands(words: t.Sequence[str]) -> list[str]:
    result: list[str] = []
    for single, run in itertools.groupby(words, key=lambda word: word[:1] in ("+", "-") and word[1:2] != "@"):
        found = list(run)
        if single:
            # The last rule of a selector has its closing parenthesis attached.
            closing = [word for word in found if word.endswith(")")]
            found = sorted(word.rstrip(")") for word in found)
            found[-1] += ")" if closing else ""
        result += found
    return result
