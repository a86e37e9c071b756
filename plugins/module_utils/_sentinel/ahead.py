# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``preflight_sets``: running sets and their Sentinels are asked for what a run would refuse too late."""

from __future__ import annotations

import typing as t

from .._addresses import Addresses, every_name
from .._argspec import access, sentinel_access
from .._client import REDIS_IMPORT_ERROR, Connections, Record
from .._nodes import DesiredNode, make_desired_nodes
from .._replication import ahead
from .._replication.desired import Desired as DesiredReplication
from .._replication.model import Node
from .._replication.model import Observed as ObservedSet
from .._replication.observe import ask_sentinels, observe_nodes
from .desired import Desired, DesiredSet, announced_name
from .model import Observed
from .observe import observe
from .plan import refuse_one_id_twice, refuse_outsiders


def look_ahead(params: t.Mapping[str, t.Any], record: Record) -> dict[str, t.Any]:
    """Return which sets could be asked; raise Refused for what the run would refuse once everything is started."""
    if REDIS_IMPORT_ERROR is not None:
        return {"checked": []}
    resolve = Addresses()
    sentinels = make_desired_nodes(params["sentinels"])
    leaving = frozenset(announced_name(one, resolve) for one in params["leaving"])
    external = leaving.union(other for name in params["external"] for other in every_name(name))
    checked, wanted = [], []
    with Connections(sentinels, sentinel_access(params), record) as connections:
        for one in params["sets"]:
            nodes = make_desired_nodes({**node, "address": resolve(str(node["address"]))} for node in one["nodes"])
            first = announced_name(one["primary"], resolve)
            desired = DesiredReplication(one["name"], nodes, first, sentinels, frozenset(params["discard"]), external)
            opinions = ask_sentinels(sentinels, connections, desired.set, resolve)
            observed = ObservedSet(_ask(nodes, params, record, resolve), opinions)
            ahead.refuse(observed, desired)
            wanted.append(DesiredSet(desired.set, desired.primary, nodes, quorum=1))
            checked += [desired.set] if any(not node.problem for node in observed.nodes) else []
        found = observe(sentinels, connections, resolve)
    running = Observed(tuple(one for one in found if not one.problem))
    refuse_one_id_twice(running)
    known_as = tuple((one.name, announced_name(given, resolve)) for one, given in zip(sentinels, params["sentinels"]))
    refuse_outsiders(running, Desired(sentinels, tuple(wanted), leaving=leaving, external=external, announced=known_as))
    return {"checked": checked}


def _ask(
    nodes: t.Sequence[DesiredNode], params: t.Mapping[str, t.Any], record: Record, resolve: t.Callable[[str], str]
) -> tuple[Node, ...]:
    with Connections(nodes, access(params), record) as connections:
        return observe_nodes(nodes, connections, resolve)
