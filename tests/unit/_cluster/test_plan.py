# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The planner, case by case."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils import _nodes, _slots
from ansible_collections.almashooq.redis.plugins.module_utils._cluster import model
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.checks import findings
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.model import Member, Observed
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.plan_formation import hastened_timeout, plan
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused

from .worlds import change, completed, empty, failed_over, fresh, owning, perform, wish

SIX = wish(["a", "a", "b", "b", "c", "c"])
A0, A1, B0, B1, C0, C1 = (node.name for node in SIX.nodes)


def test_a_fresh_deployment_is_hastened_numbered_filled_met_attached_and_restored() -> None:
    steps = plan(fresh(SIX), SIX)
    phases = list(dict.fromkeys(step.phase for step in steps))
    assert phases == ["hasten", "epochs", "slots", "meet", "replicate", "restore"]
    done = perform(fresh(SIX), steps)
    assert not findings(done, SIX)
    assert not plan(done, SIX)


def test_future_replicas_get_the_low_epochs_and_primaries_the_high_ones() -> None:
    done = completed(SIX)
    primaries = {node.current_epoch for node in done.nodes if node.slots}
    replicas = {node.current_epoch for node in done.nodes if node.is_replica}
    assert max(replicas) < min(primaries)


def test_a_failed_over_cluster_needs_nothing() -> None:
    done = completed(SIX)
    for node in done.nodes:
        if node.is_replica:
            done = failed_over(done, node.name)
    assert plan(done, SIX) == ()
    assert [finding.severity for finding in findings(done, SIX)] == []


def test_two_primaries_on_one_host_after_a_failover_are_a_warning_and_no_refusal() -> None:
    strict = wish(["a", "a", "b", "b", "c", "c"], accept=())
    done = completed(strict)
    replica = next(node for node in done.nodes if node.is_replica)
    done = failed_over(done, replica.name)
    assert plan(done, strict) == ()
    assert [(f.check, f.severity) for f in findings(done, strict)] == [("primary-majority-on-host", "warning")]


def test_settings_left_low_by_a_killed_run_are_restored_on_a_complete_cluster() -> None:
    done = change(completed(SIX), B1, settings=(("cluster-node-timeout", "1000"), ("repl-diskless-sync-delay", "5")))
    steps = plan(done, SIX)
    assert [step.describe() for step in steps] == [f"{B1}: set cluster-node-timeout 5000 as configured"]


def test_a_live_cluster_is_finished_without_lowering_its_timeouts() -> None:
    observed = fresh(SIX)
    for name, slots in zip((A0, B0, C0), _slots.split(3)):
        observed = owning(observed, name, slots, keys=3 if name == B0 else 0)
    assert "hasten" not in {step.phase for step in plan(observed, SIX)}


def test_half_of_the_slots_assigned_by_another_tool_are_kept() -> None:
    observed = owning(fresh(SIX), A1, ((100, 300), (9000, 9010)))
    done = perform(observed, plan(observed, SIX))
    owner = done.by_name()[A1]
    assert _slots.common(owner.slots, ((100, 300), (9000, 9010))) == ((100, 300), (9000, 9010))
    assert not findings(done, SIX)


def test_the_hastened_timeout_grows_with_the_number_of_nodes() -> None:
    assert (hastened_timeout(6), hastened_timeout(60), hastened_timeout(120)) == (1000, 1200, 2400)


def foreign(observed: Observed, name: str) -> Observed:
    node = observed.by_name()[name]
    stranger = Member("f" * 40, "203.0.113.9", 7000, 17000, frozenset({"master"}), slots=((0, 100),))
    return change(observed, name, view=(*node.view, stranger))


def with_open_slot(observed: Observed) -> Observed:
    line = dataclasses.replace(
        observed.by_name()[A0].myself, open_slots=(model.OpenSlot(7, model.MIGRATING, "e" * 40),)
    )
    return change(observed, A0, myself=line, view=(line,))


REFUSALS = {
    "a node down": (change(fresh(SIX), B0, problem=_nodes.UNREACHABLE, detail="no answer: refused"), [B0, "refused"]),
    "a wrong password": (
        change(fresh(SIX), C1, problem=_nodes.WRONG_PASSWORD, detail="login failed"),
        [C1, "password"],
    ),
    "a node without cluster mode": (change(fresh(SIX), C1, problem=model.NOT_CLUSTERED), [C1, "cluster-enabled yes"]),
    "an unreadable node": (change(fresh(SIX), C1, problem=_nodes.UNREADABLE, detail="junk"), [C1, "junk"]),
    "a node with keys": (change(fresh(SIX), A1, keys=7), [A1, "7 key(s)", "keep it"]),
    "a node of another cluster": (foreign(fresh(SIX), B1), [B1, "another cluster", "203.0.113.9:7000"]),
    "two clusters by their slots": (
        owning(owning(fresh(SIX), A0, ((0, 5),)), B0, ((5, 9),)),
        ["slot 5", A0, B0],
    ),
    "two clusters by their keys": (
        owning(owning(fresh(SIX), A0, ((0, 5),), keys=1), B0, ((6, 9),), keys=1),
        [A0, B0, "do not know each other"],
    ),
    "an open slot": (with_open_slot(fresh(SIX)), [A0, "open slots"]),
    "one server under two names": (change(fresh(SIX), A1, id=empty(A0).id), [A0, A1, "one server"]),
    "a further member": (foreign(completed(SIX), A0), ["the cluster also has 203.0.113.9:7000", f"as {A0} reports"]),
    "a further member that all know": (
        Observed(tuple(foreign(completed(SIX), node.name).by_name()[node.name] for node in completed(SIX).nodes)),
        ["also has 203.0.113.9:7000"],
    ),
}


@pytest.mark.parametrize(("observed", "words"), REFUSALS.values(), ids=REFUSALS.keys())
def test_is_refused_with_the_node_and_the_way_out(observed: Observed, words: list[str]) -> None:
    with pytest.raises(Refused) as refusal:
        plan(observed, SIX)
    for word in words:
        assert word in str(refusal.value)
    assert refusal.value.hint


def test_a_complete_cluster_is_not_grown() -> None:
    eight = wish(["a", "a", "b", "b", "c", "c", "d", "d"])
    small = wish(["a", "a", "b", "b", "c", "c"])
    assert [node.name for node in small.nodes] == [node.name for node in eight.nodes[:6]]
    observed = Observed((*completed(small).nodes, *fresh(eight).nodes[6:]))
    with pytest.raises(Refused, match="not in it") as refusal:
        plan(observed, eight)
    assert refusal.value.data["missing"] == [node.name for node in eight.nodes[6:]]


def test_another_number_of_primaries_than_the_cluster_has_is_refused() -> None:
    unreplicated = wish(["a", "a", "b", "b", "c", "c"], replicas=0)
    with pytest.raises(Refused, match="3 own slots"):
        plan(completed(SIX), unreplicated)
