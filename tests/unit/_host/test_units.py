# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units: what systemd says, and what is left to do."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._engine.loop import Report, run
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError, Refused
from ansible_collections.almashooq.redis.plugins.module_utils._host import unit_plan, units
from ansible_collections.almashooq.redis.plugins.module_utils._host.unit_plan import (
    Enable,
    Reload,
    Restart,
    Start,
    Unit,
)

SHOWN = """Id=redis-node@7000.service
LoadState=loaded
ActiveState=active
SubState=running
UnitFileState=enabled
NeedDaemonReload=no
ExecMainStartTimestampMonotonic=2500000

Id=redis-node@7001.service
LoadState=loaded
ActiveState=inactive
SubState=dead
UnitFileState=disabled
NeedDaemonReload=yes
ExecMainStartTimestampMonotonic=0
"""
NAME = "redis-node@7000.service"
GOOD = Unit("a.service", "loaded", "active", "running", "enabled")


def test_the_units_are_read_in_the_order_asked():
    names = ["redis-node@7001.service", "redis-node@7000.service", "absent.service"]
    second, first, absent = unit_plan.parse(names, SHOWN, booted=100.0)
    assert first == Unit("redis-node@7000.service", "loaded", "active", "running", "enabled")
    assert second == Unit("redis-node@7001.service", "loaded", "inactive", "dead", "disabled", stale=True)
    assert absent == Unit("absent.service")
    assert (first.started, second.started, absent.started) == (102.5, None, None)


@pytest.mark.parametrize(
    ("unit", "steps"),
    [
        (GOOD, []),
        (Unit("a.service", "loaded", "activating", "start", "enabled"), []),
        (Unit("a.service", "loaded", "activating", "auto-restart", "enabled"), [Start(("a.service",))]),
        (Unit("a.service", "loaded", "failed", "failed", "enabled"), [Start(("a.service",))]),
        (Unit("a.service", "loaded", "active", "running", "disabled"), [Enable(("a.service",))]),
        (Unit("a.service"), [Enable(("a.service",)), Start(("a.service",))]),
        (Unit("a.service", "loaded", "active", "running", "enabled", stale=True), [Reload()]),
        (Unit("a.service", "loaded", "active", "running", "enabled", outdated=True), [Restart(("a.service",))]),
        (Unit("a.service", "loaded", "failed", "failed", "enabled", outdated=True), [Start(("a.service",))]),
    ],
    ids=[
        "running",
        "loading its data",
        "crashing",
        "failed",
        "disabled",
        "new",
        "with a changed unit",
        "outdated",
        "both",
    ],
)
def test_the_plan_is_what_is_missing(unit, steps):
    assert unit_plan.plan((unit,)) == steps


@pytest.mark.parametrize("unit", [Unit("a.service"), Unit("a.service", "loaded", "failed", "failed", "", stale=True)])
def test_after_its_steps_nothing_is_left(unit):
    state = (GOOD, unit)
    for step in unit_plan.plan(state):
        state = step.apply(state)
    assert unit_plan.plan(state) == []


def test_what_is_to_be_enabled_is_neither_started_nor_restarted():
    outdated = Unit("a.service", "loaded", "active", "running", "disabled", outdated=True)
    assert unit_plan.plan((outdated, Unit("b.service")), "enabled") == [Enable(("a.service", "b.service"))]


def test_a_masked_unit_is_somebodys_decision():
    with pytest.raises(Refused, match="masked"):
        unit_plan.plan((Unit("a.service", load="masked"),))


def test_stopped_for_good_is_stopped_and_disabled_where_it_is_there_at_all() -> None:
    runs = Unit("a.service", load="loaded", active="active", sub="running", file="enabled")
    broken = Unit("b.service", load="loaded", active="failed", sub="failed", file="enabled")
    gone = Unit("c.service")
    (step,) = unit_plan.plan((runs, broken, gone), "stopped")
    assert step.names == ("a.service", "b.service")
    assert unit_plan.plan(step.apply((runs, broken, gone)), "stopped") == []


class Systemd:
    """One unit that has failed too often: systemd does not try again until somebody says so."""

    def __init__(self, journal: str = "") -> None:
        self.active, self.tired, self.journal = "failed", True, journal

    def run(self, command, **_how):
        words = list(command)
        if words[0] == "journalctl":
            return self.journal
        if words[1] == "show":
            return f"Id={NAME}\nLoadState=loaded\nActiveState={self.active}\nSubState=x\nUnitFileState=enabled\n"
        if words[1] == "reset-failed":
            self.tired = False
        if words[1] in ("start", "restart"):
            self.active = "failed" if self.tired or self.journal else "active"
        return ""


def started(systemd, monkeypatch):
    monkeypatch.setattr(units, "run", systemd.run)
    operation = units.UnitsOperation({"units": [NAME], "logs": None, "timeout": 1, "state": unit_plan.STARTED})
    return run(operation, Report())


def test_a_unit_that_failed_too_often_is_started_once_its_fault_is_corrected(monkeypatch):
    systemd = Systemd()
    started(systemd, monkeypatch)
    assert systemd.active == "active"


@pytest.mark.parametrize(
    ("journal", "hint"),
    [
        (f"{NAME}: Failed to set up user namespacing: No such file or directory", "SYS_PTRACE"),
        (f"{NAME}: Failed to set up mount namespacing: Permission denied", "SYS_PTRACE"),
        ("Fatal error, can't open config file", ""),
    ],
)
def test_a_host_that_cannot_isolate_a_service_is_told_what_it_lacks(monkeypatch, journal, hint):
    with pytest.raises(CollectionError) as failure:
        started(Systemd(journal), monkeypatch)
    assert journal in str(failure.value)
    assert (hint in (failure.value.hint or "")) if hint else not failure.value.hint
