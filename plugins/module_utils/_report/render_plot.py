# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plots as inline SVG: pure functions from values to a drawing that fills the width it gets."""

from __future__ import annotations

import html
import math
import typing as t
from dataclasses import dataclass, field

from .render_text import visible

WIDTH, HEIGHT = 1000.0, 300.0
COLOURS = 8  # of shards, one after the other
SERIES = 6  # as many lines can be distinguished, by colour and by dashes
Points = t.Sequence[tuple[float, float]]


class Svg(str):
    """A drawing, which a template puts on the page as it is (``__html__``); only functions of ``_report`` make one."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return the drawing itself: it is markup already."""
        return str(self)


@dataclass(frozen=True)
class Plot:
    """A drawing and the labels beside it, evenly spread: ``y`` from top to bottom, ``x`` from left to right."""

    svg: Svg
    y: t.Sequence[str]
    x: t.Sequence[str]
    step: str = ""  # milliseconds that one column stands for
    runs: t.Sequence[dict[str, t.Any]] = field(default=(), repr=False)  # what the lines are of, in their order


def drawing(described: str, body: t.Iterable[str], view: str, more: str = "") -> Svg:
    """Return an SVG with a name for readers aloud; ``view`` is its width and height, ``more`` further attributes."""
    name = html.escape(visible(described))
    head = f'viewBox="0 0 {view}"{more} role="img" aria-label="{name}"'
    return Svg(f"<svg {head}><title>{name}</title>{''.join(body)}</svg>")


def stretched(described: str, body: t.Iterable[str], rows: int) -> Svg:
    """Return the drawing of a plot, as wide as there is room, over the grid of so many labels of its y axis."""
    ys = [f"{HEIGHT * row / max(1, rows - 1):.1f}" for row in range(rows)]
    grid = [f'<line x1="0" x2="{WIDTH:g}" y1="{y}" y2="{y}" class="grid"/>' for y in ys]
    return drawing(described, [*grid, *body], f"{WIDTH:g} {HEIGHT:g}", ' preserveAspectRatio="none"')


def line(points: Points, kind: str, width: float = WIDTH, height: float = HEIGHT) -> Svg:
    """Return a line through points of 0 to 1, y upwards."""
    where = " ".join(f"{x * width:.1f},{(1 - y) * height:.1f}" for x, y in points)
    return Svg(f'<polyline points="{where}" class="line {kind}"/>')


def column(x: float, width: float, low: float, high: float, kind: str) -> Svg:
    """Return a bar from low to high (0 to 1)."""
    box = f'x="{x * WIDTH:.1f}" y="{(1 - high) * HEIGHT:.1f}" width="{width * WIDTH:.1f}"'
    return Svg(f'<rect {box} height="{(high - low) * HEIGHT:.1f}" class="{kind}"/>')


def upright(x: float, kind: str) -> Svg:
    """Return a line over the whole height, at x of 0 to 1."""
    at = f"{x * WIDTH:.1f}"
    return Svg(f'<line x1="{at}" x2="{at}" y1="0" y2="{HEIGHT:g}" class="{kind}"/>')


def sparkline(values: t.Sequence[float], described: str) -> Svg:
    """Return a small line from the oldest to the newest value, which has a dot."""
    top = max(values) or 1.0
    step = 1 / max(1, len(values) - 1)
    points = [(0.02 + 0.96 * index * step, 0.08 + 0.84 * value / top) for index, value in enumerate(values)]
    x, y = points[-1]
    dot = f'<circle cx="{x * 160:.1f}" cy="{(1 - y) * 40:.1f}" r="3" class="dot"/>'
    return Svg(
        drawing(described, [line(points, "s0", 160, 40), dot], "160 40").replace("<svg ", '<svg class="spark" ', 1)
    )


def meter(share: float) -> Svg:
    """Return a bar beside a figure in a table; the figure has the information, so it is hidden from readers aloud."""
    width = 100 * min(1.0, max(0.0, share))
    bars = f'<rect width="100" height="8" class="rail"/><rect width="{width:.1f}" height="8" class="fill"/>'
    head = 'viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" class="meter"'
    return Svg(f"<svg {head}>{bars}</svg>")


def nice(top: float) -> float:
    """Return the next of 1, 2, 5 times a power of ten that is not below."""
    if top <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(top))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= top * 0.999999)
