# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each drill: what was done, how long writes failed, and a timeline of both."""

from __future__ import annotations

import typing as t

from .render_html import Html, el, figure, section, table
from .render_plot import column, nice, plot, upright
from .render_text import count, milliseconds

Value = dict[str, t.Any]
BIN_MS = 100.0  # what one row of writes stands for
MOST_BARS = 400  # more than a printed page can show apart
MANNERS = {"planned": "Planned switchover", "kill": "Primary killed", "freeze": "Primary frozen"}
RETURNED = {"True": "came back as a replica", "False": "did not come back"}
HEADS = ("Shard", "Manner", "From", "To", "Gap", "Lost", "Healed after")


def drills(result: Value) -> Html | None:
    """Return all drills in a table, and each with its timeline."""
    made = result["drills"]
    if not made:
        return section("Drills", "drills", el("p", "No failover was drilled."))
    rows = [
        (
            drill["shard"],
            MANNERS[drill["manner"]],
            drill["primary"],
            drill.get("successor") or "nobody",
            milliseconds(drill["gap_ms"]) if drill["gap_ms"] is not None else "did not end",
            count(drill.get("lost")),
            milliseconds(drill.get("healed_ms")),
        )
        for drill in made
    ]
    return section("Drills", "drills", table("Drills of failover", HEADS, rows), *(_drill(drill) for drill in made))


def _drill(drill: Value) -> Html:
    gap = milliseconds(drill["gap_ms"]) if drill["gap_ms"] is not None else "no end seen"
    title = f"{MANNERS[drill['manner']]}, shard {drill['shard']}: gap {gap}"
    facts = (
        ("Writes attempted", count(drill.get("attempted"))),
        ("Acknowledged", count(drill.get("acknowledged"))),
        ("Acknowledged and lost", count(drill.get("lost"))),
        ("Lost without WAIT", count(drill.get("lost_without_wait"))),
        ("Old primary", RETURNED.get(str(drill.get("returned")), "not asked")),
        ("One write each", milliseconds(drill.get("interval_ms"))),
    )
    return el(
        "article",
        el("h3", title),
        _timeline(drill, title) if drill["writes"] else el("p", "No writes were recorded.", class_="quiet"),
        el("ol", *(_event(event) for event in drill["timeline"]), class_="events"),
        el("dl", *(el("div", el("dt", name), el("dd", value)) for name, value in facts), class_="facts"),
        class_="drill",
    )


def _event(event: Value) -> Html:
    return el("li", el("time", f"{event['at_ms'] / 1000:.3f} s"), " ", event["event"])


def _timeline(drill: Value, title: str) -> Html:
    rows = merged(drill["writes"])
    start = min([rows[0][0], *(event["at_ms"] for event in drill["timeline"])])
    width = rows[1][0] - rows[0][0] if len(rows) > 1 else BIN_MS
    end = max([rows[-1][0] + width, *(event["at_ms"] for event in drill["timeline"])])
    span = (end - start) or 1.0
    top = nice(max(ok + failed for _at, ok, failed in rows) or 1)
    body: list[Html] = []
    gap = silent(rows, width)
    if gap:
        body.append(column((gap[0] - start) / span, (gap[1] - gap[0]) / span, 0, 1, "gap"))
    for at, ok, failed in rows:
        x = (at - start) / span
        body.append(column(x, 0.9 * width / span, 0, ok / top, "ok"))
        if failed:
            body.append(column(x, 0.9 * width / span, ok / top, (ok + failed) / top, "bad"))
    body += [upright((event["at_ms"] - start) / span, "event") for event in drill["timeline"]]
    seconds = [f"{(start + span * step / 4) / 1000:.1f} s" for step in range(5)]
    caption = el(
        "span",
        f"Writes in each {width:g} ms: ",
        el("span", class_="key ok"),
        " acknowledged ",
        el("span", class_="key bad"),
        " refused ",
        el("span", class_="key gap"),
        " the gap; lines are the events below.",
    )
    return figure(caption, plot(f"{title}: writes over time", body, [f"{top:g}", f"{top / 2:g}", "0"], seconds))


def merged(rows: t.Sequence[t.Sequence[float]]) -> list[tuple[float, float, float]]:
    """Return rows of writes, several as one where there are more than can be seen apart."""
    factor = -(-len(rows) // MOST_BARS)
    groups = [rows[index : index + factor] for index in range(0, len(rows), factor)]
    return [(group[0][0], sum(row[1] for row in group), sum(row[2] for row in group)) for group in groups]


def silent(rows: t.Sequence[tuple[float, float, float]], width: float) -> tuple[float, float] | None:
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
