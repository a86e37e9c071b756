# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The trend over the acceptances of a deployment, and what changed since."""

from __future__ import annotations

import typing as t

from . import compare
from .render_html import Html, el, section, table
from .render_plot import sparkline
from .render_text import badge, count, milliseconds, moment, plural

Value = dict[str, t.Any]
SHOWN = 12
TRENDS: tuple[tuple[str, str, t.Callable[[float | None], str]], ...] = (
    ("ops", "Operations per second", count),
    ("p99", "Latency p99", milliseconds),
    ("gap", "Longest gap", milliseconds),
    ("lost", "Writes lost", count),
)


def history(result: Value, earlier: t.Sequence[Value], changes: t.Sequence[Value], worse_percent: float) -> Html:
    """Return trend, changes, and a line for each acceptance, newest first."""
    if not earlier:
        return section("History", "history", el("p", "This is the first acceptance that is kept of this deployment."))
    results = [*earlier, result]
    figures = [compare.headlines(one) for one in results]
    trends = [_trend(label, [one[name] for one in figures if name in one], text) for name, label, text in TRENDS]
    rows = [
        (moment(one["started"]), badge("passed" if one["passed"] else "failed"), *_cells(told))
        for one, told in list(zip(results, figures))[: -SHOWN - 1 : -1]
    ]
    heads = ("Acceptance", "Result", *(label for _name, label, _text in TRENDS))
    return section(
        "History",
        "history",
        _changes(changes, len(earlier), worse_percent),
        el("div", *trends, class_="cards"),
        table("Acceptances, newest first", heads, rows),
    )


def _cells(told: dict[str, float]) -> tuple[str, ...]:
    return tuple(text(told[name]) if name in told else "\N{EN DASH}" for name, _label, text in TRENDS)


def _trend(label: str, values: t.Sequence[float], text: t.Callable[[float | None], str]) -> Html | None:
    if len(values) < 2:
        return None
    told = f"{label}: from {text(values[0])} to {text(values[-1])} over {len(values)} acceptances"
    return el(
        "div",
        el("span", label, class_="label"),
        el("span", text(values[-1]), class_="value"),
        sparkline(values, told),
        class_="card",
    )


def _changes(changes: t.Sequence[Value], earlier: int, worse_percent: float) -> Html:
    compared = min(earlier, compare.BEFORE)
    beside = "the one before" if compared == 1 else f"the median of the {compared} before"
    worse = sum(1 for change in changes if change["verdict"] == compare.WORSE)
    text = (
        f"{plural(worse, 'thing')} got worse" if worse else "Nothing got worse"
    ) + f", compared with {beside}; differences up to {worse_percent:g} % do not count."
    if not changes:
        return el("p", text)
    rows = [
        (
            change["what"],
            badge(change["verdict"]),
            change["before"],
            change["after"],
            "" if change["percent"] is None else f"{change['percent']:+.0f} %",
        )
        for change in changes
    ]
    return el("div", el("p", text), table("What changed", ("What", "How", "Before", "Now", "By"), rows))
