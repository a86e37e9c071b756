# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is the result of an acceptance whole?  A report of half a result would call passed what nobody looked at."""

from __future__ import annotations

import re
import typing as t

from .._errors import Refused

SCHEMA = 1
ITEMS = ("installed", "complete", "replication", "sentinel", "failover", "monitoring", "client", "load")
STATUSES = ("passed", "failed", "skipped")
SEVERITIES = ("error", "warning", "info")
TOPOLOGIES = ("cluster", "replication")
ROLES = ("primary", "replica", "sentinel")
MANNERS = ("planned", "kill", "freeze")
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")

Value = dict[str, t.Any]
NUMBER = (int, float)
NOTHING = type(None)

# Name of a field, what it may be, and which texts it may have.
Fields = tuple[tuple[str, tuple[type, ...], tuple[str, ...]], ...]
RESULT: Fields = (
    ("schema", (int,), ()),
    ("collection", (str,), ()),
    ("deployment", (str,), ()),
    ("topology", (str,), TOPOLOGIES),
    ("started", (str,), ()),
    ("finished", (str,), ()),
    ("passed", (bool,), ()),
    ("items", (list,), ()),
    ("nodes", (list,), ()),
    ("drills", (list,), ()),
    ("load", (dict, NOTHING), ()),
    ("targets", (list,), ()),
)
ITEM: Fields = (
    ("name", (str,), ITEMS),
    ("status", (str,), STATUSES),
    ("summary", (str,), ()),
    ("seconds", NUMBER, ()),
    ("findings", (list,), ()),
)
FINDING: Fields = (("severity", (str,), SEVERITIES), ("message", (str,), ()))
NODE: Fields = (("address", (str,), ()), ("host", (str,), ()), ("role", (str,), ROLES))
DRILL: Fields = (
    ("shard", (str,), ()),
    ("manner", (str,), MANNERS),
    ("primary", (str,), ()),
    ("gap_ms", (*NUMBER, NOTHING), ()),
    ("timeline", (list,), ()),
    ("writes", (list,), ()),
)
EVENT: Fields = (("at_ms", NUMBER, ()), ("event", (str,), ()))
LOAD: Fields = (("generator", (dict,), ()), ("runs", (list,), ()))
RUN: Fields = (
    ("name", (str,), ("read", "write", "mix")),
    ("scope", (str,), ("cluster", "node")),
    ("pipeline", (int,), ()),
    ("connections", (int,), ()),
    ("value_bytes", (int,), ()),
    ("ops_per_second", NUMBER, ()),
    ("p50_ms", NUMBER, ()),
    ("p99_ms", NUMBER, ()),
    ("p999_ms", NUMBER, ()),
    ("percentiles", (list,), ()),
)
TARGET: Fields = (
    ("name", (str,), ()),
    ("wanted", NUMBER, ()),
    ("measured", (*NUMBER, NOTHING), ()),
    ("met", (bool,), ()),
)


def refuse_incomplete(result: Value) -> None:
    """Raise Refused, with the place of each fault, for what is no result of an acceptance."""
    wrong = list(faults(result))
    if wrong:
        raise Refused(
            f"this is no result of an acceptance: {'; '.join(wrong[:10])}",
            hint="Give the whole of what playbook acceptance has put together.",
            faults=wrong,
        )


def faults(result: Value) -> t.Iterator[str]:
    """Yield what is wrong with a result, each with its place."""
    wrong = list(_fields("", result, RESULT))
    yield from wrong
    if wrong:
        return
    if result["schema"] != SCHEMA:
        yield f"schema is {result['schema']}, and {SCHEMA} is what can be read"
    if not NAME.fullmatch(result["deployment"]):
        yield f"deployment {result['deployment']!r} is no name for a directory"
    yield from (f"{name} is no time in UTC" for name in ("started", "finished") if not MOMENT.fullmatch(result[name]))
    yield from _items(result["items"])
    yield from _each("nodes", result["nodes"], NODE)
    yield from _each("targets", result["targets"], TARGET)
    yield from _drills(result["drills"])
    yield from _load(result["load"])


def _items(items: list[t.Any]) -> t.Iterator[str]:
    wrong = list(_each("items", items, ITEM))
    yield from wrong
    if wrong:
        return
    names = [item["name"] for item in items]
    yield from (f"items has no {name}" for name in ITEMS if name not in names)
    yield from (f"items has {name} twice" for name in sorted({name for name in names if names.count(name) > 1}))
    for index, item in enumerate(items):
        yield from _each(f"items[{index}].findings", item["findings"], FINDING)


def _drills(drills: list[t.Any]) -> t.Iterator[str]:
    wrong = list(_each("drills", drills, DRILL))
    yield from wrong
    if wrong:
        return
    for index, drill in enumerate(drills):
        yield from _each(f"drills[{index}].timeline", drill["timeline"], EVENT)
        yield from _numbers(f"drills[{index}].writes", drill["writes"], 3)


def _load(load: Value | None) -> t.Iterator[str]:
    if load is None:
        return
    wrong = [*_fields("load.", load, LOAD)]
    wrong += _each("load.runs", load["runs"], RUN) if not wrong else []
    yield from wrong
    if not wrong:
        for index, run in enumerate(load["runs"]):
            yield from _numbers(f"load.runs[{index}].percentiles", run["percentiles"], 2)


def _each(place: str, values: list[t.Any], fields: Fields) -> t.Iterator[str]:
    for index, value in enumerate(values):
        yield from _fields(f"{place}[{index}].", value, fields)


def _numbers(place: str, rows: list[t.Any], columns: int) -> t.Iterator[str]:
    for index, row in enumerate(rows):
        if not isinstance(row, (list, tuple)) or len(row) != columns or not all(_is(value, NUMBER) for value in row):
            yield f"{place}[{index}] is no row of {columns} numbers"


def _fields(place: str, value: t.Any, fields: Fields) -> t.Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place.rstrip('.') or 'the result'} is no dictionary"
        return
    for name, kinds, texts in fields:
        if name not in value and NOTHING not in kinds:
            yield f"{place}{name} is missing"
        elif not _is(value.get(name), kinds):
            yield f"{place}{name} is {type(value.get(name)).__name__}"
        elif texts and value[name] not in texts:
            yield f"{place}{name} is {value[name]!r}, not one of {', '.join(texts)}"


def _is(value: t.Any, kinds: tuple[type, ...]) -> bool:
    # True and False are numbers to Python.
    return isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
