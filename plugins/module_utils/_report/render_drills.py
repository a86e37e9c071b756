# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The timeline of a drill: its writes, acknowledged and refused, its gap and its events."""

from __future__ import annotations

import typing as t

from .render_plot import Plot, column, nice, stretched, upright

Rows = t.Sequence[tuple[float, float, float]]
BIN_MS = 100.0  # what one row of writes stands for
MOST_BARS = 400  # a printed page can show no more


def timeline(drill: dict[str, t.Any], described: str) -> Plot:
    """Return the plot of a drill that has writes."""
    rows = merged(drill["writes"])
    events = [event["at_ms"] for event in drill["timeline"]]
    start = min([rows[0][0], *events])
    width = rows[1][0] - rows[0][0] if len(rows) > 1 else BIN_MS
    span = (max([rows[-1][0] + width, *events]) - start) or 1.0
    top = nice(max(ok + failed for _at, ok, failed in rows) or 1)
    gap = silent(rows, width)
    body = [column((gap[0] - start) / span, (gap[1] - gap[0]) / span, 0, 1, "gap")] if gap else []
    for at, ok, failed in rows:
        x = (at - start) / span
        body.append(column(x, 0.9 * width / span, 0, ok / top, "ok"))
        if failed:
            body.append(column(x, 0.9 * width / span, ok / top, (ok + failed) / top, "bad"))
    body += [upright((at - start) / span, "event") for at in events]
    seconds = [f"{(start + span * step / 4) / 1000:.1f} s" for step in range(5)]
    return Plot(stretched(described, body, 3), [f"{top:g}", f"{top / 2:g}", "0"], seconds, f"{width:g}")


def merged(rows: t.Sequence[t.Sequence[float]]) -> list[tuple[float, float, float]]:
    """Return rows of writes, several as one where there are more than a page can show."""
    factor = -(-len(rows) // MOST_BARS)
    groups = [rows[index : index + factor] for index in range(0, len(rows), factor)]
    return [(group[0][0], sum(row[1] for row in group), sum(row[2] for row in group)) for group in groups]


def silent(rows: Rows, width: float) -> tuple[float, float] | None:
    """Return the longest time without an acknowledged write, from and to."""
    best: tuple[float, float] | None = None
    since: float | None = None
    for at, ok, _failed in [*rows, (rows[-1][0] + width, 1.0, 0.0)]:
        if not ok:
            since = at if since is None else since
        elif since is not None:
            if best is None or at - since > best[1] - best[0]:
                best = (since, at)
            since = None
    return best
