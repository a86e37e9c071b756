# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is the result of an acceptance whole?  A report of half a result would call passed what was not checked."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .._errors import Refused

SCHEMA = 1
ITEMS = ("installed", "complete", "replication", "sentinel", "failover", "monitoring", "client", "load")
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")

Value = dict[str, t.Any]


@dataclass(frozen=True)
class Row:
    """A list of so many numbers."""

    columns: int


@dataclass(frozen=True)
class OrNull:
    """A value of a shape, or null."""

    shape: Shape


# What a value has to be: one of some types, one of some texts, a list of something, a dictionary with these fields.
Shape = t.Union[tuple[type, ...], tuple[str, ...], Row, OrNull, list[t.Any], dict[str, t.Any]]
TEXT, FLAG, WHOLE, NUMBER, FIELDS = (str,), (bool,), (int,), (int, float), (dict,)

FINDING = {"severity": ("error", "warning", "info"), "message": TEXT}
ITEM = {
    "name": ITEMS,
    "status": ("passed", "failed", "skipped"),
    "summary": TEXT,
    "seconds": NUMBER,
    "findings": [FINDING],
}
NODE = {"address": TEXT, "host": TEXT, "role": ("primary", "replica", "sentinel")}
DRILL = {
    "shard": TEXT,
    "fault": ("planned", "kill", "freeze"),
    "primary": TEXT,
    "gap_ms": OrNull(NUMBER),
    "timeline": [{"at_ms": NUMBER, "event": TEXT}],
    "writes": [Row(3)],
}
RUN = {
    "name": ("read", "write", "mix"),
    "scope": ("cluster", "node"),
    **dict.fromkeys(("pipeline", "connections", "value_bytes"), WHOLE),
    **dict.fromkeys(("ops_per_second", "p50_ms", "p99_ms", "p999_ms"), NUMBER),
    "percentiles": [Row(2)],
}
RESULT = {
    "schema": WHOLE,
    "collection": TEXT,
    "deployment": TEXT,
    "topology": ("cluster", "replication"),
    "started": TEXT,
    "finished": TEXT,
    "passed": FLAG,
    "items": [ITEM],
    "nodes": [NODE],
    "drills": [DRILL],
    "load": OrNull({"generator": FIELDS, "runs": [RUN]}),
    "targets": [{"name": TEXT, "wanted": NUMBER, "measured": OrNull(NUMBER), "met": FLAG}],
}


def refuse_incomplete(result: Value) -> None:
    """Raise Refused, with the place of each fault, for what is not a result of an acceptance."""
    wrong = list(faults(result))
    if wrong:
        raise Refused(
            f"this is not a result of an acceptance: {'; '.join(wrong[:10])}",
            hint="Give the whole of what playbook acceptance has put together.",
            faults=wrong,
        )


def faults(result: Value) -> t.Iterator[str]:
    """Yield what is wrong with a result, each with its place."""
    wrong = list(_faults("", result, RESULT))
    yield from wrong
    if wrong:
        return
    if result["schema"] != SCHEMA:
        yield f"schema is {result['schema']}, and only {SCHEMA} is supported"
    if not NAME.fullmatch(result["deployment"]):
        yield f"deployment {result['deployment']!r} is not a valid name for a directory"
    yield from (
        f"{name} is not a time in UTC" for name in ("started", "finished") if not MOMENT.fullmatch(result[name])
    )
    names = [item["name"] for item in result["items"]]
    yield from (f"items has no {name}" for name in ITEMS if name not in names)
    yield from (f"items has {name} twice" for name in ITEMS if names.count(name) > 1)


def _faults(place: str, value: t.Any, shape: Shape) -> t.Iterator[str]:
    if isinstance(shape, OrNull):
        if value is not None:
            yield from _faults(place, value, shape.shape)
    elif isinstance(shape, Row):
        if not isinstance(value, list) or [_is(one, NUMBER) for one in value] != [True] * shape.columns:
            yield f"{place} is not a row of {shape.columns} numbers"
    elif isinstance(shape, dict):
        yield from _fields(place, value, shape)
    elif not _is(value, _types(shape)):
        yield f"{place} is {type(value).__name__}"
    elif isinstance(shape, list):
        for index, one in enumerate(value):
            yield from _faults(f"{place}[{index}]", one, shape[0])
    elif isinstance(shape[0], str) and value not in shape:
        yield f"{place} is {value!r}, not one of {', '.join(map(str, shape))}"


def _fields(place: str, value: t.Any, shape: dict[str, t.Any]) -> t.Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place or 'the result'} is not a dictionary"
        return
    for name, inner in shape.items():
        where = f"{place}.{name}".lstrip(".")
        yield from _faults(where, value[name], inner) if name in value else [f"{where} is missing"]


def _types(shape: t.Any) -> tuple[type, ...]:
    if isinstance(shape, list):
        return (list,)
    return TEXT if isinstance(shape[0], str) else shape


def _is(value: t.Any, types: tuple[type, ...]) -> bool:
    # True and False are numbers to Python.
    return isinstance(value, types) and (bool in types or not isinstance(value, bool))
