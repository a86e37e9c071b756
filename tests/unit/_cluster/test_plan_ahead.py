# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the preflight says of a running cluster before anything is installed."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.model import Node, Observed
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.plan_ahead import (
    ahead,
    refuse_erasing,
    refuse_unlisted,
)
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused

from .worlds import completed, failed_over, lose_identity, wish

SIX = wish(["a", "a", "b", "b", "c", "c"])
WHOLE = completed(SIX)
NAMES = [node.name for node in WHOLE.nodes]


@pytest.mark.parametrize("noticed", ["noaddr", "fail"])
@pytest.mark.parametrize("name", NAMES)
def test_a_member_that_lost_its_identity_is_left_to_the_run(name: str, noticed: str) -> None:
    refuse_unlisted(lose_identity(WHOLE, name, noticed=noticed), NAMES, "redis_cluster")


def test_a_member_that_the_inventory_lacks_is_named() -> None:
    seen = Observed(WHOLE.nodes[:-1])
    with pytest.raises(Refused) as refused:
        refuse_unlisted(seen, NAMES[:-1], "redis_cluster")
    assert refused.value.data["unlisted"] == [NAMES[-1]]


def stopped(*names: str) -> Observed:
    """Return the cluster while some of its nodes do not run; the others have not noticed, or cannot replace them."""
    nodes = WHOLE.by_name()
    keys = {node.name: dataclasses.replace(node, keys=5) for node in WHOLE.nodes}
    return WHOLE.replacing({**keys, **{name: Node(name, problem="not started") for name in names if name in nodes}})


PRIMARY = next(node for node in WHOLE.nodes if node.slots)
REPLICA = next(node for node in WHOLE.nodes if node.myself.primary_id == PRIMARY.id)


def test_a_primary_that_would_start_empty_and_erase_its_replica_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        refuse_erasing(stopped(PRIMARY.name), {PRIMARY.name})
    assert f"{PRIMARY.name} has no nodes file" in refused.value.message
    assert REPLICA.name in refused.value.message
    assert f"let {REPLICA.name} take over first" in str(refused.value.hint)


def test_what_erases_nothing_may_start_empty() -> None:
    refuse_erasing(stopped(PRIMARY.name), set())
    refuse_erasing(stopped(REPLICA.name), {REPLICA.name})
    refuse_erasing(stopped(PRIMARY.name, REPLICA.name), {PRIMARY.name, REPLICA.name})
    # It runs: what is missing is a file.
    refuse_erasing(WHOLE, {PRIMARY.name})
    # It has been replaced.
    replaced = failed_over(stopped(), REPLICA.name)
    refuse_erasing(replaced.replacing({PRIMARY.name: Node(PRIMARY.name, problem="not started")}), {PRIMARY.name})


def test_a_stopped_node_is_known_by_the_address_that_it_announces() -> None:
    name, told = NAMES[0], "203.0.113.7:7000"

    def renamed(node: Node) -> Node:
        view = tuple(
            dataclasses.replace(one, address="203.0.113.7", port=7000) if one.name == name else one for one in node.view
        )
        return dataclasses.replace(node, view=view)

    seen = Observed(tuple(renamed(node) for node in WHOLE.nodes)).replacing(
        {name: Node(name, problem="not started", endpoints=(name, told))}
    )
    refuse_unlisted(seen, {place for node in seen.nodes for place in node.places}, "redis_cluster")
    assert ahead(seen).by_name()[name].id == WHOLE.by_name()[name].id
