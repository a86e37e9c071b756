# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures, times and marks as people read them."""

from __future__ import annotations

import typing as t

from .render_html import Html, el

MARKS = {
    "passed": ("\N{CHECK MARK}", "passed"),
    "failed": ("\N{MULTIPLICATION X}", "failed"),
    "skipped": ("\N{EN DASH}", "not made"),
    "error": ("\N{MULTIPLICATION X}", "error"),
    "warning": ("!", "warning"),
    "info": ("i", "note"),
    "worse": ("\N{MULTIPLICATION X}", "worse"),
    "better": ("\N{CHECK MARK}", "better"),
    "changed": ("\N{EN DASH}", "changed"),
}
TARGETS = {
    "ops_per_second": "Throughput",
    "p99_ms": "Latency p99",
    "availability_percent": "Availability",
}
TITLES = {
    "installed": "Installed",
    "complete": "Complete",
    "replication": "Replication",
    "sentinel": "Sentinel",
    "failover": "Failover",
    "monitoring": "Monitoring",
    "client": "Client",
    "load": "Load test",
}
NOT_MEASURED = "not measured"


def badge(kind: str) -> Html:
    """Return a mark with its word: colour alone tells nobody anything."""
    mark, word = MARKS[kind]
    return el("span", el("span", mark, aria_hidden="true", class_="mark"), " ", word, class_=f"badge {kind}")


def count(value: float | None) -> str:
    """Return a whole number with separators."""
    return NOT_MEASURED if value is None else f"{value:,.0f}"


def milliseconds(value: float | None) -> str:
    """Return a duration in the unit that fits."""
    if value is None:
        return NOT_MEASURED
    if value >= 60000:
        return f"{value / 60000:.1f} min"
    if value >= 1000:
        return f"{value / 1000:.2f} s"
    return f"{value:.0f} ms" if value >= 100 else f"{value:.2f} ms"


def percent(value: float | None) -> str:
    """Return a percentage with as many digits as tell it from 100."""
    if value is None:
        return NOT_MEASURED
    return f"{value:.6f}".rstrip("0").rstrip(".") + " %"


def of_target(name: str, value: float | None) -> str:
    """Return a target's figure with its unit."""
    if name == "p99_ms":
        return milliseconds(value)
    if name == "availability_percent":
        return percent(value)
    return f"{count(value)}/s" if name == "ops_per_second" and value is not None else count(value)


def moment(text: str) -> str:
    """Return a time without its fraction: ``2026-05-04 10:11:12 UTC``."""
    return f"{text[:10]} {text[11:19]} UTC"


def plural(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def several(values: t.Iterable[str]) -> str:
    """Return distinct texts in order, separated by commas."""
    return ", ".join(sorted({value for value in values if value}))
