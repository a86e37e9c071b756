# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``preflight_cluster``: the running members are asked, the planner says what it would refuse."""

from __future__ import annotations

import dataclasses
import typing as t

from .._addresses import every_name
from .._argspec import access
from .._client import REDIS_IMPORT_ERROR, Connections, Record
from .._errors import Refused
from .._nodes import make_desired_nodes
from .._text import node_name
from .desired import Desired, make_desired
from .model import NOT_CLUSTERED, Node, Observed
from .observe import observe
from .plan_ahead import ahead, refuse_erasing, refuse_unlisted
from .plan_formation import plan

NOT_STARTED = "not started"


def look_ahead(params: t.Mapping[str, t.Any], record: Record) -> dict[str, t.Any]:
    """Return what the run would do to the running cluster; raise Refused with what it would refuse."""
    nodes = [_node(one) for one in params["nodes"]]
    running = make_desired_nodes(one for one in nodes if one["listening"])
    if not running or REDIS_IMPORT_ERROR is not None:
        return {"checked": False, "plan": []}
    found = {node.name: node for node in _ask(Desired(nodes=running), params, record).nodes}
    everybody = make_desired_nodes(nodes)
    given = dict(zip((one.name for one in everybody), params["nodes"]))
    observed = Observed(tuple(_seen(found.get(one.name), one.name, given[one.name]) for one in everybody))
    if all(node.problem for node in observed.nodes):
        return {"checked": False, "plan": []}
    refuse_unlisted(observed, {place for node in observed.nodes for place in node.places}, params["group"])
    refuse_erasing(observed, {name for name, one in given.items() if not one.get("identity", True)})
    _refuse_not_clustered(observed)
    desired = make_desired(nodes, params["replicas"], params["accept_placement"])
    steps = plan(ahead(observed), desired)
    return {"checked": True, "plan": [step.describe() for step in steps]}


def _node(member: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return what of a host's member makes a node; the preflight of its host knows more than is needed here."""
    if not isinstance(member.get("address"), str) or not str(member.get("port")).isdigit():
        raise Refused("one of the nodes has no address or no port", hint="Give each of nodes both.")
    return {
        "address": member["address"],
        "port": int(member["port"]),
        "host": member.get("host"),
        "zone": member.get("zone"),
        "listening": bool(member.get("listening")),
    }


def _seen(node: Node | None, name: str, member: t.Mapping[str, t.Any]) -> Node:
    """Return a node as it was observed; one that did not answer with the addresses under which others may know it."""
    node = node or Node(name, problem=NOT_STARTED)
    reported = member.get("announced")
    if not node.problem or not reported:
        return node
    names = (name, node_name(str(reported["address"]), int(reported["port"])))
    return dataclasses.replace(node, endpoints=tuple(place for one in names for place in every_name(one)))


def _ask(running: Desired, params: t.Mapping[str, t.Any], record: Record) -> Observed:
    with Connections(running.nodes, access(params), record) as connections:
        return observe(running, connections)


def _refuse_not_clustered(observed: Observed) -> None:
    for node in observed.nodes:
        if node.problem == NOT_CLUSTERED:
            raise Refused(
                f"{node.name} runs and is not in cluster mode, but its host is in the group of clusters",
                node=node.name,
                hint="An instance keeps its mode: give the cluster other ports in redis_node_instances, or move "
                "the host to the group of replication sets.",
            )
