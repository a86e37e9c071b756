# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes that lost their identity, nodes of elsewhere, and addresses that are not the configured ones."""

from __future__ import annotations

import dataclasses
import functools

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils import _slots
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.checks import findings
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.desired import Desired
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.model import Member, Observed
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.plan_formation import plan
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.sides import sides
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.steps import Forget, Promote, Replicate
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._nodes import ERROR
from hypothesis import given, settings
from hypothesis import strategies as st

from .worlds import change, completed, failed_over, foreign_member, fresh, lose_identity, owning, perform, wish

SIX = wish(["a", "a", "b", "b", "c", "c"])
WHOLE = completed(SIX)
PRIMARIES = [node.name for node in WHOLE.nodes if node.slots]
REPLICAS = [node.name for node in WHOLE.nodes if node.is_replica]
NOTICED = ("noaddr", "fail")


def replica_of(name: str, observed: Observed = WHOLE) -> str:
    return next(node.name for node in observed.nodes if node.myself.primary_id == observed.by_name()[name].id)


def errors(observed: Observed) -> list[str]:
    return [finding.message for finding in findings(observed, SIX) if finding.severity == ERROR]


@pytest.mark.parametrize("noticed", NOTICED)
@pytest.mark.parametrize("name", [*PRIMARIES, *REPLICAS])
def test_a_node_that_lost_its_identity_is_met_attached_and_its_old_id_forgotten(name: str, noticed: str) -> None:
    world = lose_identity(WHOLE, name, noticed=noticed)
    steps = plan(world, SIX)
    phases = list(dict.fromkeys(step.phase for step in steps))
    promoted = ["promote"] if name in PRIMARIES and noticed == "noaddr" else []
    assert phases == [*promoted, "meet", "replicate", "forget"]
    assert [step.node for step in steps if isinstance(step, Replicate)] == [name]
    old = WHOLE.by_name()[name].id
    assert {(step.node, step.ids) for step in steps if isinstance(step, Forget)} == {
        (node.name, (old,)) for node in world.nodes if node.name != name
    }
    done = perform(world, steps)
    assert errors(done) == []
    assert plan(done, SIX) == ()


def test_it_goes_to_the_shard_that_lacks_a_replica() -> None:
    world = lose_identity(failed_over(WHOLE, REPLICAS[1]), REPLICAS[0])
    shard = world.by_id()[WHOLE.by_name()[REPLICAS[0]].myself.primary_id or ""]
    assert [(s.node, s.primary) for s in plan(world, SIX) if isinstance(s, Replicate)] == [(REPLICAS[0], shard.name)]


def test_of_several_replicas_the_one_with_the_most_data_takes_over() -> None:
    nine = wish(["a", "b", "c"] * 3, replicas=2)
    world = completed(nine)
    primary = next(node for node in world.nodes if node.slots)
    one, other = (node.name for node in world.nodes if node.myself.primary_id == primary.id)
    world = change(change(lose_identity(world, primary.name), one, offset=100), other, offset=101)
    steps = plan(world, nine)
    assert steps[0] == Promote(other, primary.id, primary.slots)
    assert plan(perform(world, steps), nine) == ()


def test_a_spare_replica_is_taken_back_although_nothing_lacks_one() -> None:
    seven = wish(["a", "a", "b", "b", "c", "c", "d"])
    world = completed(seven)
    for node in [node for node in world.nodes if node.is_replica]:
        steps = plan(lose_identity(world, node.name), seven)
        assert [step.node for step in steps if isinstance(step, Replicate)] == [node.name]


def test_slots_whose_only_owner_is_lost_are_never_made_anew() -> None:
    lost = PRIMARIES[0]
    world = lose_identity(WHOLE, lost, replica_of(lost))
    with pytest.raises(Refused, match="had no replica") as refusal:
        plan(world, SIX)
    assert _slots.text(WHOLE.by_name()[lost].slots) in refusal.value.message
    assert "put its data directory back" in (refusal.value.hint or "")


def test_an_id_that_members_still_reach_is_not_forgotten() -> None:
    world = lose_identity(WHOLE, REPLICAS[0])
    alive = WHOLE.by_name()[REPLICAS[0]].myself
    node = world.by_name()[PRIMARIES[0]]
    world = change(world, node.name, view=tuple(alive if line.id == alive.id else line for line in node.view))
    with pytest.raises(Refused, match="still reach"):
        plan(world, SIX)


def test_old_data_without_a_nodes_file_names_that_node_and_not_the_cluster() -> None:
    name, slots = REPLICAS[0], WHOLE.by_name()[PRIMARIES[0]].slots
    world = owning(lose_identity(WHOLE, name), name, slots, keys=7)
    with pytest.raises(Refused, match="started with old data") as refusal:
        plan(world, SIX)
    assert refusal.value.node == name
    assert refusal.value.data["classes"] == {
        **dict.fromkeys((node.name for node in WHOLE.nodes), "member"),
        name: "member",
    }
    assert "move its data directory aside (keep it" in str(refusal.value)


def test_what_may_be_the_only_copy_is_left_alone() -> None:
    lost = PRIMARIES[0]
    world = lose_identity(WHOLE, lost, replica_of(lost))
    world = owning(world, lost, WHOLE.by_name()[lost].slots, keys=7)
    with pytest.raises(Refused, match="only copy") as refusal:
        plan(world, SIX)
    assert refusal.value.node == lost


def test_a_node_of_another_cluster_is_the_odd_one_and_the_cluster_is_not() -> None:
    name = REPLICAS[0]
    world = lose_identity(WHOLE, name)
    world = change(world, name, view=(world.by_name()[name].myself, foreign_member()))
    with pytest.raises(Refused) as refusal:
        plan(world, SIX)
    assert refusal.value.node == name
    assert refusal.value.message == f"{name} is a member of another cluster, which has 203.0.113.9:7000 (id ffffffff)"
    classes = refusal.value.data["classes"]
    assert isinstance(classes, dict)
    assert [one for one, what in classes.items() if what == "member of another cluster"] == [name]


def moved(observed: Observed, name: str, address: str, *, told_by: str = "") -> Observed:
    """Return the state in which members (or one) know a node at another address."""
    line = dataclasses.replace(observed.by_name()[name].myself, address=address)
    for node in observed.nodes:
        if told_by in ("", node.name):
            view = tuple(line if each.id == line.id else each for each in node.view)
            observed = change(observed, node.name, view=view, **({"myself": line} if node.name == name else {}))
    return observed


def test_an_address_that_is_not_the_configured_one_is_refused_and_found() -> None:
    world = moved(WHOLE, REPLICAS[0], "203.0.113.77", told_by=PRIMARIES[0])
    with pytest.raises(Refused, match=f"{PRIMARIES[0]} knows {REPLICAS[0]} at 203.0.113.77") as refusal:
        plan(world, SIX)
    assert "copy of this node's data directory" in str(refusal.value)
    assert [f.check for f in findings(world, SIX) if f.check == "address"] == ["address"]


def test_a_node_that_announces_another_address_is_told_so() -> None:
    world = moved(WHOLE, REPLICAS[0], "203.0.113.77")
    with pytest.raises(Refused, match=f"{REPLICAS[0]} announces the address 203.0.113.77"):
        plan(world, SIX)
    port = REPLICAS[0].rpartition(":")[2]
    asked = change(world, REPLICAS[0], endpoints=(REPLICAS[0], f"203.0.113.77:{port}"))
    assert plan(asked, SIX) == ()


SIDES = {
    "fresh nodes are no deployment": (fresh(SIX), 0),
    "the side that has the slots": (lose_identity(WHOLE, *REPLICAS), 3),
    "the largest circle where no side has the slots": (lose_identity(WHOLE, PRIMARIES[0], replica_of(PRIMARIES[0])), 4),
}


@pytest.mark.parametrize(("observed", "size"), SIDES.values(), ids=SIDES.keys())
def test_which_side_is_the_deployment(observed: Observed, size: int) -> None:
    assert len(sides(observed).deployment) == size


@functools.cache
def world_of(replicas: int) -> tuple[Desired, Observed]:
    desired = wish([*"aabbccd"[: 3 + replicas]] * (replicas + 1), replicas)
    return desired, completed(desired)


@settings(max_examples=40)
@given(st.data())
def test_any_losses_after_any_failovers_are_mended_wherever_the_run_is_cut(data: st.DataObject) -> None:
    desired, world = world_of(data.draw(st.integers(0, 2)))
    for _round in range(data.draw(st.integers(0, 2))):
        followers = [node.name for node in world.nodes if node.is_replica]
        if followers:
            world = failed_over(world, data.draw(st.sampled_from(followers)))
    names, most = [node.name for node in world.nodes], len(world.nodes) - 1
    victims = data.draw(st.lists(st.sampled_from(names), unique=True, min_size=1, max_size=most))
    noticed = data.draw(st.sampled_from(NOTICED))
    before, world = world, lose_identity(world, *victims, noticed=noticed)
    gone = [node for node in before.nodes if node.slots and node.name in victims]
    bereft = [n for n in gone if all(f.name in victims for f in before.nodes if f.myself.primary_id == n.id)]
    try:
        steps = plan(world, desired)
    except Refused as refusal:
        assert refusal.hint
        assert bereft
        return
    assert not bereft
    cut = data.draw(st.integers(0, len(steps)))
    world = perform(world, steps[:cut])
    rest = plan(world, desired)
    world = perform(world, rest)
    assert plan(world, desired) == ()
    assert _slots.merged(node.slots for node in world.nodes) == _slots.ALL
    assert sum(_slots.count(node.slots) for node in world.nodes) == _slots.SLOTS
    ids = {node.id for node in world.nodes}
    assert all(node.known <= ids for node in world.nodes)
    survivors = {node.id: node.name for node in before.nodes if node.name not in victims}
    assert {node.id: node.name for node in world.nodes if node.id in survivors} == survivors


def test_a_member_line_without_an_address_is_named() -> None:
    assert Member("f" * 40).where == "a node without an address"
