# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one page: nothing is loaded from anywhere, nothing is run."""

from __future__ import annotations

import typing as t

from . import render_drills, render_history, render_items, render_load, render_topology
from .render_html import Html, constant, el
from .render_style import STYLE, colours
from .render_topology import COLOURS

Value = dict[str, t.Any]
# A browser that holds to this loads nothing and runs nothing, even if a value got through as markup.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
CONTENTS = ("summary", "items", "findings", "topology", "drills", "load", "history", "settings")


def page(result: Value, earlier: t.Sequence[Value], changes: t.Sequence[Value], worse_percent: float) -> str:
    """Return the report of a result, with the earlier ones (oldest first) beside it."""
    verdict = "passed" if result["passed"] else "failed"
    body = el(
        "body",
        el(
            "main",
            render_items.header(result),
            _contents(),
            render_items.summary(result),
            render_items.items(result),
            render_items.findings(result),
            render_topology.topology(result),
            render_drills.drills(result),
            render_load.load(result),
            render_history.history(result, earlier, changes, worse_percent),
            render_topology.settings(result),
        ),
        el("footer", f"Collection almashooq.redis {result['collection']}; times are UTC."),
    )
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", http_equiv="Content-Security-Policy", content=POLICY),
        el("title", f"Acceptance of {result['deployment']}: {verdict}, {result['started'][:10]}"),
        el("style", constant(STYLE + colours(COLOURS))),
    )
    return f"<!DOCTYPE html>\n{el('html', head, body, lang='en')}\n"


def _contents() -> Html:
    links = [el("li", el("a", name.capitalize(), href=f"#{name}")) for name in CONTENTS]
    return el("nav", el("ul", *links), aria_label="Contents")


def summary(result: Value, changes: t.Sequence[Value]) -> str:
    """Return one line for people."""
    failed = [item["name"] for item in result["items"] if item["status"] == "failed"]
    missed = [target["name"] for target in result["targets"] if not target["met"]]
    worse = sum(1 for change in changes if change["verdict"] == "worse")
    parts = [
        f"failed: {', '.join(failed)}" if failed else "",
        f"targets not met: {', '.join(missed)}" if missed else "",
        f"{worse} worse than before" if worse else "",
    ]
    told = "; ".join(part for part in parts if part)
    return f"acceptance of {result['deployment']} {'PASSED' if result['passed'] else 'FAILED'}" + (
        f" ({told})" if told else ""
    )
