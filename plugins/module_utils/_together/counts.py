# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many keys an instance has, and what of them is missing after it has loaded them again: pure functions.

What may be fewer is bounded by what the engine itself reports: keys that expired (while they were loaded, or since),
keys that were evicted, and keys with fields that expire, of which the engine does not report the end.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .._replies import fields, number

_DATABASE = re.compile(r"db(\d+)")
# Keys with fields of their own lifetime, as Redis and as Valkey call them (INFO keyspace).
FIELDS = ("subexpiry", "keys_with_volatile_items")


@dataclass(frozen=True)
class Database:
    """The keys of one database: all, those with a lifetime, and those with fields that have one."""

    number: int
    keys: int
    expires: int = 0
    fields: int = 0

    @property
    def lasting(self) -> int:
        """Return at least how many keys no lifetime ends."""
        return max(self.keys - self.expires - self.fields, 0)


@dataclass(frozen=True)
class Counts:
    """The keys of an instance by database, and its libraries of functions."""

    databases: tuple[Database, ...] = ()
    libraries: int = 0

    def database(self, index: int) -> Database:
        """Return the counts of a database, which are zero where INFO has no line of it."""
        return next((one for one in self.databases if one.number == index), Database(index, 0))

    @property
    def keys(self) -> int:
        """Return the keys of all databases."""
        return sum(one.keys for one in self.databases)


def counts(info: t.Mapping[str, str]) -> Counts:
    """Return the counts of an INFO."""
    found = []
    for name, line in info.items():
        match = _DATABASE.fullmatch(name)
        if match:
            of = fields(line)
            volatile = max(number(of.get(each)) for each in FIELDS)
            found.append(Database(int(match[1]), number(of.get("keys")), number(of.get("expires")), volatile))
    return Counts(tuple(sorted(found, key=lambda one: one.number)), number(info.get("number_of_libraries")))


def lost(before: Counts, after: Counts, *, expired: int, evicted: int) -> list[str]:
    """Return what is missing, as sentences; ``expired`` and ``evicted`` are what the engine reports since its start."""
    found = []
    for old in before.databases:
        new = after.database(old.number)
        if new.lasting + new.fields + evicted < old.lasting:
            found.append(f"database {old.number} has {new.lasting} keys that do not expire, and had {old.lasting}")
        elif new.keys + expired + evicted + old.fields < old.keys:
            gone = f"{expired} of them have expired" if expired else "none of them has expired"
            found.append(f"database {old.number} has {new.keys} keys, and had {old.keys}; {gone}")
    if after.libraries < before.libraries:
        found.append(f"{after.libraries} libraries of functions are there, and there were {before.libraries}")
    return found
