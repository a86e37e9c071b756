# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The head of the report: verdict, key figures, targets, items, findings."""

from __future__ import annotations

import typing as t

from . import compare
from .render_html import Html, el, section, table
from .render_text import (
    MARKS,
    TARGETS,
    TITLES,
    badge,
    count,
    milliseconds,
    moment,
    of_target,
    percent,
    plural,
    several,
)

Value = dict[str, t.Any]
SEVERITIES = ("error", "warning", "info")


def header(result: Value) -> Html:
    """Return title, verdict, and of what and when."""
    verdict = "passed" if result["passed"] else "failed"
    kinds = {"cluster": "Redis Cluster", "replication": "Primary and replicas under Sentinel"}
    engines = several(f"{node.get('engine') or ''} {node.get('version') or ''}".strip() for node in result["nodes"])
    return el(
        "header",
        el("p", "Acceptance report", class_="kicker"),
        el("h1", result["deployment"]),
        el("p", el("span", MARKS[verdict][0], aria_hidden="true"), f" {verdict.upper()}", class_=f"verdict {verdict}"),
        el(
            "p",
            " \N{MIDDLE DOT} ".join(
                filter(None, [kinds[result["topology"]], plural(len(result["nodes"]), "instance"), engines])
            ),
        ),
        el("p", f"{moment(result['started'])} to {moment(result['finished'])}", class_="quiet"),
    )


def summary(result: Value) -> Html:
    """Return the few figures that say most, and the targets."""
    statuses = [item["status"] for item in result["items"]]
    figures = compare.headlines(result)
    worst = [finding for item in result["items"] for finding in item["findings"] if finding["severity"] == "error"]
    made = len(statuses) - statuses.count("skipped")
    cards = [
        _card("Items passed", f"{statuses.count('passed')} of {made}", "failed" if "failed" in statuses else "passed"),
        _card("Errors", str(len(worst)), "failed" if worst else "passed"),
    ]
    if any(drill["gap_ms"] is None for drill in result["drills"]):
        cards.append(_card("Longest gap for writes", "no end", "failed"))
    elif "gap" in figures:
        cards.append(_card("Longest gap for writes", milliseconds(figures["gap"])))
    if "lost" in figures:
        cards.append(
            _card("Acknowledged writes lost", count(figures["lost"]), "failed" if figures["lost"] else "passed")
        )
    if "ops" in figures:
        cards.append(_card("Operations per second", count(figures["ops"])))
        cards.append(_card("Latency p99, least pipeline", milliseconds(figures["p99"])))
    available = (result.get("availability") or {}).get("percent")
    if available is not None:
        cards.append(_card("Availability, computed", percent(available)))
    return section("Summary", "summary", el("div", *cards, class_="cards"), _targets(result))


def items(result: Value) -> Html:
    """Return what was looked at, and how it went."""
    rows = [
        (TITLES[item["name"]], badge(item["status"]), item["summary"], f"{item['seconds']:.1f} s")
        for item in result["items"]
    ]
    return section("Items", "items", table("What was looked at", ("Item", "Result", "What it says", "Took"), rows))


def findings(result: Value) -> Html:
    """Return what is not as it should be, errors first, with what to do."""
    found = [(finding, item["name"]) for item in result["items"] for finding in item["findings"]]
    found.sort(key=lambda pair: SEVERITIES.index(pair[0]["severity"]))
    if not found:
        return section("Findings", "findings", el("p", "Nothing was found."))
    return section("Findings", "findings", el("ul", *(_finding(*pair) for pair in found), class_="findings"))


def _targets(result: Value) -> Html | None:
    if not result["targets"]:
        return el("p", "No targets were set.", class_="quiet")
    rows = [
        (
            TARGETS.get(target["name"], target["name"]),
            ("at most " if target["name"] == "p99_ms" else "at least ") + of_target(target["name"], target["wanted"]),
            of_target(target["name"], target["measured"]),
            badge("passed" if target["met"] else "failed"),
        )
        for target in result["targets"]
    ]
    told = (result.get("availability") or {}).get("assumptions")
    return el(
        "div",
        table("Targets", ("Target", "Wanted", "Measured", "Result"), rows),
        el("p", el("strong", "Availability. "), told, class_="quiet") if told else None,
    )


def _card(label: str, value: str, kind: str = "") -> Html:
    return el(
        "div", el("span", label, class_="label"), el("span", value, class_="value"), class_=f"card {kind}".strip()
    )


def _finding(finding: Value, item: str) -> Html:
    facts = [(name, finding.get(name.lower())) for name in ("Observed", "Expected")]
    return el(
        "li",
        el("p", badge(finding["severity"]), " ", el("strong", finding["message"])),
        el("p", f"{TITLES[item]}{_where(finding)}", class_="quiet"),
        el("dl", *((el("dt", name), el("dd", value)) for name, value in facts if value), class_="facts"),
        el("p", el("strong", "What to do: "), finding["hint"]) if finding.get("hint") else None,
        class_=finding["severity"],
    )


def _where(finding: Value) -> str:
    return f" \N{MIDDLE DOT} {finding['node']}" if finding.get("node") else ""
