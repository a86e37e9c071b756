# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deployment for a person: a tree of its nodes with their figures, and what is wrong, in so many columns."""

from __future__ import annotations

import typing as t

from .._history import render as history
from .._history.runs import Run
from .._nodes import ERROR
from .checks_common import duration, size

Report = t.Mapping[str, t.Any]
Paint = t.Callable[[str, str], str]
GOOD = "good"
MUTED = "muted"
# The columns, and which go first where the terminal is narrow (the last is the first to go).
COLUMNS = ("role", "node", "host", "slots", "lag", "memory", "clients", "ops", "uptime", "version")
LEAST = 2
NARROWEST = 40


def tree(report: Report, width: int, paint: Paint, last: Run | None = None) -> list[str]:
    """Return the lines for one report of module ``health``; ``paint`` colours a text (error, warning, good, muted).

    ``last`` is the run that has changed the deployment last.
    No line is longer than ``width`` columns (at least 40), but for findings, which are folded.
    """
    width = max(width, NARROWEST)
    head = list(_folded(report["summary"], width, paint, GOOD if report["healthy"] else ERROR))
    if last is not None:
        colour = history.COLOURS[last.outcome]
        head += _folded(history.last_change(last), width, paint, MUTED if colour == GOOD else colour)
    rows = [row for shard in shards(report["nodes"]) for row in _shard(shard)]
    return [*head, *_table(rows, width, paint), *_sentinels(report, width, paint), *_findings(report, width, paint)]


def shards(nodes: t.Sequence[Report]) -> list[list[Report]]:
    """Return each primary with its replicas, in the order of the slots, then those that belong to none."""
    found: list[list[Report]] = []
    primaries = [one for one in nodes if one["role"] == "primary"]
    for primary in sorted(primaries, key=lambda one: _first_slot(one["slot_ranges"])):
        found.append([primary, *(one for one in nodes if one["primary"] == primary["name"])])
    placed = {one["name"] for shard in found for one in shard}
    return found + [[one] for one in nodes if one["name"] not in placed]


def cells(node: Report) -> dict[str, str]:
    """Return the figures of a node as texts."""
    lag = "" if node["lag_bytes"] is None else f"{size(node['lag_bytes'])} {_or(node['lag_seconds'], '{} s')}"
    most = f"/{size(node['memory_max'])}" if node["memory_max"] else ""
    return {
        "role": node["problem"] or node["role"] or "?",
        "node": node["name"],
        "host": node["host"],
        "slots": node["slot_ranges"] if node["slots"] else "",
        "lag": "no link" if node["link_up"] is False else lag.strip(),
        "memory": "" if node["memory_used"] is None else size(node["memory_used"]) + most,
        "clients": _or(node["clients"], "{}"),
        "ops": _or(node["operations_per_second"], "{}/s"),
        "uptime": "" if node["uptime"] is None else duration(node["uptime"]),
        "version": node["version"],
    }


def _shard(shard: t.Sequence[Report]) -> t.Iterator[tuple[dict[str, str], str]]:
    for index, node in enumerate(shard):
        texts = cells(node)
        branch = "" if index == 0 else "└─ " if index == len(shard) - 1 else "├─ "
        ill = ERROR if node["problem"] or node["link_up"] is False else ""
        yield {**texts, "role": branch + texts["role"]}, ill


def _table(rows: t.Sequence[tuple[dict[str, str], str]], width: int, paint: Paint) -> list[str]:
    head = {name: name for name in COLUMNS}
    texts = [head, *(row for row, _ill in rows)]
    widths = {name: max(len(row[name]) for row in texts) for name in COLUMNS}
    used = [name for name in COLUMNS if any(row[name] for row, _ill in rows)]
    while len(used) > LEAST and sum(widths[name] + 2 for name in used) > width:
        used.pop()
    lines = []
    for row, ill in [(head, MUTED), *rows]:
        line = _clipped("  ".join(row[name].ljust(widths[name]) for name in used).rstrip(), width)
        lines.append(paint(ill, line) if ill else line)
    return lines


def _sentinels(report: Report, width: int, paint: Paint) -> t.Iterator[str]:
    if not report["sentinels"]:
        return
    yield paint(MUTED, "Sentinels")
    for one in report["sentinels"]:
        state = one["problem"] or ("TILT" if one["tilt"] else "ok")
        line = _clipped(f"{one['name']}  {state}", width)
        yield line if state == "ok" else paint(ERROR, line)


def _findings(report: Report, width: int, paint: Paint) -> t.Iterator[str]:
    for one in report["findings"]:
        yield from _folded(f"{one['severity'].upper()} {one['check']}: {one['message']}", width, paint, one["severity"])
        if one["hint"]:
            yield from _folded(f"  -> {one['hint']}", width, paint, "")
    for one in report["muted"]:
        yield from _folded(f"muted {one['check']}: {one['message']} ({one['reason']})", width, paint, MUTED)


def _folded(text: str, width: int, paint: Paint, colour: str) -> t.Iterator[str]:
    """Break a text between words; what follows is indented. A word that is too long stays whole: it may be copied."""
    indent = len(text) - len(text.lstrip())
    lines = [" " * indent + (text.split() or [""])[0]]
    for word in text.split()[1:]:
        if len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(" " * (indent + 4) + word)
    for line in lines:
        yield paint(colour, line) if colour else line


def _clipped(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _or(value: object, form: str) -> str:
    return "" if value is None else form.format(value)


def _first_slot(ranges: str) -> int:
    digits = ranges.split("-")[0].split(" ")[0] if ranges else ""
    return int(digits) if digits.isdigit() else -1
