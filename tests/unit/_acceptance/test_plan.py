# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stopping an instance and putting it back: cut at any step, the rest finds its way."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance import plan, plan_return
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance.model import (
    FREEZE,
    KILL,
    PREFER,
    PREFERRED,
    REMEMBER,
    Host,
    Instance,
    Request,
)
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance.steps import Note, Step
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from hypothesis import given
from hypothesis import strategies as st

WHOLE = Host((Instance(7000, 10, "100", priority="100"), Instance(7001, 11, "101", priority="50")))
UNIT = "redis-node@7000.service"


def request(fault: str, unit: str = UNIT, port: int = 7000, run: str = "drill") -> Request:
    """Return what a drill asks for."""
    return Request(run, "main", port, fault, unit)


def done(state: Host, steps: t.Iterable[Step]) -> Host:
    """Return the host after these steps."""
    for step in steps:
        state = step.apply(state)
    return state


def put_back(state: Host) -> Host:
    """Restore until nothing is left to do, a step at a time, as the module does."""
    for _round in range(20):
        steps = plan.restore(state)
        if not steps:
            return state
        state = steps[0].apply(state)
    raise AssertionError(f"never ends: {state}")


def same(state: Host) -> Host:
    """Return the host without what a restart changes."""
    instances = tuple(dataclasses.replace(one, pid=bool(one.pid), started="") for one in state.instances)
    return dataclasses.replace(state, instances=instances)


@pytest.mark.parametrize(
    ("fault", "unit", "told"),
    [
        (KILL, UNIT, ["record", "keep", "SIGKILL"]),
        (KILL, "", ["record", "SIGKILL"]),
        (FREEZE, UNIT, ["record", "SIGSTOP"]),
        (PREFER, UNIT, ["record", "instance"]),
    ],
    ids=["a unit is held before it is killed", "a daemon is killed", "freezing holds nothing", "a priority is set"],
)
def test_what_is_done_to_an_instance(fault: str, unit: str, told: list[str]) -> None:
    steps = plan.stop(WHOLE, request(fault, unit))
    assert [step.describe().split()[0] for step in steps] == told
    assert plan.stop(done(WHOLE, steps), request(fault, unit)) == ()


def test_it_is_written_down_before_anything_is_touched() -> None:
    for fault in (KILL, FREEZE, PREFER):
        first = plan.stop(WHOLE, request(fault))[0]
        assert isinstance(first, Note)
        assert dataclasses.replace(first.apply(WHOLE), entries=()) == WHOLE


@given(st.sampled_from([KILL, FREEZE, PREFER]), st.booleans(), st.integers(0, 5), st.integers(0, 6))
def test_cut_anywhere_it_is_put_back(fault: str, systemd: bool, cut: int, again: int) -> None:
    steps = plan.stop(WHOLE, request(fault, UNIT if systemd else ""))
    state = done(WHOLE, steps[:cut])
    # The restoring is cut as well, and begun anew.
    for step in plan.restore(state)[:again]:
        state = step.apply(state)
    assert same(put_back(state)) == same(WHOLE)


@given(st.sampled_from([KILL, FREEZE, PREFER]), st.integers(0, 5), st.booleans())
def test_a_reboot_in_between_does_no_harm(fault: str, cut: int, starts: bool) -> None:
    state = done(WHOLE, plan.stop(WHOLE, request(fault))[:cut])
    # A boot starts everything anew, or nothing; what held a unit is gone; pids are others' now.
    instances = tuple(
        dataclasses.replace(
            one, pid=90 + index if starts else 0, started="9" if starts else "", frozen=False, held=False
        )
        for index, one in enumerate(state.instances)
    )
    rebooted = dataclasses.replace(state, instances=instances)
    if cut > 0 and fault == PREFER and not starts:
        # A setting of an instance that does not run cannot be restored; the note stays until it is started.
        with pytest.raises(Refused, match="does not run"):
            put_back(rebooted)
        return
    after = put_back(rebooted)
    assert after.entries == ()
    assert not any(one.frozen or one.held for one in after.instances)
    noted = cut > 0 and fault != PREFER
    assert bool(after.instance(7000).pid) == (starts or noted)
    assert bool(after.instance(7001).pid) == starts


@given(st.sampled_from([KILL, FREEZE]), st.integers(0, 5))
def test_who_was_primary_is_remembered_until_it_is_so_again(fault: str, cut: int) -> None:
    """Restoring one host is not a switchover: the note is there for the run that makes one."""
    remembered = done(WHOLE, plan.stop(WHOLE, request(REMEMBER)))
    assert dataclasses.replace(remembered, entries=()) == WHOLE
    after = put_back(done(remembered, plan.stop(remembered, request(fault))[:cut]))
    assert [one.fault for one in after.entries] == [REMEMBER]
    assert done(after, plan.forget(after, 7000)).entries == ()
    assert plan.forget(after, 7001) == ()


def test_what_another_drill_remembers_is_not_stopped() -> None:
    remembered = done(WHOLE, plan.stop(WHOLE, request(REMEMBER)))
    with pytest.raises(Refused, match="not restored"):
        plan.stop(remembered, request(KILL, run="another"))


def test_only_what_is_written_down_is_touched() -> None:
    foreign = Host((Instance(7000, 10, "100", frozen=True), Instance(7001, held=True), Instance(7002)))
    assert plan.restore(foreign) == ()


def test_a_process_that_has_the_pid_of_another_is_left_alone() -> None:
    frozen = done(WHOLE, plan.stop(WHOLE, request(FREEZE)))
    reused = frozen.having(7000, started="another", frozen=True)
    assert [step.describe().split()[0] for step in plan.restore(reused)] == ["forget"]


def test_what_another_drill_has_touched_is_refused() -> None:
    touched = done(WHOLE, plan.stop(WHOLE, request(FREEZE)))
    with pytest.raises(Refused, match="not restored"):
        plan.stop(touched, request(KILL, run="another"))


@pytest.mark.parametrize("instance", [Instance(7000), Instance(7000, 10, "100", frozen=True)], ids=["dead", "frozen"])
def test_what_does_not_run_is_not_stopped(instance: Instance) -> None:
    with pytest.raises(Refused, match="does not run"):
        plan.stop(Host((instance,)), request(KILL))


def test_a_priority_is_given_back_as_it_was() -> None:
    preferred = done(WHOLE, plan.stop(WHOLE, request(PREFER, port=7001)))
    assert preferred.instance(7001).priority == PREFERRED
    assert put_back(preferred).instance(7001).priority == "50"


def test_of_what_is_remembered_the_inventory_has_to_know_the_node() -> None:
    main = {
        "deployment": "main",
        "topology": "replication",
        "nodes": [{"host": "a", "address": "fd00::1", "port": 6379}],
    }
    note = {"run": "drill-6379", "deployment": "main", "port": 6379, "fault": REMEMBER}
    others = [{**note, "fault": KILL}, {**note, "port": 6380}, {**note, "deployment": "another"}]
    shard = {"primary": "[fd00::1]:6379", "host": "a", "port": 6379}
    steps = plan_return.steps({"b": [note], "a": [note, *others]}, main, "c")
    assert {(one.run, one.host) for one in steps} == {("drill-6379", "a"), ("drill-6379", "c")}
    assert [one.shard for one in steps] == [shard] * 6
