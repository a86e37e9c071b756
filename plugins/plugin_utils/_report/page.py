# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one page, from the templates beside this file: nothing is loaded from anywhere, nothing is run."""

from __future__ import annotations

import os
import statistics
import typing as t

import jinja2
from ansible_collections.almashooq.redis.plugins.module_utils._report import (
    compare,
    render_drills,
    render_load,
    render_plot,
    render_text,
    render_topology,
)

Value = dict[str, t.Any]
TEMPLATES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "templates")
SHORT = 16  # characters, as an IPv4 address with its port has
FILTERS = (
    compare.headlines,
    render_text.headline,
    render_text.milliseconds,
    render_text.moment,
    render_text.number,
    render_text.of_target,
    render_text.percent,
    render_text.plural,
)
FUNCTIONS = (
    compare.engines,
    compare.headlines,
    render_drills.timeline,
    render_load.latencies,
    render_plot.meter,
    render_plot.sparkline,
    render_topology.settings,
    render_topology.shard_numbers,
    render_topology.slot_band,
    render_topology.slot_ranges,
    render_topology.versions,
    render_topology.zones,
    statistics.median,
)


def page(result: Value, earlier: t.Sequence[Value], changes: t.Sequence[Value], worse_percent: float) -> str:
    """Return the report of a result with its availability, with the earlier ones (oldest first) beside it."""
    return (
        environment()
        .get_template("page.html.j2")
        .render(result=result, earlier=list(earlier), changes=list(changes), worse_percent=worse_percent)
    )


def environment() -> jinja2.Environment:
    """Return Jinja with the report's filters, in which a value is text unless a function of the report made it."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=render_text.visible,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.do"],
    )
    made.filters.update({function.__name__: function for function in FILTERS})
    made.globals.update({function.__name__: function for function in FUNCTIONS})
    made.globals.update(BEFORE=compare.BEFORE, COLOURS=render_plot.COLOURS, SLOTS=render_topology.SLOTS)
    made.tests["short"] = _is_short
    return made


def _is_short(cell: object) -> bool:
    """Tell whether a cell of a table is a text that stays in one line."""
    return isinstance(cell, str) and not hasattr(cell, "__html__") and len(cell) <= SHORT
