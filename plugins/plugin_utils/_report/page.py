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
FILTERS = ("headline", "milliseconds", "moment", "number", "of_target", "percent", "places", "plural")


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
    made.filters.update({name: getattr(render_text, name) for name in FILTERS}, headlines=compare.headlines)
    made.globals.update(
        compare=compare,
        drills=render_drills,
        latencies=render_load.latencies,
        median=statistics.median,
        plots=render_plot,
        topology=render_topology,
    )
    made.tests["short"] = _is_short
    return made


def _is_short(cell: object) -> bool:
    """Return whether a cell of a table is a text that stays in one line."""
    return isinstance(cell, str) and not hasattr(cell, "__html__") and len(cell) <= SHORT
