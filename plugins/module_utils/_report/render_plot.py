# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plots as inline SVG that fill the width they get; their texts are HTML beside them and keep their size."""

from __future__ import annotations

import math
import typing as t

from .render_html import Html, el

WIDTH, HEIGHT = 1000.0, 300.0
SERIES = 6  # so many lines can be told apart, by colour and by dashes
Points = t.Sequence[tuple[float, float]]


def plot(described: str, body: t.Iterable[Html], y_labels: t.Sequence[str], x_labels: t.Sequence[str]) -> Html:
    """Return a drawing with labels: y from top to bottom, x from left to right, both evenly spread."""
    svg = el(
        "svg",
        el("title", described),
        *_grid(len(y_labels)),
        *body,
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        preserveAspectRatio="none",
        role="img",
        aria_label=described,
    )
    return el(
        "div",
        el("div", *(el("span", text) for text in y_labels), class_="y", aria_hidden="true"),
        el("div", svg, class_="area"),
        el("div", *(el("span", text) for text in x_labels), class_="x", aria_hidden="true"),
        class_="plot",
    )


def line(points: Points, class_: str) -> Html:
    """Return a line through points of 0 to 1, y upwards."""
    where = " ".join(f"{x * WIDTH:.1f},{(1 - y) * HEIGHT:.1f}" for x, y in points)
    return el("polyline", points=where, class_=f"line {class_}")


def column(x: float, width: float, low: float, high: float, class_: str) -> Html:
    """Return a bar from low to high (0 to 1)."""
    return el(
        "rect",
        x=f"{x * WIDTH:.1f}",
        y=f"{(1 - high) * HEIGHT:.1f}",
        width=f"{width * WIDTH:.1f}",
        height=f"{(high - low) * HEIGHT:.1f}",
        class_=class_,
    )


def upright(x: float, class_: str) -> Html:
    """Return a line over the whole height."""
    at = f"{x * WIDTH:.1f}"
    return el("line", x1=at, x2=at, y1=0, y2=f"{HEIGHT:g}", class_=class_)


def sparkline(values: t.Sequence[float], described: str) -> Html:
    """Return a small line from the oldest to the newest value, which has a dot."""
    top = max(values) or 1.0
    step = 1 / max(1, len(values) - 1)
    points = [(0.02 + 0.96 * index * step, 0.08 + 0.84 * value / top) for index, value in enumerate(values)]
    x, y = points[-1]
    return el(
        "svg",
        el("title", described),
        el("polyline", points=" ".join(f"{a * 160:.1f},{(1 - b) * 40:.1f}" for a, b in points), class_="line s0"),
        el("circle", cx=f"{x * 160:.1f}", cy=f"{(1 - y) * 40:.1f}", r="3", class_="dot"),
        viewBox="0 0 160 40",
        role="img",
        aria_label=described,
        class_="spark",
    )


def meter(share: float, class_: str = "") -> Html:
    """Return a bar in a table beside its figure; the figure says it, so it is hidden from readers aloud."""
    width = 100 * min(1.0, max(0.0, share))
    inner = el("rect", x=0, y=0, width=f"{width:.1f}", height=8, class_=f"fill {class_}".strip())
    return el(
        "svg",
        el("rect", x=0, y=0, width=100, height=8, class_="rail"),
        inner,
        viewBox="0 0 100 8",
        preserveAspectRatio="none",
        aria_hidden="true",
        class_="meter",
    )


def nice(top: float) -> float:
    """Return the next of 1, 2, 5 times a power of ten that is not below."""
    if top <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(top))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= top * 0.999999)


def _grid(labels: int) -> t.Iterator[Html]:
    for index in range(labels):
        y = HEIGHT * index / max(1, labels - 1)
        yield el("line", x1=0, x2=f"{WIDTH:g}", y1=f"{y:.1f}", y2=f"{y:.1f}", class_="grid")
