# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever was left behind, and wherever a run is cut: it converges, or nothing is touched."""

from __future__ import annotations

import dataclasses

from ansible_collections.almashooq.redis.plugins.module_utils import _nodes, _slots
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.checks import findings
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.desired import Desired
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.model import Observed
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.placement import place
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.plan_formation import plan
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.steps import AddSlots, Meet, Replicate, SetEpoch
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._nodes import ERROR
from hypothesis import assume, given
from hypothesis import strategies as st

from .worlds import change, completed, failed_over, foreign_member, fresh, perform, wish


@st.composite
def wishes(draw: st.DrawFn) -> Desired:
    replicas = draw(st.integers(0, 2))
    count = draw(st.integers(3 * (replicas + 1), 3 * (replicas + 1) + 5))
    hosts = draw(st.lists(st.sampled_from("abcdef"), min_size=count, max_size=count))
    zones = {host: draw(st.sampled_from("xyz")) for host in sorted(set(hosts))}
    return wish(hosts, replicas, **zones)


@st.composite
def half_made(draw: st.DrawFn) -> tuple[Desired, Observed]:
    """Draw a state as any tool may leave it: epochs, slots, acquaintances and replicas at random."""
    desired = draw(wishes())
    observed = fresh(desired)
    names = [node.name for node in desired.nodes]
    for name in draw(st.lists(st.sampled_from(names), unique=True)):
        observed = SetEpoch(name, draw(st.integers(1, 40))).apply(observed)
    owners = draw(st.lists(st.sampled_from(names), unique=True, max_size=desired.primaries))
    keyed = draw(st.sampled_from([*owners, ""])) if owners else ""
    for name in owners:
        first = draw(st.integers(0, _slots.SLOTS - 1))
        wanted = ((first, min(first + draw(st.integers(0, 9000)), _slots.SLOTS - 1)),)
        taken = _slots.merged(node.slots for node in observed.nodes)
        free = _slots.minus(wanted, taken)
        if free:
            observed = AddSlots(name, free).apply(observed)
            observed = change(observed, name, keys=3 if name == keyed else 0)
    for one, other in draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=12)):
        if one != other:
            observed = Meet(one, (other,)).apply(observed)
    for name in draw(st.lists(st.sampled_from(names), unique=True, max_size=4)):
        step = Replicate(name, draw(st.sampled_from(names)))
        if step.node != step.primary and not observed.by_name()[name].is_replica and step.ready(observed):
            followed = any(node.myself.primary_id == observed.by_name()[name].id for node in observed.nodes)
            if not followed:
                observed = step.apply(observed)
    return desired, observed


def converged(observed: Observed, desired: Desired) -> Observed:
    """Run plans to the end on the model."""
    for _round in range(4):
        steps = plan(observed, desired)
        if not steps:
            return observed
        observed = perform(observed, steps)
    raise AssertionError(f"no end: {[step.describe() for step in steps]}")


def holds(before: Observed, after: Observed, desired: Desired) -> None:
    """Assert what every run promises about its end."""
    owners = [slot for node in after.nodes for slot in _slots.members(node.slots)]
    assert sorted(owners) == list(range(_slots.SLOTS))
    # Equal epochs are for the bus to resolve; uneven replicas are what another tool left.
    beyond = {"replica-count", "epochs-distinct"}
    assert not [f.message for f in findings(after, desired) if f.severity == ERROR and f.check not in beyond]
    for old, new in zip(before.nodes, after.nodes):
        assert new.id == old.id
        assert _slots.common(old.slots, new.slots) == old.slots
        assert not old.keys or old.keys == new.keys
        assert dict(new.settings) == dict(desired.settings)


@given(wishes(), st.data())
def test_a_fresh_run_cut_at_any_step_is_planned_again_to_the_same_end(desired: Desired, data: st.DataObject) -> None:
    start = fresh(desired)
    steps = plan(start, desired)
    cut = data.draw(st.integers(0, len(steps)))
    after = converged(perform(start, steps[:cut]), desired)
    holds(start, after, desired)
    assert after.by_name().keys() == start.by_name().keys()
    assert {n.name for n in after.nodes if n.slots} == set(place(desired).primaries)


@given(half_made(), st.data())
def test_any_half_made_state_converges_also_when_cut_again_or_is_left_alone(
    world: tuple[Desired, Observed], data: st.DataObject
) -> None:
    desired, observed = world
    try:
        steps = plan(observed, desired)
    except Refused as refusal:
        assert refusal.hint
        return
    cut = data.draw(st.integers(0, len(steps)))
    holds(observed, converged(perform(observed, steps[:cut]), desired), desired)


@given(wishes(), st.data())
def test_within_a_phase_any_subset_may_have_been_done(desired: Desired, data: st.DataObject) -> None:
    observed = fresh(desired)
    steps = plan(observed, desired)
    phase = data.draw(st.sampled_from(sorted({step.phase for step in steps})))
    before = steps[: [step.phase for step in steps].index(phase)]
    within = [step for step in steps if step.phase == phase]
    some = data.draw(st.lists(st.sampled_from(within), unique=True))
    holds(observed, converged(perform(observed, [*before, *some]), desired), desired)


@given(half_made(), st.data())
def test_a_node_that_may_not_be_touched_stops_everything(world: tuple[Desired, Observed], data: st.DataObject) -> None:
    desired, observed = world
    victim = data.draw(st.sampled_from([node.name for node in observed.nodes]))
    node = observed.by_name()[victim]
    harm = data.draw(st.sampled_from(["unreachable", "foreign", "keys"]))
    if harm == "unreachable":
        observed = change(observed, victim, problem=_nodes.UNREACHABLE, detail="no answer")
    elif harm == "foreign":
        observed = change(observed, victim, view=(*node.view, foreign_member()))
    else:
        assume(not node.slots and not node.is_replica)
        observed = change(observed, victim, keys=1)
    try:
        steps = plan(observed, desired)
    except Refused:
        return
    raise AssertionError(f"planned: {[step.describe() for step in steps]}")


@given(wishes(), st.data())
def test_after_any_failovers_a_complete_cluster_is_left_alone(desired: Desired, data: st.DataObject) -> None:
    observed = completed(desired)
    # Whatever the roles have come to be, no consent is needed: it stands.
    desired = dataclasses.replace(desired, accept=frozenset())
    for _round in range(data.draw(st.integers(0, 4))):
        replicas = [node.name for node in observed.nodes if node.is_replica]
        if replicas:
            observed = failed_over(observed, data.draw(st.sampled_from(replicas)))
    assert plan(observed, desired) == ()
