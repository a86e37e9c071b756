# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the run will find once the instances that do not run yet are there: the planner refuses before they are."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import Refused
from .model import Member, Node, Observed


def refuse_unlisted(observed: Observed, wanted: t.Collection[str], group: str) -> None:
    """Raise Refused where the running cluster has members that the inventory lacks: ``wanted`` are places of nodes."""
    others = (one for node in _answering(observed) for one in _others(node, observed))
    # Without an address it is the lost identity of a place where another node answers now; the run forgets it.
    found = {one.id: one for one in others if one.address and one.name not in wanted}
    known = {one.name for node in _answering(observed) for one in node.view}
    if not found or any(node.problem and not known.intersection(node.places) for node in observed.nodes):
        return  # a node that is down may be known by an address that it announces
    names = ", ".join(f"{one.name}{' (failed)' if one.failed else ''}" for one in found.values())
    raise Refused(
        f"the running cluster has {len(found)} member(s) that the inventory lacks: {names}",
        hint=f"Put their host(s) back into group {group}, with these ports in redis_node_instances: site.yml takes no "
        "member out of a cluster, and each of them may hold slots and keys.",
        unlisted=[one.name for one in found.values()],
    )


def refuse_erasing(observed: Observed, blank: t.Collection[str]) -> None:
    """Raise Refused where a primary that was not replaced would start without data: its replicas would follow it.

    ``blank`` are the names of the nodes without a nodes file; those that run have their identity in memory.
    """
    for node in (one for one in observed.nodes if one.problem and one.name in blank):
        lost = _expected(node, observed)
        holders = [one.name for one in _answering(observed) if one.keys and one.myself.primary_id == lost.id]
        if lost.slots and holders:
            raise Refused(
                f"{node.name} has no nodes file and would start empty, and it still owns slots: {', '.join(holders)}, "
                "with the only copy of their keys, would follow it and lose them",
                node=node.name,
                hint="Put its data directory back, from its old disk or a backup, nodes file and data together. "
                f"If there is none, let {holders[0]} take over first (CLUSTER FAILOVER TAKEOVER on it), and run again.",
            )


def ahead(observed: Observed) -> Observed:
    """Return the nodes as they will be: one that did not answer is the member that others know there, or empty.

    An old entry of a configured address, of a node that was rebuilt there, is left to the run itself.
    """
    names = {place for node in observed.nodes for place in (*node.places, node.name)}
    ids = {node.id for node in _answering(observed)}
    silent = {node.name: _expected(node, observed) for node in observed.nodes if node.problem}
    ids |= {node.id for node in silent.values()}

    def kept(node: Node) -> Node:
        view = tuple(one for one in node.view if one.id in ids or one.name not in names)
        return dataclasses.replace(node, view=view)

    return Observed(tuple(kept(silent.get(node.name, node)) for node in observed.nodes))


def _answering(observed: Observed) -> list[Node]:
    return [node for node in observed.nodes if not node.problem]


def _others(node: Node, observed: Observed) -> t.Iterator[Member]:
    ids = {other.id for other in observed.nodes}
    return (one for one in node.view if one.id not in ids and not one.in_handshake)


def _expected(node: Node, observed: Observed) -> Node:
    for peer in _answering(observed):
        for one in sorted(_others(peer, observed), key=lambda member: member.failed):
            if one.name in node.places:
                return Node(name=node.name, id=one.id, view=peer.view, myself=one, endpoints=node.endpoints)
    new = Member(id=f"new {node.name}")
    return Node(name=node.name, id=new.id, view=(new,), myself=new)
