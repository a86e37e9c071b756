# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Actions show_result and show_summary: one result and several, what is printed and what they fail for."""

from __future__ import annotations

import typing as t
from unittest import mock

import pytest
from ansible.utils.display import Display
from ansible_collections.almashooq.redis.plugins.action import show_result, show_summary

LATER = {show_result.LATER: True}
FULL = {"severity": "error", "message": "192.0.2.12:6379 could not write its last snapshot", "hint": "See its log."}
ALONE = {"severity": "warning", "message": "192.0.2.11:6380 is the only node of the set", "hint": "Add replicas."}


def a_set(name: str, port: int, **others: t.Any) -> dict[str, t.Any]:
    """Return the result of module replication for a set."""
    return {
        "summary": f"Set {name}\n\nrole\n",
        "topology": {"set": name},
        "primary": {"address": "192.0.2.11", "port": port},
        **others,
    }


def show(known: dict[str, t.Any], **options: t.Any) -> dict[str, t.Any]:
    """Run the action; `known` are the variables of the task."""
    task, templar = mock.Mock(args=options, async_val=0), mock.Mock()
    templar.template.return_value = "redis"
    action = show_result.ActionModule(task, mock.Mock(), mock.Mock(), mock.Mock(), templar, mock.Mock())
    return action.run(task_vars=known)


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is printed on the terminal."""
    lines: list[str] = []
    monkeypatch.setattr(Display, "display", lambda _self, text, *_args, **_how: lines.append(text))
    return lines


def test_several_results_are_returned_by_name_and_kept_for_the_summary(printed: list[str]) -> None:
    sets = {"main": a_set("main", 6379), "sessions": a_set("sessions", 6380, findings=[ALONE])}
    found = show(LATER, results=sets, user="admin")
    assert printed == []
    assert list(found["reports"]) == ["main", "sessions"]
    assert found["reports"]["sessions"] == {
        "table": "Set sessions\n\nrole",
        "connect": "redis-cli -h 192.0.2.11 -p 6380 --user admin --askpass",
        "notes": ["192.0.2.11:6380 is the only node of the set. Add replicas."],
        "waiting": {"address": "", "restarts": [], "unit_of": []},
    }
    assert show_summary._reports(found) == list(found["reports"].values())


def test_without_a_summary_all_are_printed(printed: list[str]) -> None:
    show({}, results={"main": a_set("main", 6379), "sessions": a_set("sessions", 6380, findings=[ALONE])})
    warning = "WARNING: 192.0.2.11:6380 is the only node of the set. Add replicas."
    assert printed == ["Set main", "", "role", "", "Set sessions", "", "role", "", warning]


def test_what_needs_a_restart_is_left_to_the_summary_or_printed(printed: list[str]) -> None:
    databases = {"port": 6379, "setting": "databases", "running": "16", "wanted": "1"}
    found = show(LATER, address="192.0.2.11", restarts=[databases], unit_of=[6380], warnings=["first"])
    assert (printed, found["notes"]) == ([], ["first"])
    assert found["waiting"] == {"address": "192.0.2.11", "restarts": [databases], "unit_of": [6380]}
    show({}, address="192.0.2.11", restarts=[databases], unit_of=[6380], warnings=["first"])
    assert printed == [
        "WARNING: first",
        "WARNING: 192.0.2.11:6379 needs a restart (playbook rolling_restart): databases is 16, configured as 1",
        "WARNING: 192.0.2.11:6380 needs a restart (playbook rolling_restart): the unit has changed",
    ]


def test_every_set_that_refuses_writes_is_named(printed: list[str]) -> None:
    sets = {name: a_set(name, 6379, refused_writes=[FULL]) for name in ("main", "sessions")}
    found = show(LATER, results={**sets, "well": a_set("well", 6381)}, failure="Replication sets are not healthy")
    full = "192.0.2.12:6379 could not write its last snapshot. See its log."
    assert found["failed"] is True
    assert found["msg"] == f"Replication sets are not healthy: main: {full}; sessions: {full}"
    assert "Set well" in printed


def test_one_result_is_returned_as_it_is(printed: list[str]) -> None:
    found = show(LATER, result=a_set("main", 6379))
    assert (found["table"], found["notes"]) == ("Set main\n\nrole", [])
    assert show_summary._reports(found) == [found]
    failed = show(LATER, result=a_set("main", 6379, refused_writes=[FULL]), failure="Broken")
    assert failed["msg"].startswith("Broken: 192.0.2.12:6379 could not write")
    assert printed != []


def test_a_role_that_was_skipped_shows_nothing() -> None:
    assert show_summary._reports({"skipped": True}) == []
    assert show_summary._reports(None) == []
