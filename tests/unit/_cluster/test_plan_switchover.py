# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planned switchovers of a shard: where they are safe, to which replica, and what they make of the cluster."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.checks import findings
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.desired import Desired
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.model import Node, Observed
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.plan_switchover import plan
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused

from .worlds import change, completed, failed_over, wish

SIX = wish(["a", "a", "b", "b", "c", "c"])
SEEDS = Desired(SIX.nodes, replicas=0, accept=SIX.accept)
DONE = completed(SIX)
PRIMARY = next(node for node in DONE.nodes if node.slots)
REPLICA = next(node for node in DONE.nodes if node.myself.primary_id == PRIMARY.id)

NINE = wish(["a", "b", "c"] * 3, replicas=2)
NINE_SEEDS = Desired(NINE.nodes, replicas=0, accept=NINE.accept)
NINE_DONE = completed(NINE)
NINE_PRIMARY = next(node for node in NINE_DONE.nodes if node.slots)
REPLICAS = sorted(node.name for node in NINE_DONE.nodes if node.myself.primary_id == NINE_PRIMARY.id)


@pytest.mark.parametrize(("candidate", "primary"), [(REPLICA.name, ""), ("", PRIMARY.name)], ids=["to", "from"])
def test_the_two_change_places_and_all_agree(candidate: str, primary: str) -> None:
    (step,) = plan(DONE, SEEDS, candidate, primary)
    assert (step.node, step.primary) == (REPLICA.name, PRIMARY.name)
    assert step.ready(DONE)
    after = step.apply(DONE)
    assert not findings(after, SEEDS)
    assert after.by_name()[REPLICA.name].slots == PRIMARY.slots
    assert after.by_name()[PRIMARY.name].myself.primary_id == REPLICA.id
    assert plan(after, SEEDS, candidate, primary) == ()


def test_what_is_done_is_not_done_again() -> None:
    after = failed_over(DONE, REPLICA.name)
    assert plan(after, SEEDS, REPLICA.name, "") == ()
    assert plan(after, SEEDS, "", PRIMARY.name) == ()


def dead(state: Observed, other: Node) -> Observed:
    """Another node does not answer."""
    return change(state, other.name, problem="unreachable", detail="no answer")


def without_link(state: Observed, _other: Node) -> Observed:
    """The candidate has no link."""
    return change(state, REPLICA.name, link_up=False)


def failing(state: Observed, other: Node) -> Observed:
    """The cluster does not work."""
    return change(state, other.name, state_ok=False)


@pytest.mark.parametrize("fault", [dead, without_link, failing], ids=lambda fault: str(fault.__doc__))
def test_nothing_is_switched_in_a_cluster_that_is_not_well(fault: t.Callable[[Observed, Node], Observed]) -> None:
    other = next(node for node in DONE.nodes if node.name not in (PRIMARY.name, REPLICA.name))
    with pytest.raises(Refused, match="is not healthy"):
        plan(fault(DONE, other), SEEDS, REPLICA.name, "")


def test_a_node_that_is_none_is_refused() -> None:
    with pytest.raises(Refused, match="not one of the nodes"):
        plan(DONE, SEEDS, "192.0.2.1:1", "")


def test_a_primary_without_a_replica_is_refused() -> None:
    other = next(node for node in DONE.nodes if node.slots and node.id != PRIMARY.id)
    line = dataclasses.replace(REPLICA.myself, primary_id=other.id)
    moved = Observed(
        tuple(
            dataclasses.replace(
                node,
                view=tuple(line if one.id == line.id else one for one in node.view),
                myself=line if node.id == line.id else node.myself,
            )
            for node in DONE.nodes
        )
    )
    with pytest.raises(Refused, match="no replica of"):
        plan(moved, SEEDS, "", PRIMARY.name)


def test_of_several_replicas_the_most_complete_takes_over_not_the_first_by_name() -> None:
    for complete in REPLICAS:
        (step,) = plan(change(NINE_DONE, complete, offset=101), NINE_SEEDS, "", NINE_PRIMARY.name)
        assert step.node == complete


def test_of_equally_complete_ones_that_in_the_zone_with_the_fewest_primaries_takes_over() -> None:
    others = [node.name for node in NINE_DONE.nodes if node.slots and node.name != NINE_PRIMARY.name]
    first, last = REPLICAS[0], REPLICAS[-1]

    def zoned(crowded: str) -> Desired:
        zones = {**dict.fromkeys(REPLICAS, "empty"), **dict.fromkeys([crowded, *others], "crowded")}
        nodes = tuple(dataclasses.replace(one, zone=zones.get(one.name, "x")) for one in NINE_SEEDS.nodes)
        return dataclasses.replace(NINE_SEEDS, nodes=nodes)

    assert plan(NINE_DONE, zoned(first), "", NINE_PRIMARY.name)[0].node == last
    assert plan(NINE_DONE, zoned(last), "", NINE_PRIMARY.name)[0].node == first


def test_a_node_that_alone_calls_itself_primary_is_not_taken_for_one() -> None:
    alone = dataclasses.replace(REPLICA.myself, flags=frozenset({"master"}), primary_id=None, slots=PRIMARY.slots)
    with pytest.raises(Refused, match="claims to be primary"):
        plan(change(DONE, REPLICA.name, myself=alone), SEEDS, REPLICA.name, "")
