# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The latencies of a load test: a line for each run, over the percentiles."""

from __future__ import annotations

import math
import typing as t

from .render_plot import SERIES, Plot, line, stretched

Value = dict[str, t.Any]
NINES = (50.0, 90.0, 99.0, 99.9, 99.99)


def latencies(runs: t.Sequence[Value]) -> Plot | None:
    """Return the plot of the first runs that recorded a distribution, with these runs; nothing where none did."""
    shown = [run for run in runs if len(run["percentiles"]) > 1][:SERIES]
    values = [value for run in shown for at, value in run["percentiles"] if value > 0 and at >= NINES[0]]
    if not values:
        return None
    low = math.floor(math.log10(min(values)))
    high = max(math.ceil(math.log10(max(values))), low + 1)
    lines = [line(_curve(run["percentiles"], low, high), f"s{index}") for index, run in enumerate(shown)]
    labels = [_power(exponent) for exponent in range(high, low - 1, -1)]
    svg = stretched("Latency by percentile", lines, len(labels))
    return Plot(svg, labels, [f"p{percent:g}" for percent in NINES], runs=shown)


def _curve(percentiles: t.Sequence[t.Sequence[float]], low: int, high: int) -> list[tuple[float, float]]:
    """Return the points of a curve: the x of a percentile grows evenly with each mark of the scale."""
    return [
        (_x(at), (math.log10(value) - low) / (high - low))
        for at, value in percentiles
        if NINES[0] <= at <= NINES[-1] and value > 0
    ]


def _x(percent: float) -> float:
    scale = [math.log10(100 - mark) for mark in NINES]
    here = math.log10(100 - percent)
    for index in range(len(NINES) - 1):
        if here >= scale[index + 1]:
            return (index + (scale[index] - here) / (scale[index] - scale[index + 1])) / (len(NINES) - 1)
    return 1.0


def _power(exponent: int) -> str:
    value = 10.0**exponent
    return f"{value / 1000:g} s" if value >= 1000 else f"{value:g} ms"
