# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that writes during a drill, and counts: what it does, from its first write to its report."""

from __future__ import annotations

import os
import time
import typing as t
from dataclasses import dataclass

from .._client import Access
from .._errors import CollectionError
from . import figures
from .application import Application
from .shard import Endpoint, Shard
from .writing import Writing

WAIT_MS = 150
ENOUGH = 20  # acknowledged writes after which it counts as started
BATCH = 500
LOOK = 0.02
TRY_FOR = 15.0
READ_BACK = 60.0  # s at most, for each stream, and as long again to remove the keys
EXPIRE = 3600  # s after which a key is gone by itself, if nothing is left to remove it
SOON = 60  # the same for an application, whose keys are not read back: it may be unable to log in at the end


@dataclass(frozen=True)
class Assignment:
    """What one writer is to do.  With ``connection`` (a file) it is an application, which alone writes few keys."""

    run: str
    prefix: str
    nodes: tuple[Endpoint, ...] = ()
    tag: str = "0"
    connection: str = ""
    interval: float = 0.002
    deadline: float = 300.0

    def key(self, stream: int, number: int) -> str:
        """Return the key of a write; all keys of a shard's writer have one hash tag."""
        tag = str(number) if self.connection else self.tag
        return f"{self.prefix}:{self.run}:{stream}:{{{tag}}}:{number}"


def write(task: Assignment, access: Access, stop_file: str, ready: t.Callable[[], None]) -> dict[str, t.Any]:
    """Write until the stop file is there or the time is up; return the report."""
    started = time.time()
    application = Application(task.connection) if task.connection else None
    shards = [] if application else _two_ways(task, access)
    writings = [_as_application(application, task)] if application else _to_shard(shards, task)
    for one in writings:
        one.start()
    reported = False
    while time.time() - started < task.deadline and not (os.path.exists(stop_file) and _tried(writings, started)):
        if not reported and sum(one.written() for one in writings) >= ENOUGH:
            ready()
            reported = True
        time.sleep(LOOK)
    for one in writings:
        one.stop()
    for one in writings:
        one.join()
    ended = time.time()
    streams = [one.stream() for one in writings]
    silence = figures.gap(streams, ended)
    report = {
        "started": round(started, 3),
        "ended": round(ended, 3),
        "interval_ms": task.interval * 1000,
        "attempted": sum(one.attempted for one in writings),
        "acknowledged": sum(one.written() for one in writings),
        "confirmed": sum(len(one.confirmed) for one in streams),
        "gap_ms": round(silence.seconds * 1000),
        "gap_since": round(silence.since, 3),
        "first_error": min((when for one in streams for when in one.failed), default=None),
        "last_acknowledged": max((when for one in streams for _number, when in one.acknowledged), default=None),
        "errors": {said: count for one in writings for said, count in one.errors.items()},
        "writes": figures.rows(streams, started),
    }
    if application:
        return {**report, **_remove_few(application, task, writings[0].attempted)}
    return {**report, "node": shards[0].node, **_count_and_remove(shards[0], task, writings)}


def _tried(writings: t.Sequence[Writing], started: float) -> bool:
    """Whether any write has ended, well or not: one that is stopped at once has to have tried."""
    return time.time() - started > TRY_FOR or any(one.written() or one.errors for one in writings)


def _two_ways(task: Assignment, access: Access) -> list[Shard]:
    first = Shard(task.nodes, access)
    return [first, Shard(task.nodes, access, beside=first)]


def _to_shard(shards: t.Sequence[Shard], task: Assignment) -> list[Writing]:
    """Return two streams: one that has a replica confirm each write, and one that has not."""
    plain, waiting = shards

    def confirmed() -> bool:
        return int(waiting.command("WAIT", 1, WAIT_MS)) >= 1

    return [
        Writing(lambda n: plain.command("SET", task.key(0, n), n, "EX", EXPIRE), task.interval),
        Writing(lambda n: waiting.command("SET", task.key(1, n), n, "EX", EXPIRE), task.interval, confirmed),
    ]


def _as_application(application: Application, task: Assignment) -> Writing:
    return Writing(lambda n: application.call("SET", task.key(0, n), n, "EX", SOON), max(task.interval, 0.02))


def _count_and_remove(shard: Shard, task: Assignment, writings: t.Sequence[Writing]) -> dict[str, t.Any]:
    plain, waiting = (one.stream() for one in writings)
    without = [number for number, _when in plain.acknowledged]
    gone = figures.lost(without, _read(shard, task, 0, without))
    gone_confirmed = figures.lost(waiting.confirmed, _read(shard, task, 1, sorted(waiting.confirmed)))
    left = [task.key(stream, n) for stream, one in enumerate(writings) for n in range(one.attempted + 1)]
    return {
        "lost": len(gone_confirmed),
        "lost_without_wait": len(gone),
        "lost_keys": [task.key(1, n) for n in gone_confirmed[:10]] + [task.key(0, n) for n in gone[:10]],
        "left": remove(shard, left),
    }


def _read(shard: Shard, task: Assignment, stream: int, numbers: t.Sequence[int]) -> dict[int, str | None]:
    """Return what the primary has; raises its error when it does not answer for too long."""
    deadline = time.monotonic() + READ_BACK
    found: dict[int, str | None] = {}
    # A replica answers GET, too, and may have less: only a primary takes the write before it.
    proof = ("SET", task.key(stream, 0), 0, "EX", EXPIRE)
    for first in range(0, len(numbers), BATCH):
        some = numbers[first : first + BATCH]
        _proven, *replies = shard.insist([proof, *(("GET", task.key(stream, number)) for number in some)], deadline)
        found.update(zip(some, replies))
    return found


def remove(shard: Shard, keys: t.Sequence[str]) -> int:
    """Remove keys; return how many could not be, which are gone by themselves an hour after they were written."""
    deadline = time.monotonic() + READ_BACK
    for first in range(0, len(keys), BATCH):
        try:
            shard.insist([("UNLINK", *keys[first : first + BATCH])], deadline)
        except CollectionError:
            return len(keys) - first
    return 0


def _remove_few(application: Application, task: Assignment, attempted: int) -> dict[str, t.Any]:
    left = 0
    for number in range(1, attempted + 1):
        try:
            application.call("UNLINK", task.key(0, number))
        except CollectionError:
            left += 1
    return {"left": left}
