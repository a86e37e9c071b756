# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The topology of a cluster from any node that answers: a read, which wants nothing."""

from __future__ import annotations

import collections
import typing as t

from .._client import Access, Connections, Record
from .._errors import Unreachable
from .._nodes import DesiredNode
from . import render
from .desired import Desired
from .model import Member, Observed
from .observe import observe


def read_cluster(seeds: Desired, access: Access, record: Record) -> dict[str, t.Any]:
    """Ask the seeds who is in the cluster, ask all nodes, and return topology, nodes and findings.

    Raises Unreachable when no seed answers.
    """
    first = observe(seeds, Connections(seeds.nodes, access, record))
    answering = [node for node in first.nodes if not node.problem]
    if not answering:
        said = "; ".join(f"{node.name} {node.problem}: {node.detail}" for node in first.nodes)
        raise Unreachable(f"no node reports a cluster: {said}", hint="Give the address of a node that is up.")
    everybody = Desired(nodes=_members(seeds, first))
    observed = first
    if everybody.nodes != seeds.nodes:
        observed = observe(everybody, Connections(everybody.nodes, access, record))
    desired = Desired(everybody.nodes, replicas=_least_replicas(observed), accept=seeds.accept)
    return {
        **render.report(observed, desired),
        "nodes": [{"address": n.address, "port": n.port, "host": n.host, "zone": n.zone} for n in desired.nodes],
        "replicas": desired.replicas,
    }


def _members(seeds: Desired, first: Observed) -> tuple[DesiredNode, ...]:
    """Return the seeds, and the nodes that they know at the announced address; a node has one id and one name."""
    ids = {node.id for node in first.nodes if node.id}
    names = {seed.name for seed in seeds.nodes}
    others: dict[str, Member] = {}
    for node in first.nodes:
        for member in node.view:
            if member.id not in ids and not member.in_handshake and "noaddr" not in member.flags:
                others[member.id] = member
    found = [DesiredNode(m.address, m.port, m.address, m.address) for m in others.values()]
    return (*seeds.nodes, *sorted((w for w in found if w.name not in names), key=lambda wanted: wanted.name))


def _least_replicas(observed: Observed) -> int:
    followers = collections.Counter(node.myself.primary_id for node in observed.nodes if node.is_replica)
    return min((followers[node.id] for node in observed.nodes if node.slots), default=0)
