# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one release of an engine can do with the data of another: a table of what was tried, and what follows from it.

Tried with Redis 7.0.15, 8.0.2, 8.6.3 and Valkey 8.0.1, 8.1.1, 9.1.2, for each ordered pair of releases; contents were
compared key by key.  A release is an engine with two numbers (``valkey 8.1``): patches of one release read each other.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

YES, NO, UNTRIED = "yes", "no", "not tried"
# A newer release sends an older one what that can load, unless something that only the newer one has is in the data.
PLAIN = "plain data"
# In a cluster of both, Valkey takes Redis 8's bus extension for an address: clients are sent nowhere.
GARBLED = "addresses garbled"


@dataclass(frozen=True)
class Edge:
    """What the release ``new`` can do with the data of ``old``.

    ``sync``: a replica of the new release loads a full sync from a primary of the old one (and of PLAIN data only).
    ``files``: the new release starts on the RDB and AOF that the old one has written.
    ``text``: it loads the AOF of the old one, written without the RDB preamble (aof-use-rdb-preamble no).
    ``together``: nodes of both in one cluster.
    """

    old: str
    new: str
    sync: str
    files: str
    text: str
    together: str


def _edges(table: str) -> dict[tuple[str, str], Edge]:
    rows = (re.split(r"\s{2,}", line.strip()) for line in table.strip().splitlines())
    return {(row[0], row[1]): Edge(*row) for row in rows}


EDGES: t.Final[t.Mapping[tuple[str, str], Edge]] = _edges("""
    redis 7.0   redis 8.0   yes         yes  not tried  yes
    redis 7.0   redis 8.6   yes         yes  not tried  yes
    redis 7.0   valkey 8.0  yes         yes  not tried  yes
    redis 7.0   valkey 8.1  yes         yes  not tried  yes
    redis 7.0   valkey 9.1  yes         yes  not tried  yes
    redis 8.0   redis 7.0   no          no   yes        yes
    redis 8.0   redis 8.6   yes         yes  not tried  yes
    redis 8.0   valkey 8.0  no          no   not tried  addresses garbled
    redis 8.0   valkey 8.1  no          no   yes        addresses garbled
    redis 8.0   valkey 9.1  no          no   yes        addresses garbled
    redis 8.6   redis 7.0   no          no   yes        yes
    redis 8.6   redis 8.0   no          no   yes        yes
    redis 8.6   valkey 8.0  no          no   not tried  addresses garbled
    redis 8.6   valkey 8.1  no          no   not tried  addresses garbled
    redis 8.6   valkey 9.1  no          no   yes        addresses garbled
    valkey 8.0  redis 7.0   no          no   yes        yes
    valkey 8.0  redis 8.0   yes         yes  not tried  addresses garbled
    valkey 8.0  redis 8.6   yes         yes  not tried  addresses garbled
    valkey 8.0  valkey 8.1  yes         yes  not tried  yes
    valkey 8.0  valkey 9.1  yes         yes  not tried  yes
    valkey 8.1  redis 7.0   no          no   yes        yes
    valkey 8.1  redis 8.0   yes         yes  yes        addresses garbled
    valkey 8.1  redis 8.6   yes         yes  not tried  addresses garbled
    valkey 8.1  valkey 8.0  yes         yes  not tried  yes
    valkey 8.1  valkey 9.1  yes         yes  not tried  yes
    valkey 9.1  redis 7.0   no          no   yes        yes
    valkey 9.1  redis 8.0   yes         no   not tried  addresses garbled
    valkey 9.1  redis 8.6   yes         no   yes        addresses garbled
    valkey 9.1  valkey 8.0  plain data  no   yes        yes
    valkey 9.1  valkey 8.1  plain data  no   yes        yes
""")
RELEASES: t.Final[tuple[str, ...]] = tuple(dict.fromkeys(old for old, _new in EDGES))

_VERSION = re.compile(r"(redis|valkey) (\d+)\.(\d+)(?:\.\d+)?\S*")


def release(version: str) -> str:
    """Return the release of a version, ``valkey 8.1`` of ``valkey 8.1.8``; empty for what is no version."""
    found = _VERSION.fullmatch(version)
    return f"{found[1]} {int(found[2])}.{int(found[3])}" if found else ""


def engine(version: str) -> str:
    """Return the engine of a version or release."""
    return version.partition(" ")[0]


def title(one: str) -> str:
    """Return a release as it begins a sentence."""
    return one[:1].upper() + one[1:]


def order(one: str) -> tuple[int, ...]:
    """Return what the releases of one engine are compared by."""
    return tuple(int(part) for part in re.findall(r"\d+", one.partition(" ")[2])[:2])


def loads(reader: str, writer: str) -> str:
    """Return whether a replica of the one version loads a full sync from a primary of the other.

    ``yes``, ``no``, ``plain data`` or ``not tried``.
    """
    if release(reader) == release(writer):
        return YES
    edge = EDGES.get((release(writer), release(reader)))
    return edge.sync if edge else UNTRIED


def refusal(running: str, target: str, *, clustered: bool) -> str:
    """Return why members cannot be restarted into another version one by one, as the end of a sentence.

    Empty where they can, and where that is not known: see ``known``.
    """
    edge = EDGES.get((release(running), release(target)))
    if edge is None:
        return _of_untried(running, target, clustered=clustered)
    new, old = title(edge.new), title(edge.old)
    if edge.sync == NO:
        return f"{new} does not load what {old} sends to a replica"
    if edge.files == NO:
        return f"{new} does not load the data files of {old}, and a member starts with its own"
    if clustered and edge.together == GARBLED:
        return f"beside {_redis(edge)} in one cluster, Valkey redirects clients to wrong addresses"
    return ""


def known(running: str, target: str) -> bool:
    """Return whether the change was tried; patches of one release need no trial."""
    return release(running) == release(target) or (release(running), release(target)) in EDGES


def upward(running: str, target: str) -> bool:
    """Return whether the target is a newer release of the same engine."""
    return engine(running) == engine(target) and order(running) < order(target)


def targets(running: str, *, clustered: bool) -> list[str]:
    """Return the releases that are known to be possible from a version, in the order of the table."""
    old = release(running)
    return [new for new in RELEASES if (old, new) in EDGES and not refusal(old, new, clustered=clustered)]


def text_loads(reader: str, writer: str) -> str:
    """Return whether the one release loads the text AOF of the other."""
    edge = EDGES.get((release(writer), release(reader)))
    return edge.text if edge else UNTRIED


def _of_untried(running: str, target: str, *, clustered: bool) -> str:
    """Return what is certain of a pair that was not tried, because of the formats that engines write."""
    old, new = release(running), release(target)
    if not (old and new) or old == new:
        return ""
    if engine(old) == engine(new):
        return f"an older {engine(new)} may not load what a newer one has written" if order(new) < order(old) else ""
    if engine(new) == "valkey" and order(old) >= (7, 4):
        return "Valkey does not load what Redis 7.4 and later send to a replica"
    if engine(new) == "redis" and order(new) < (8, 0):
        return f"{title(new)} does not load what Valkey sends to a replica"
    if engine(new) == "redis" and clustered:
        return f"beside {title(new)} in one cluster, Valkey redirects clients to wrong addresses"
    return ""


def _redis(edge: Edge) -> str:
    return title(edge.old if engine(edge.old) == "redis" else edge.new)
