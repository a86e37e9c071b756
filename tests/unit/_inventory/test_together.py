# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the restart of a whole deployment learns of the inventory, and of a restart that has not ended."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._together import model as together
from ansible_collections.almashooq.redis.plugins.module_utils._together import record as records
from ansible_collections.almashooq.redis.plugins.plugin_utils._inventory_maintenance import maintenance

from .test_maintenance import hostvars as maintained
from .test_maintenance import run
from .test_parts import HOSTS, ROLLING, THREE, Variables, asked, found


def begun(deployment: str, node: str) -> Variables:
    """Return what a host has reported at the beginning of a run: the record of a restart that has not ended."""
    record = together.Record(deployment, (together.Entry(node, "alpha"),), 1_700_000_000, "alice@control")
    return {"__redis_maintenance_found": {"restarting": [records.text(record)]}}


def whole(reported: Variables | None = None, **others: t.Any) -> Variables:
    """Return what module rolling_together gets of set main; host bravo has reported what is given."""
    members = {host: found(host, p6379=["io-threads is 1, will be 4"], p26379=()) for host in HOSTS}
    members["bravo"]["__redis_rolling_found"]["members"][0].update(disk_free_bytes=5, next_start={"appendonly": "yes"})
    hostvars = {
        host: {**THREE[host], **members[host], **((reported or {}) if host == "bravo" else {})} for host in HOSTS
    }
    given = {"redis_rolling_all_at_once": True, **ROLLING, **others}
    (one,) = asked("rolling_needs", hostvars, **given)["deployments"]
    return t.cast(Variables, one)


def test_a_whole_deployment_is_restarted_from_its_first_host_or_from_the_one_that_has_the_record() -> None:
    one = whole()
    assert (one["home"], one["record"]) == ("alpha", "")
    told = {each["node"]: each for each in one["disks"]}
    assert told["192.0.2.12:6379"] == {
        "node": "192.0.2.12:6379",
        "disk_free_bytes": 5,
        "next_start": {"appendonly": "yes"},
    }
    assert len(told) == 3
    known = begun("main", "192.0.2.11:6379")
    assert whole(known)["home"] == "bravo"
    assert "alice@control" in whole(known)["record"]
    # Of another inventory with a host on the same machine.
    assert whole(begun("main", "192.0.2.99:6379"))["record"] == ""
    assert whole(begun("other", "192.0.2.11:6379"))["record"] == ""


def test_what_was_begun_with_a_whole_deployment_goes_on_so() -> None:
    with pytest.raises(Refused) as refused:
        whole(begun("main", "192.0.2.11:6379"), redis_rolling_all_at_once=False)
    assert "main is being restarted as a whole since 2023-11-14 22:13 UTC by alice@control" in str(refused.value)
    assert "redis_rolling_all_at_once: true" in str(refused.value)


@pytest.mark.parametrize(
    ("variable", "value", "fine"),
    [
        ("redis_rolling_limit", 2, False),
        ("redis_rolling_limit", "0", True),
        ("redis_rolling_canary", "true", False),
        ("redis_rolling_canary", "false", True),
        ("redis_rolling_members", ["192.0.2.11:6379"], False),
        ("redis_rolling_hosts", ["alpha"], False),
        ("redis_rolling_deployments", ["main"], True),
    ],
)
def test_a_whole_deployment_is_not_some_of_its_members(variable: str, value: t.Any, fine: bool) -> None:
    if fine:
        assert whole(**{variable: value})
        return
    with pytest.raises(Refused, match=f"restarts whole deployments, and {variable} some members"):
        whole(**{variable: value})


def test_every_playbook_learns_of_a_restart_that_has_not_ended() -> None:
    variables = maintained({})
    variables["b"]["__redis_maintenance_found"].update(begun("other", "192.0.2.1:6380")["__redis_maintenance_found"])
    said = maintenance(run(variables))["restarting"]
    assert said == "other is being restarted as a whole since 2023-11-14 22:13 UTC by alice@control (record on b)"
