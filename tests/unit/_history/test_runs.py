# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of many hosts as runs, what has become of each, and how that reads."""

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._history import render, runs
from ansible_collections.almashooq.redis.plugins.module_utils._history.model import Done, Record

FIRST = Record(
    verb="instance",
    began="2026-01-31T12:00:00.000Z",
    run="one",
    host="redis1",
    playbook="site.yml",
    user="alice",
    controller="control1",
    plan=("write a", "start b"),
    planned=2,
    done=(Done("write a", 0.25), Done("start b", 1.0)),
    steps=2,
    ended="2026-01-31T12:00:02.000Z",
    seconds=1.5,
    outcome="done",
)


def call(second: int, **others: t.Any) -> Record:
    return dataclasses.replace(FIRST, began=f"2026-01-31T12:00:{second:02}.000Z", **others)


INTERRUPTED = call(
    5, host="redis2", outcome="interrupted", ended="", steps=1, done=(Done("write a", 0.2),), step="start b"
)
FAILED = call(
    6, host="redis3", outcome="failed", steps=1, done=(Done("write a", 0.2),), failed=("start b",), step="start b",
    error="redis3:7000: no answer",
)  # fmt: skip
RUNNING = call(7, outcome="running", ended="", step="start c", steps=0, done=())
END = call(9, verb=runs.END)


def paint(_colour: str, text: str) -> str:
    return text


def test_calls_of_one_run_are_one_entry_in_their_order_and_the_newest_run_is_first() -> None:
    other = call(3, run="two", host="redis2")
    found = runs.merged([call(8, host="redis2"), other, FIRST, call(4, host="redis3")])
    assert [(one.key, [each.host for each in one.calls]) for one in found] == [
        ("two", ["redis2"]),
        ("one", ["redis1", "redis3", "redis2"]),
    ]
    assert (found[1].began, found[1].steps, found[1].hosts) == (FIRST.began, 6, ("redis1", "redis2", "redis3"))
    assert [one.key for one in runs.merged([FIRST, other], most=1)] == ["two"]


def test_a_record_that_is_read_under_two_names_of_a_host_counts_once() -> None:
    (run,) = runs.merged([FIRST, dataclasses.replace(FIRST)])
    assert len(run.calls) == 1


def test_calls_whose_run_is_not_known_are_runs_of_their_own() -> None:
    assert len(runs.merged([call(1, run=""), call(2, run="")])) == 2


@pytest.mark.parametrize(
    ("records", "outcome"),
    [
        ([FIRST], "done"),
        ([FIRST, FAILED], "failed"),
        ([FIRST, RUNNING], "running"),
        ([FAILED, RUNNING, INTERRUPTED], "interrupted"),
        # A verb of several calls: what the last one has left is not done.
        ([call(1, left=2), call(2, left=1)], "unfinished"),
        ([call(1, left=2), call(2)], "done"),
        # A playbook of several verbs, which records its end.
        ([call(1, part=True), call(2, part=True)], "unfinished"),
        ([call(1, part=True), END], "done"),
        ([call(1, part=True), dataclasses.replace(FAILED, part=True)], "failed"),
        ([call(1, part=True), dataclasses.replace(INTERRUPTED, part=True), END], "interrupted"),
    ],
)
def test_what_has_become_of_a_run(records: list[Record], outcome: str) -> None:
    for order in (records, records[::-1]):
        (run,) = runs.merged(order)
        assert run.outcome == outcome


def test_an_end_without_anything_before_it_is_no_run() -> None:
    assert runs.merged([END]) == []


@pytest.mark.parametrize(
    ("record", "concerns"),
    [
        (call(1), True),
        (call(1, host="elsewhere"), False),
        (call(1, deployments=("shop",), host="elsewhere"), True),
        (call(1, deployments=("blog",)), False),
        (call(1, deployments=("blog", "shop")), True),
    ],
)
def test_a_call_concerns_the_deployments_that_it_names_or_all_of_its_host(record: Record, concerns: bool) -> None:
    (run,) = runs.merged([record])
    found = runs.about(run, "shop", {"redis1", "redis2"})
    assert (found is not None) == concerns


def test_what_failed_elsewhere_is_no_failure_of_this_deployment() -> None:
    (run,) = runs.merged([call(1, deployments=("shop",)), dataclasses.replace(FAILED, deployments=("blog",))])
    shop, blog = (runs.about(run, name, ()) for name in ("shop", "blog"))
    assert shop is not None
    assert blog is not None
    assert (run.outcome, shop.outcome, blog.outcome) == ("failed", "done", "failed")
    assert shop.steps == 2


def test_a_result_of_the_module_is_the_record_again() -> None:
    for record in (FIRST, FAILED, call(1, deployments=("a", "b"), part=True, left=4)):
        assert runs.record_of(json.loads(json.dumps(render.call_value(record)))) == record


def lines(*records: Record, steps: bool = False) -> list[str]:
    (run,) = runs.merged(records)
    return render.entry(run, paint, steps=steps)


def test_a_run_reads_as_who_when_what_and_how_it_ended() -> None:
    assert lines(FIRST, call(1, host="redis2", verb="cluster", deployments=("shop",), steps=1, seconds=0.04)) == [
        "2026-01-31 12:00:00 UTC  site.yml by alice on control1: done, 3 steps (shop)",
        "  redis1: instance, 2 steps in 1.5 s",
        "  redis2: cluster, 1 step in 0.0 s",
    ]


def test_a_killed_run_names_the_step_that_it_was_at() -> None:
    assert lines(FIRST, INTERRUPTED)[0].endswith(": INTERRUPTED at: start b, after 3 steps")
    assert lines(INTERRUPTED, steps=True)[1:] == [
        "  redis2: instance, 1 step in 1.5 s, interrupted at: start b",
        "      0.2 s  write a",
    ]


def test_a_failed_run_shows_its_error() -> None:
    assert lines(FAILED, steps=True) == [
        "2026-01-31 12:00:06 UTC  site.yml by alice on control1: FAILED at: start b, after 1 step",
        "  redis3: instance, 1 step in 1.5 s, failed at: start b",
        "      0.2 s  write a",
        "      failed, possibly half done: start b",
        "      redis3:7000: no answer",
    ]


def test_an_unfinished_run_says_what_is_missing() -> None:
    assert lines(call(1, left=2))[0].endswith(": UNFINISHED after 2 steps: 2 steps left")
    assert lines(call(1, part=True))[0].endswith(": UNFINISHED after 2 steps: no end is recorded")


def test_what_was_left_out_of_a_long_list_is_counted() -> None:
    long = call(1, steps=12, done=tuple(Done(name, 1.0) for name in ("a", "b", "y", "z")), planned=12)
    assert lines(long, steps=True)[2:] == [
        "      1.0 s  a",
        "      1.0 s  b",
        "      ... 8 more",
        "      1.0 s  y",
        "      1.0 s  z",
    ]


def test_steps_that_an_interrupted_call_did_not_come_to_are_shown() -> None:
    killed = dataclasses.replace(INTERRUPTED, plan=("write a", "start b", "join c"), planned=3)
    assert lines(killed, steps=True)[-1] == "      not done: join c"


def test_a_run_without_a_controller_names_what_the_host_knows() -> None:
    bare = call(1, user="", controller="", playbook="", account="root", address="192.0.2.9")
    assert lines(bare)[0].endswith("instance by root on 192.0.2.9: done, 2 steps")


def test_the_last_change_is_one_line_with_a_few_hosts() -> None:
    (run,) = runs.merged([call(number, host=f"redis{number}") for number in range(1, 6)])
    assert render.last_change(run) == (
        "last change: 2026-01-31 12:00:01 UTC site.yml by alice on control1 on redis1, redis2, redis3, 2 more: "
        "done, 10 steps"
    )
