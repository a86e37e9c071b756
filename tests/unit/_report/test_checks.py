# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is not a whole result is refused, and the place of each fault is reported."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._report.checks import faults, refuse_incomplete

from . import results


@pytest.mark.parametrize(
    "result",
    [
        results.result(),
        results.result("replication"),
        results.failed(),
        results.large(),
        results.result(drills=[], load=None, targets=[]),
    ],
    ids=["cluster", "replication", "failed", "large", "nothing measured"],
)
def test_whole_results_have_no_fault(result: dict[str, t.Any]) -> None:
    assert list(faults(result)) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda r: r.pop("items"), "items is missing"),
        (lambda r: r.update(passed=1), "passed is int"),
        (lambda r: r.update(schema=2), "schema is 2"),
        (lambda r: r.update(schema=True), "schema is bool"),
        (lambda r: r.update(topology="ring"), "topology is 'ring', not one of cluster, replication"),
        (lambda r: r.update(deployment="../etc"), "deployment '../etc' is not a valid name"),
        (lambda r: r.update(deployment=".."), "deployment '..' is not a valid name"),
        (lambda r: r.update(started="yesterday"), "started is not a time"),
        (lambda r: r["items"].pop(), "items has no load"),
        (lambda r: r["items"].append(r["items"][0]), "items has installed twice"),
        (lambda r: r["items"][0].update(status="well"), "items[0].status is 'well'"),
        (lambda r: r["items"][1].update(findings=[{}]), "items[1].findings[0].severity is missing"),
        (lambda r: r["nodes"][0].update(role="master"), "nodes[0].role is 'master'"),
        (lambda r: r["drills"][0].update(writes=[[1, 2]]), "drills[0].writes[0] is not a row of 3 numbers"),
        (lambda r: r["drills"][0].update(timeline=[{"at_ms": "0", "event": ""}]), "drills[0].timeline[0].at_ms is str"),
        (lambda r: r["drills"][0].pop("gap_ms"), "drills[0].gap_ms is missing"),
        (lambda r: r.pop("load"), "load is missing"),
        (lambda r: r["load"].update(generator=None), "load.generator is NoneType"),
        (lambda r: r["load"]["runs"][2].pop("p99_ms"), "load.runs[2].p99_ms is missing"),
        (lambda r: r["targets"].append("fast"), "targets[1] is not a dictionary"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_fault_is_told_with_its_place(change: t.Callable[[dict[str, t.Any]], object], fault: str) -> None:
    result = copy.deepcopy(results.result())
    change(result)
    assert any(fault in one for one in faults(result)), list(faults(result))
    with pytest.raises(Refused) as refused:
        refuse_incomplete(result)
    assert fault in str(refused.value)
