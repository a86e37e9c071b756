# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What got worse since, and the availability that measured gaps allow."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._report.compare import changes, headlines
from ansible_collections.almashooq.redis.plugins.module_utils._report.compare_targets import (
    MONTH_MS,
    availability,
    with_availability,
)

from . import results


def told(result: results.Value, *earlier: results.Value, percent: float = 20.0) -> list[tuple[str, str]]:
    return [(one["what"], one["verdict"]) for one in changes(result, earlier, percent)]


def drills(*gaps: float | None) -> list[results.Value]:
    return [results.drill(str(index), "kill", gap) for index, gap in enumerate(gaps)]


def test_the_first_result_has_nothing_to_be_compared_with() -> None:
    assert told(results.result()) == []


def test_an_equal_result_has_not_changed() -> None:
    assert told(results.result(day=2), results.result()) == []


def test_throughput_that_sank_is_worse_and_one_that_rose_is_better() -> None:
    slow, fast = results.result(load=results.load(ops=70000.0)), results.result(load=results.load(ops=98000.0))
    assert ("load, read, whole, pipeline 1: operations", "worse") in told(slow, fast)
    assert ("load, read, whole, pipeline 1: operations", "better") in told(fast, slow)
    assert {verdict for _what, verdict in told(slow, fast)} == {"worse"}


def test_less_than_the_percentage_is_no_change() -> None:
    now, before = results.result(load=results.load(ops=85000.0)), results.result(load=results.load(ops=98000.0))
    assert told(now, before) == []
    assert ("load, read, whole, pipeline 1: operations", "worse") in told(now, before, percent=10)


def test_one_slow_day_among_five_is_not_what_counts() -> None:
    days = [results.result(load=results.load(ops=ops)) for ops in (98000.0, 99000.0, 20000.0, 97000.0, 98000.0)]
    assert told(results.result(load=results.load(ops=96000.0)), *days) == []


def test_a_longer_gap_is_worse_and_a_little_of_it_is_not() -> None:
    before = results.result(drills=drills(2000))
    assert told(results.result(drills=drills(4000)), before) == [("drill kill, shard 0: gap", "worse")]
    assert told(results.result(drills=drills(150)), results.result(drills=drills(10))) == []


def test_a_lost_write_is_worse_even_where_none_was_lost() -> None:
    now, before = results.result(drills=drills(2000)), results.result(drills=drills(2000))
    now["drills"][0]["lost"] = 1
    assert told(now, before) == [("drill kill, shard 0: lost", "worse")]


def test_items_that_failed_are_worse_and_those_left_out_have_changed() -> None:
    now = results.result()
    now["items"][0], now["items"][1] = results.item("installed", "failed"), results.item("complete", "skipped")
    assert told(now, results.result()) == [("item installed", "worse"), ("item complete", "changed")]
    assert told(results.result(), now) == [("item complete", "changed"), ("item installed", "better")]


def test_another_version_has_changed() -> None:
    now = results.result()
    now["nodes"] = [{**node, "version": "7.2.0"} for node in now["nodes"]]
    assert told(now, results.result()) == [("versions", "changed")]


def test_figures_of_other_conditions_are_not_compared() -> None:
    now, before = results.result(load=results.load(ops=1000.0)), results.result()
    for run in now["load"]["runs"]:
        run["value_bytes"] = 4096
    assert told(now, before) == []


def test_availability_is_one_less_the_longest_gap_of_each_shard() -> None:
    found = availability(drills(2000, 3000), shards=2, failures_per_month=2)
    assert found["percent"] == pytest.approx(100 * (1 - 2 * 5000 / MONTH_MS), abs=1e-6)
    assert "2 x 5.000 s = 10.000 s of the 2629800 s" in found["assumptions"]


def test_of_several_drills_of_a_shard_the_longest_gap_counts_and_planned_ones_do_not() -> None:
    made = [
        results.drill("main", "kill", 1000),
        results.drill("main", "freeze", 6000),
        results.drill("main", "planned", 90000),
    ]
    assert "1 x 6.000 s" in availability(made, 1, 1)["assumptions"]


def test_shards_that_were_not_drilled_are_as_slow_as_the_slowest() -> None:
    told = availability(drills(2000), shards=3, failures_per_month=1)["assumptions"]
    assert "2.000 s + 2.000 s + 2.000 s" in told
    assert "2 of them were not drilled" in told


@pytest.mark.parametrize("made", [[], [results.drill("main", "planned", 10)], drills(None, 2000)])
def test_without_a_gap_that_ended_there_is_no_availability_and_no_target_is_met(made: list[results.Value]) -> None:
    found = with_availability(results.result(drills=made), 99.0, 1)
    assert found["availability"]["percent"] is None
    assert found["availability"]["assumptions"].startswith("Not computed: ")
    assert found["targets"][-1] == {"name": "availability_percent", "wanted": 99.0, "measured": None, "met": False}
    assert found["passed"] is False


def test_a_target_that_is_met_leaves_a_pass_and_makes_none() -> None:
    assert with_availability(results.result(), 99.9, 1)["passed"] is True
    assert with_availability(results.failed(), None, 1)["passed"] is False
    assert with_availability(results.result(), 99.9999999, 1)["passed"] is False


def test_headlines_are_those_of_the_whole_deployment() -> None:
    result = results.result(load=results.load(["a:1", "b:1"]))
    assert headlines(result) == {"ops": 392000.0, "p99": pytest.approx(1.2), "gap": 2510, "lost": 0}
    assert headlines(results.result(drills=[], load=None)) == {}
