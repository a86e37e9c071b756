# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers and times as the report shows them, and its one line of summary."""

from __future__ import annotations

import re
import typing as t

Value = dict[str, t.Any]
NOT_MEASURED = "not measured"
# What a browser would drop or an editor would show wrongly: control characters, and those that turn text around.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(value: t.Any) -> t.Any:
    """Return a text with U+FFFD for what would be invisible in it; markup and anything but text as it is."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    return _INVISIBLE.sub("\N{REPLACEMENT CHARACTER}", value)


def number(value: float | None) -> str:
    """Return a whole number with separators."""
    return NOT_MEASURED if value is None else f"{value:,.0f}"


def milliseconds(value: float | None) -> str:
    """Return a duration, given in milliseconds, in the unit that fits."""
    if value is None:
        return NOT_MEASURED
    if value >= 60000:
        return f"{value / 60000:.1f} min"
    if value >= 1000:
        return f"{value / 1000:.2f} s"
    return f"{value:.0f} ms" if value >= 100 else f"{value:.2f} ms"


def percent(value: float | None) -> str:
    """Return a percentage with as many digits as distinguish it from 100."""
    return NOT_MEASURED if value is None else f"{value:.6f}".rstrip("0").rstrip(".") + " %"


def of_target(value: float | None, name: str) -> str:
    """Return the figure of the target of this name, with its unit."""
    units = {"p99_ms": milliseconds, "availability_percent": percent}
    if name in units:
        return units[name](value)
    return f"{number(value)}/s" if name == "ops_per_second" and value is not None else number(value)


def headline(value: float, name: str) -> str:
    """Return one of the figures of ``compare.headlines``, with its unit."""
    return milliseconds(value) if name in ("p99", "gap") else number(value)


def moment(text: str) -> str:
    """Return a time without its fraction: ``2026-05-04 10:11:12 UTC``."""
    return f"{text[:10]} {text[11:19]} UTC"


def plural(count: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def places(where: t.Sequence[str], total: int) -> str:
    """Return the first addresses of those of so many in total, and how many more there are."""
    if len(where) == total:
        return "all"
    return ", ".join(where[:4]) + (f" and {len(where) - 4} more" if len(where) > 4 else "")


def summary(result: Value, changes: t.Sequence[Value]) -> str:
    """Return one line: passed or failed, and what failed, missed its target or got worse."""
    failed = [item["name"] for item in result["items"] if item["status"] == "failed"]
    missed = [target["name"] for target in result["targets"] if not target["met"]]
    worse = sum(1 for change in changes if change["verdict"] == "worse")
    parts = [
        f"failed: {', '.join(failed)}" if failed else "",
        f"targets not met: {', '.join(missed)}" if missed else "",
        f"{worse} worse than before" if worse else "",
    ]
    reasons = "; ".join(filter(None, parts))
    verdict = "PASSED" if result["passed"] else "FAILED"
    return f"acceptance of {result['deployment']} {verdict}{f' ({reasons})' if reasons else ''}"
