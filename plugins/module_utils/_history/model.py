# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A record: who changed what on a host, step by step, and how it ended.  Values only; bounded, whatever a run does.

A record has no option of a module and nothing that a server holds: only who runs it, the lines that steps describe
themselves with, and the text of the error that ended it.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t
from dataclasses import dataclass, field

FORMAT = 1
# How a call ended; the last two are found by who reads a record that has no end.
DONE, FAILED = "done", "failed"
RUNNING, INTERRUPTED = "running", "interrupted"

# Bounds of one record: lines of a list (the first and the last ones are kept), characters of a line, bytes of all.
MOST_LINES = 60
LONGEST_LINE = 300
LONGEST_ERROR = 1000
LONGEST_NAME = 100
MOST_NAMES = 20
MOST_BYTES = 32 * 1024


@dataclass(frozen=True)
class Done:
    """A step that was done, and the seconds that its phase took."""

    step: str
    seconds: float


@dataclass(frozen=True)
class Record:
    """One call of a module on one host.

    ``run`` is the key of the run that it is part of, the same on all hosts, or empty where that is not known.  ``user``
    and ``controller`` are what the controller reports, ``account`` and ``address`` (of an SSH client) what the host
    itself knows.  ``began`` and ``ended`` are UTC (ISO 8601, milliseconds) by the clock of the host; ``seconds`` are by
    a clock that nobody sets.  ``plan`` and ``done`` are cut where they are long: ``planned`` and ``steps`` count all.
    ``step`` is the one that was begun last, or comes next; ``left`` counts what the run leaves to its next call.
    ``part``: the playbook notes its own end, so that a run without one has not ended.
    """

    verb: str
    began: str
    run: str = ""
    host: str = ""
    deployments: tuple[str, ...] = ()
    playbook: str = ""
    user: str = ""
    controller: str = ""
    account: str = ""
    address: str = ""
    plan: tuple[str, ...] = ()
    planned: int = 0
    done: tuple[Done, ...] = ()
    steps: int = 0
    failed: tuple[str, ...] = ()
    step: str = ""
    left: int = 0
    part: bool = False
    ended: str = ""
    seconds: float = 0.0
    outcome: str = ""
    error: str = ""


@dataclass(frozen=True)
class Files:
    """What a host has of records: the newest runs, how many records there are, and files that are none."""

    records: tuple[Record, ...] = ()
    count: int = 0
    unreadable: tuple[str, ...] = field(default=())


def encode(record: Record) -> str:
    """Return a record as the text of its file, at most ``MOST_BYTES`` long.

    Lists are halved until it fits: what a record is about, and how it ended, is never cut off.
    """
    lines = MOST_LINES
    while True:
        text = json.dumps({"format": FORMAT, **dataclasses.asdict(_cut(record, lines))}, ensure_ascii=False) + "\n"
        if len(text.encode()) <= MOST_BYTES or not lines:
            return text
        lines //= 2


def decode(text: str) -> Record | None:
    """Return the record that a file has, or nothing for a text that is none, or is of another format."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.pop("format", None) != FORMAT:
        return None
    try:
        found["done"] = tuple(Done(str(one["step"]), float(one["seconds"])) for one in found["done"])
        for name in ("deployments", "plan", "failed"):
            found[name] = tuple(str(one) for one in found[name])
        record = Record(**found)
    except (KeyError, TypeError, ValueError):
        return None
    return record if _has_its_types(record) else None


def printable(text: object, longest: int = LONGEST_LINE) -> str:
    """Return a text in one line, cut where it is too long."""
    whole = str(text)
    # Enough of a text without an end, whatever of it cannot be printed.
    head = whole[: 2 * longest]
    line = " ".join("".join(each if each.isprintable() else " " for each in head).split())
    return line if len(line) <= longest and head == whole else line[: longest - 1] + "…"


def _cut(record: Record, lines: int) -> Record:
    names: dict[str, t.Any] = {name: printable(getattr(record, name), LONGEST_NAME) for name in _NAMES}
    return dataclasses.replace(
        record,
        **names,
        deployments=tuple(printable(one, LONGEST_NAME) for one in record.deployments[:MOST_NAMES]),
        plan=tuple(printable(one) for one in _ends(record.plan, lines)),
        done=tuple(Done(printable(one.step), one.seconds) for one in _ends(record.done, lines)),
        failed=tuple(printable(one) for one in _ends(record.failed, lines)),
        step=printable(record.step),
        error=printable(record.error, LONGEST_ERROR),
    )


_NAMES = ("verb", "run", "host", "playbook", "user", "controller", "account", "address")
Each = t.TypeVar("Each")


def _ends(lines: t.Sequence[Each], most: int) -> list[Each]:
    """Return the first and the last lines: how a run began, and where it was last."""
    if len(lines) <= most:
        return list(lines)
    return [*lines[: most - most // 2], *lines[len(lines) - most // 2 :]]


def _has_its_types(record: Record) -> bool:
    # Of the default of each field, or of a text for those that have none.
    return all(
        isinstance(getattr(record, one.name), (int, float) if isinstance(_default(one), float) else type(_default(one)))
        for one in dataclasses.fields(record)
    )


def _default(one: dataclasses.Field[t.Any]) -> object:
    return "" if one.default is dataclasses.MISSING else one.default
