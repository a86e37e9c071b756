# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tasks have returned, skipped ones too, is what items are evaluated from."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._acceptance import checks, observed
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance.plan_steps import (
    COUNT,
    HEALED,
    STOP,
    WRITE,
    Journal,
    Outcome,
)

from .test_checks import CONSENT, Value, health, seen

SKIPPED = {"changed": False, "skipped": True, "skip_reason": "Conditional result was False"}
PRIMARY = "192.0.2.11:6379"
REQUESTS = {**CONSENT, "shards": [], "fault": "kill", "returns": True, "load": True}
CACHE = {"host": "alpha", "name": "cache", "path": "/etc/redis-client/cache.json"}


def about() -> Value:
    """Return what is known of the deployment before anything was asked."""
    return {name: seen()[name] for name in ("deployment", "hosts", "limits")}


def told(**results: Value) -> Value:
    """Return what tasks have returned of a healthy deployment."""
    return {"health": seen()["health"], "replication": seen()["replication"], **results}


def evaluated(results: Value, journal: Journal = (), **requests: t.Any) -> Value:
    """Return what was observed."""
    return observed.seen(about(), results, journal, {**REQUESTS, **requests})


def test_before_the_drills_all_shards_are_planned_and_none_is_reported() -> None:
    found = evaluated(told())
    assert [one["primary"] for one in found["shards"]] == [PRIMARY]
    assert found["drill"] == {"refused": "", "results": []}


def test_a_drill_is_reported_as_soon_as_one_step_was_done() -> None:
    journal = (Outcome(PRIMARY, WRITE, 1.0, 3.0), Outcome(PRIMARY, STOP, 4.0, 9.0, "it broke"))
    found = evaluated(told(), journal)
    assert [(one["problem"], one["ended"]) for one in found["drill"]["results"]] == [("it broke", 9.0)]
    assert found["seconds"]["failover"] == 7.0


def test_tasks_that_were_skipped_have_observed_nothing() -> None:
    found = evaluated(told(started=SKIPPED, stopped=SKIPPED, prometheus=SKIPPED, load=SKIPPED))
    assert (found["clients"], found["prometheus"]) == ([], [])
    assert not {"load", "load_problem", "load_skipped"} & set(found)
    status = {one["name"]: one["status"] for one in checks.result(found)["items"]}
    assert [status[name] for name in ("client", "load")] == ["skipped", "skipped"]


def test_an_application_has_to_write_after_the_last_drill() -> None:
    written = {"report": {"started": 1.0, "acknowledged": 9}}
    journal = (Outcome(PRIMARY, HEALED, 1.0, 2.0, "", {"at": 50.0}), Outcome(PRIMARY, COUNT, 2.0, 3.0, "", written))
    report = {"acknowledged": 5, "last_acknowledged": 40.0, "errors": {}}
    stopped = {"results": [{"item": CACHE, "report": report, "done": [{"step": "end", "seconds": 1.5}]}]}
    found = evaluated(told(started={"results": [{"item": CACHE}]}, stopped=stopped), journal)
    assert found["clients"] == [
        {"host": "alpha", "name": "cache", "report": report, "problem": "", "follow_since": 50.0}
    ]
    assert found["seconds"]["client"] == 1.5


def test_what_went_wrong_at_both_ends_of_an_application_is_told() -> None:
    started = {"results": [{"item": {**CACHE, "host": "bravo"}, "msg": "another"}, {"item": CACHE, "msg": "no file"}]}
    found = evaluated(told(started=started, stopped={"results": [{"item": CACHE, "msg": "no writer"}]}))
    assert [one["problem"] for one in found["clients"]] == ["no file; no writer"]


def test_what_does_not_take_writes_carries_no_load() -> None:
    sick: Value = {"health": seen()["health"]}
    health("replica-link", "192.0.2.12:6379 has no link")(sick)
    assert evaluated(told(**sick))["load_skipped"] == "not measured: complete failed"
    assert "load_skipped" not in evaluated(told(**sick), load=False)


def test_a_load_test_that_failed_is_told() -> None:
    assert evaluated(told(load={"failed": True, "msg": "no tool"}))["load_problem"] == "no tool"
    tested = {"load": {"runs": []}, "findings": [], "targets": [], "done": [{"step": "run", "seconds": 60.0}]}
    found = evaluated(told(load=tested))
    assert (found["load"], found["seconds"]["load"]) == ({"runs": []}, 60.0)
