# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking every node: one node's view is one opinion.  A dead node is a value, not an exception."""

from __future__ import annotations

import dataclasses
import typing as t

from .._addresses import every_address, resolved
from .._client import Client, Connections, gather
from .._errors import CollectionError
from .._nodes import UNREADABLE, DesiredNode, problem_of, refused_writes
from .._replies import number, pairs, parse_info, version
from .._text import node_name
from .desired import Desired
from .model import NOT_CLUSTERED, WATCHED_SETTINGS, Node, Observed
from .parse import misplaced, parse_nodes

QUESTIONS: tuple[tuple[str, ...], ...] = (
    ("CLUSTER", "NODES"),
    ("CLUSTER", "INFO"),
    ("INFO", "replication"),
    ("INFO", "server"),
    ("INFO", "persistence"),
    ("DBSIZE",),
    ("CONFIG", "GET", "cluster-announce-*"),
)


def observe(desired: Desired, connections: Connections, settings: t.Sequence[str] = ()) -> Observed:
    """Ask every desired node, side by side; of its settings those that are watched, those desired, and these."""
    names = tuple(dict.fromkeys((*WATCHED_SETTINGS, *(name for name, _value in desired.settings), *settings)))
    answers = gather(lambda node: _ask(node, connections[node.name], names), desired.nodes)
    return Observed(tuple(_value(node, gathered) for node, gathered in zip(desired.nodes, answers)))


def with_shards(observed: Observed, connections: Connections) -> Observed:
    """Ask the nodes that answered for their shards, too: CLUSTER SHARDS is long, and rarely of interest.

    The ids of shards travel apart from the rest. A node that is stopped while it has a replica in another shard than
    its primary does not start again: "corrupted cluster config file" (valkey-io/valkey#2171, redis/redis#13468). Of a
    node that does not know the command, or may not be asked, nothing is known.
    """

    def ask(node: Node) -> Node:
        reply = connections[node.name].pipeline([("CLUSTER", "SHARDS")])[0]
        known = () if isinstance(reply, CollectionError) else misplaced(reply, node.view)
        return dataclasses.replace(node, misplaced=known)

    asked = [node for node in observed.nodes if not node.problem]
    answers = gather(ask, asked)
    return observed.replacing({one.name: one for one in answers if isinstance(one, Node)})


def _value(wanted: DesiredNode, gathered: Node | CollectionError) -> Node:
    if isinstance(gathered, Node):
        return gathered
    return _failed(wanted.name, gathered)


def _failed(name: str, error: CollectionError) -> Node:
    return Node(name=name, problem=problem_of(error), detail=error.message)


def _ask(wanted: DesiredNode, client: Client, names: t.Sequence[str]) -> Node:
    name = wanted.name
    replies = client.pipeline([*QUESTIONS, *(("CONFIG", "GET", setting) for setting in names)])
    for reply in replies:
        if isinstance(reply, CollectionError):
            if "cluster support disabled" in reply.message:
                return Node(name=name, problem=NOT_CLUSTERED)
            return _failed(name, reply)
    nodes, cluster, replication, server, persistence, keys, announced, *settings = replies
    node = _node(name, str(nodes), parse_info(cluster), parse_info(replication), parse_info(server), keys, settings)
    contact = (node.myself.address or resolved(wanted.address), wanted.port, node.myself.bus_port)
    return dataclasses.replace(
        node,
        endpoints=_endpoints(wanted, pairs(announced)),
        contact=contact,
        refused_writes=refused_writes(name, parse_info(persistence)),
    )


def _endpoints(wanted: DesiredNode, announced: t.Mapping[str, str]) -> tuple[str, ...]:
    """Return the names under which the others may know a node: configured, and as its own settings announce it."""
    given = announced.get("cluster-announce-ip", "")
    addresses = dict.fromkeys((*every_address(wanted.address), *([given] if given else [])))
    ports = dict.fromkeys(
        (wanted.port, *(number(announced.get(f"cluster-announce-{name}")) for name in ("port", "tls-port")))
    )
    return tuple(node_name(address, port) for address in addresses for port in ports if port)


def _node(
    name: str,
    nodes: str,
    cluster: dict[str, str],
    replication: dict[str, str],
    server: dict[str, str],
    keys: int,
    settings: list[list[str]],
) -> Node:
    view = parse_nodes(nodes)
    myself = next((member for member in view.members if member.id == view.myself), None)
    if myself is None:
        return Node(name=name, problem=UNREADABLE, detail="CLUSTER NODES names no node as myself")
    return Node(
        name=name,
        id=view.myself,
        view=view.members,
        myself=myself,
        findings=view.findings,
        state_ok=cluster.get("cluster_state") == "ok",
        # The node's own config epoch counts too: SET-CONFIG-EPOCH raises both.
        current_epoch=max(number(cluster.get("cluster_current_epoch")), myself.config_epoch),
        keys=keys,
        link_up=replication.get("role") != "slave" or replication.get("master_link_status") == "up",
        syncing=replication.get("master_sync_in_progress") == "1",
        offset=number(replication.get("slave_repl_offset") or replication.get("master_repl_offset")),
        version=version(server),
        run_id=server.get("run_id", ""),
        settings=tuple(sorted((pair[0], pair[1]) for pair in settings if len(pair) >= 2)),
    )
