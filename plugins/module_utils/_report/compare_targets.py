# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Availability from measured gaps and stated assumptions, and targets beside what was measured."""

from __future__ import annotations

import typing as t

MONTH_MS = 365.25 / 12 * 86400 * 1000
AVAILABILITY = "availability_percent"
FAILURES = ("kill", "freeze")

Value = dict[str, t.Any]


def availability(drills: t.Sequence[Value], shards: int, failures_per_month: float) -> Value:
    """Return the percentage of a month in which every shard takes writes, and the arithmetic behind it.

    A failure of a primary closes its shard for the longest gap that a drill of a failure measured there; a shard
    without such a drill is taken to be as slow as the slowest.
    """
    measured = [drill for drill in drills if drill["fault"] in FAILURES]
    if not measured:
        return {"percent": None, "assumptions": "Not computed: no failure of a primary was drilled."}
    endless = [drill for drill in measured if drill["gap_ms"] is None]
    if endless:
        one = endless[0]
        return {
            "percent": None,
            "assumptions": f"Not computed: after {one['fault']} of {one['primary']} (shard {one['shard']}) no write"
            " succeeded again.",
        }
    longest: dict[str, float] = {}
    for drill in measured:
        longest[drill["shard"]] = max(float(drill["gap_ms"]), longest.get(drill["shard"], 0.0))
    shards = max(shards, len(longest))
    gaps = [*longest.values(), *[max(longest.values())] * (shards - len(longest))]
    lost = failures_per_month * sum(gaps)
    return {
        "percent": round(max(0.0, 100 * (1 - lost / MONTH_MS)), 6),
        "assumptions": _arithmetic(gaps, len(longest), failures_per_month, lost),
    }


def _arithmetic(gaps: t.Sequence[float], measured: int, failures: float, lost: float) -> str:
    several = len(gaps) > 1
    what = f"each of {len(gaps)} primaries fails" if several else "the primary fails"
    text = (
        f"Assumed: {what} {failures:g} times a month, and {'its shard' if several else 'it'} takes no writes for "
        f"the longest gap that a drill of a failure measured{' there' if several else ''}: "
        f"{' + '.join(f'{gap / 1000:.3f} s' for gap in gaps[:12])}{' + ...' if len(gaps) > 12 else ''}. "
    )
    if measured < len(gaps):
        text += f"{len(gaps) - measured} of them were not drilled and are taken to be as slow as the slowest. "
    return text + (
        f"That is {failures:g} x {sum(gaps) / 1000:.3f} s = {lost / 1000:.3f} s of the {MONTH_MS / 1000:.0f} s of a"
        " month. Planned switchovers, and failures of several hosts at once, are not counted."
    )


def shards_of(nodes: t.Sequence[Value]) -> int:
    """Return how many primaries there are."""
    return sum(1 for node in nodes if node["role"] == "primary")


def with_availability(result: Value, wanted: float | None, failures_per_month: float) -> Value:
    """Return the result with its availability, its target, and passed only if all targets are met."""
    found = availability(result["drills"], shards_of(result["nodes"]), failures_per_month)
    targets = [target for target in result["targets"] if target["name"] != AVAILABILITY]
    if wanted is not None:
        percent = found["percent"]
        met = percent is not None and percent >= wanted
        targets.append({"name": AVAILABILITY, "wanted": wanted, "measured": percent, "met": met})
    passed = result["passed"] and all(target["met"] for target in targets)
    return {**result, "availability": found, "targets": targets, "passed": passed}
