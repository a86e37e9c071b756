# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A result beside the earlier ones of its deployment: what got worse, what got better, what changed."""

from __future__ import annotations

import statistics
import typing as t
from dataclasses import dataclass

Value = dict[str, t.Any]

WORSE = "worse"
BETTER = "better"
CHANGED = "changed"
BEFORE = 5  # earlier results whose median counts: one slow afternoon is not a trend
RANKS = {"failed": 0, "skipped": 1, "passed": 2}


@dataclass(frozen=True)
class Measure:
    """A figure that can get worse.  ``least`` is a difference too small to mean anything."""

    what: str
    unit: str
    value: float
    more_is_better: bool
    least: float


def changes(result: Value, earlier: t.Sequence[Value], worse_percent: float) -> list[Value]:
    """Return what differs from the earlier results (oldest first): worse first.

    Figures are compared with the median of up to five earlier results that have them, statuses with the last result.
    """
    if not earlier:
        return []
    found = [
        *_statuses(result, earlier[-1]),
        *_figures(result, earlier[-BEFORE:], worse_percent),
        *_versions(result, earlier[-1]),
    ]
    order = (WORSE, CHANGED, BETTER)
    return sorted(found, key=lambda change: order.index(change["verdict"]))


def measures(result: Value) -> dict[tuple[t.Any, ...], Measure]:
    """Return all figures of a result that can be compared, by what they were measured under."""
    found: dict[tuple[t.Any, ...], Measure] = {}
    for run in (result.get("load") or {}).get("runs", ()):
        key = tuple(run.get(name) for name in ("name", "scope", "node", "pipeline", "connections", "value_bytes"))
        what = f"load, {run['name']}, {run.get('node') or 'whole'}, pipeline {run['pipeline']}"
        found[("ops", *key)] = Measure(f"{what}: operations", "/s", run["ops_per_second"], True, 0)
        found[("p99", *key)] = Measure(f"{what}: p99", "ms", run["p99_ms"], False, 0.5)
    for drill in result.get("drills", ()):
        key = (drill["shard"], drill["fault"])
        what = f"drill {drill['fault']}, shard {drill['shard']}"
        figures = (
            ("gap_ms", "gap", "ms", 200.0),
            ("healed_ms", "healed after", "ms", 2000.0),
            ("lost", "lost", "", 0.0),
        )
        for name, text, unit, least in figures:
            if drill.get(name) is not None:
                found[(name, *key)] = Measure(f"{what}: {text}", unit, drill[name], False, least)
    return found


def headlines(result: Value) -> dict[str, float]:
    """Return the few figures whose trend is drawn; one that was not measured is not there."""
    runs = [run for run in (result.get("load") or {}).get("runs", ()) if run["scope"] == "cluster"]
    gaps = [drill["gap_ms"] for drill in result.get("drills", ()) if drill["gap_ms"] is not None]
    found: dict[str, float] = {}
    if runs:
        shallow = min(run["pipeline"] for run in runs)
        found["ops"] = max(run["ops_per_second"] for run in runs)
        found["p99"] = max(run["p99_ms"] for run in runs if run["pipeline"] == shallow)
    if gaps:
        found["gap"] = max(gaps)
    if result.get("drills"):
        found["lost"] = sum(drill.get("lost") or 0 for drill in result["drills"])
    return found


def _statuses(result: Value, last: Value) -> t.Iterator[Value]:
    before = {item["name"]: item["status"] for item in last["items"]}
    for item in result["items"]:
        old, new = before.get(item["name"]), item["status"]
        if old is None or old == new:
            continue
        verdict = CHANGED if "skipped" in (old, new) else WORSE if RANKS[new] < RANKS[old] else BETTER
        yield {"what": f"item {item['name']}", "before": old, "after": new, "percent": None, "verdict": verdict}


def _figures(result: Value, earlier: t.Sequence[Value], worse_percent: float) -> t.Iterator[Value]:
    tables = [measures(one) for one in earlier]
    for key, now in measures(result).items():
        known = [table[key].value for table in tables if key in table]
        if not known:
            continue
        before = statistics.median(known)
        verdict = _verdict(before, now, worse_percent)
        if verdict:
            yield {
                "what": now.what,
                "before": f"{_text(before)} {now.unit}".strip(),
                "after": f"{_text(now.value)} {now.unit}".strip(),
                "percent": round(100 * (now.value - before) / before, 1) if before else None,
                "verdict": verdict,
            }


def _verdict(before: float, now: Measure, worse_percent: float) -> str:
    difference = now.value - before
    if abs(difference) <= max(now.least, abs(before) * worse_percent / 100):
        return ""
    return BETTER if (difference > 0) == now.more_is_better else WORSE


def _versions(result: Value, last: Value) -> t.Iterator[Value]:
    before, after = (engines(one) for one in (last, result))
    if before and after and before != after:
        yield {"what": "versions", "before": before, "after": after, "percent": None, "verdict": CHANGED}
    counts = [len(one["nodes"]) for one in (last, result)]
    if counts[0] != counts[1]:
        yield {
            "what": "nodes",
            "before": str(counts[0]),
            "after": str(counts[1]),
            "percent": None,
            "verdict": CHANGED,
        }


def engines(result: Value) -> str:
    """Return the versions of the engines that run, separated by commas."""
    reported = {f"{node.get('engine') or ''} {node.get('version') or ''}".strip() for node in result["nodes"]}
    return ", ".join(sorted(reported - {""}))


def _text(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.2f}"
