# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units: what systemd says, and what is left to do."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._host import units
from ansible_collections.almashooq.redis.plugins.module_utils._host.units import Enable, Reload, Restart, Start, Unit

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
GOOD = Unit("a.service", "loaded", "active", "running", "enabled")


def test_the_units_are_read_in_the_order_asked():
    names = ["redis-node@7001.service", "redis-node@7000.service", "absent.service"]
    second, first, absent = units.parse(names, SHOWN, booted=100.0)
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
    assert units.plan((unit,)) == steps


@pytest.mark.parametrize("unit", [Unit("a.service"), Unit("a.service", "loaded", "failed", "failed", "", stale=True)])
def test_after_its_steps_nothing_is_left(unit):
    state = (GOOD, unit)
    for step in units.plan(state):
        state = step.apply(state)
    assert units.plan(state) == []


def test_what_is_to_be_enabled_is_neither_started_nor_restarted():
    outdated = Unit("a.service", "loaded", "active", "running", "disabled", outdated=True)
    assert units.plan((outdated, Unit("b.service")), "enabled") == [Enable(("a.service", "b.service"))]


def test_a_masked_unit_is_somebodys_decision():
    with pytest.raises(Refused, match="masked"):
        units.plan((Unit("a.service", load="masked"),))


def test_stopped_for_good_is_stopped_and_disabled_where_it_is_there_at_all() -> None:
    runs = Unit("a.service", load="loaded", active="active", sub="running", file="enabled")
    broken = Unit("b.service", load="loaded", active="failed", sub="failed", file="enabled")
    gone = Unit("c.service")
    (step,) = units.plan((runs, broken, gone), "stopped")
    assert step.names == ("a.service", "b.service")
    assert units.plan(step.apply((runs, broken, gone)), "stopped") == []
