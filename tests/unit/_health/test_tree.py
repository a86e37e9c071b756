# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tree for a person: whatever the width, nothing is lost that matters."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._health.tree import tree
from ansible_collections.almashooq.redis.plugins.module_utils._history.model import Record
from ansible_collections.almashooq.redis.plugins.module_utils._history.runs import merged

UNTOLD = "primary link_up lag_bytes lag_seconds slots memory_used memory_max clients operations_per_second uptime"
BLANK: dict[str, t.Any] = dict.fromkeys(UNTOLD.split())


def node(name: str, role: str, **more: t.Any) -> dict[str, t.Any]:
    return {
        **BLANK,
        "name": name,
        "host": "alpha",
        "role": role,
        "problem": "",
        "slot_ranges": "",
        "version": "",
        **more,
    }


NODES = [
    node("192.0.2.2:7001", "replica", primary="192.0.2.1:7000", link_up=True, lag_bytes=0, lag_seconds=1, uptime=86400),
    node("192.0.2.3:7000", "primary", slots=2, slot_ranges="9000-9001", memory_used=1 << 30),
    node("192.0.2.1:7000", "primary", slots=3, slot_ranges="0-2", clients=7),
    node("192.0.2.4:7000", "", problem="unreachable"),
]
FINDING = {
    "check": "reachable",
    "severity": "error",
    "message": "192.0.2.4:7000 is unreachable: no answer",
    "hint": "See whether it runs, and a word thatislongerthananynarrowterminalcouldeverbeitsaysitall.",
}
REPORT = {
    "healthy": False,
    "summary": "cluster redis is NOT healthy: 3 of 4 nodes answer; 1 error.",
    "nodes": NODES,
    "sentinels": [{"name": "192.0.2.1:26379", "problem": "", "tilt": True}],
    "findings": [FINDING],
    "muted": [{**FINDING, "check": "evictions", "reason": "a cache"}],
}


def plain(_colour: str, text: str) -> str:
    return text


def test_replicas_stand_below_their_primary_in_the_order_of_the_slots() -> None:
    lines = tree(REPORT, 200, plain)
    replica = next(line for line in lines if "└─" in line)
    assert "192.0.2.2:7001" in replica
    names = ("192.0.2.1:7000", "192.0.2.2:7001", "192.0.2.3:7000")
    order = [next(n for n, line in enumerate(lines) if name in line) for name in names]
    assert order == sorted(order)
    assert "unreachable" in lines[5]


@pytest.mark.parametrize("width", [1, 40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal_but_for_a_word_that_is(width: int) -> None:
    for line in tree(REPORT, width, plain):
        assert len(line) <= max(width, 40) or "thatislonger" in line


@pytest.mark.parametrize("width", [40, 200])
def test_findings_are_whole_whatever_the_width(width: int) -> None:
    text = " ".join(" ".join(tree(REPORT, width, plain)).split())
    assert FINDING["message"] in text
    assert FINDING["hint"] in text
    assert "(a cache)" in text
    assert "TILT" in text


def test_what_is_ill_is_painted_and_what_is_well_is_not() -> None:
    painted = tree(REPORT, 200, lambda colour, text: f"<{colour}>{text}")
    assert painted[0].startswith("<error>")
    assert any(line.startswith("<error>unreachable") for line in painted)
    assert any(line.startswith("primary") for line in painted)


@pytest.mark.parametrize(
    ("outcome", "colour", "said"),
    [
        ("done", "muted", "done, 3 steps"),
        ("failed", "error", "FAILED at: meet x, after 3 steps"),
        ("interrupted", "error", "INTERRUPTED at: meet x, after 3 steps"),
        ("running", "warning", "running at: meet x, after 3 steps"),
    ],
)
def test_the_last_change_stands_below_the_summary_and_a_killed_run_stands_out(
    outcome: str, colour: str, said: str
) -> None:
    record = Record(
        verb="cluster", began="2026-01-31T12:00:00.000Z", run="1", host="redis1", user="alice", controller="control1",
        playbook="site.yml", steps=3, step="meet x", outcome=outcome,
    )  # fmt: skip
    (last,) = merged([record])
    lines = tree(REPORT, 200, lambda colour, text: f"{colour}|{text}", last)
    assert lines[1] == f"{colour}|last change: 2026-01-31 12:00:00 UTC site.yml by alice on control1 on redis1: {said}"
    assert max(len(line) for line in tree(REPORT, 60, plain, last) if line.startswith("last")) <= 60
    assert [*lines[:1], *lines[2:]] == tree(REPORT, 200, lambda colour, text: f"{colour}|{text}")
