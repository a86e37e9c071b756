# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking every node and every Sentinel.  A dead one is a value, not an exception."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._client import Client, Connections, gather
from .._errors import CollectionError, EngineRefused, Unreachable
from .._nodes import DesiredNode, problem_of, refused_writes
from .._replies import fields, number, pairs, parse_info, version
from .._text import node_name
from .model import PRIMARY, REPLICA, Node, Observed, Opinion

# One line of INFO for each database: db0:keys=3,expires=0,...; and for each replica: slave0:ip=...,port=...,...
_DATABASE = re.compile(r"db\d+")
_FOLLOWER = re.compile(r"slave\d+")
Resolve = t.Callable[[str], str]
Value = t.TypeVar("Value")
TIMED_OUT = "timed out"  # a reason of Unreachable, as _client.py gives it


def observe(
    nodes: t.Sequence[DesiredNode],
    connections: Connections,
    sentinels: t.Sequence[DesiredNode] = (),
    sentinel_connections: Connections | None = None,
    set_name: str = "",
    resolve: Resolve = str,
) -> Observed:
    """Ask all nodes and all Sentinels; ``resolve`` turns the host names that they announce into addresses."""
    opinions: tuple[Opinion, ...] = ()
    if sentinel_connections is not None and sentinels:
        opinions = ask_sentinels(sentinels, sentinel_connections, set_name, resolve)
    return Observed(observe_nodes(nodes, connections, resolve), opinions)


def observe_nodes(nodes: t.Sequence[DesiredNode], connections: Connections, resolve: Resolve = str) -> tuple[Node, ...]:
    """Ask every wanted node, side by side."""
    gathered = gather(lambda node: _twice(lambda: _ask(node.name, connections[node.name], resolve)), nodes)
    found = [
        Node(wanted.name, problem_of(found), found.message) if isinstance(found, CollectionError) else found
        for wanted, found in zip(nodes, gathered)
    ]
    return tuple(_asked_last(node, connections[node.name]) if node.is_primary else node for node in found)


def ask_sentinels(
    sentinels: t.Sequence[DesiredNode], connections: Connections, set_name: str, resolve: Resolve = str
) -> tuple[Opinion, ...]:
    """Ask every Sentinel for its opinion of the set, side by side."""
    gathered = gather(
        lambda one: _twice(lambda: _opinion(one.name, connections[one.name], set_name, resolve)), sentinels
    )
    return tuple(
        Opinion(wanted.name, problem_of(found), found.message, found.data.get("reason") == TIMED_OUT)
        if isinstance(found, CollectionError)
        else found
        for wanted, found in zip(sentinels, gathered)
    )


def _twice(ask: t.Callable[[], Value]) -> Value:
    # A Sentinel that gives a server another role cuts the connections of all its clients, ours among them.
    try:
        return ask()
    except Unreachable as error:
        if error.data.get("reason") == TIMED_OUT:
            raise
        return ask()


def _ask(name: str, client: Client, resolve: Resolve) -> Node:
    questions = (("CONFIG", "GET", "min-replicas-to-write"), ("CONFIG", "GET", "replica-priority"))
    reply, setting, priority = client.pipeline([("INFO",), *questions])
    for answer in (reply, setting, priority):
        if isinstance(answer, CollectionError):
            raise answer
    info = parse_info(str(reply))
    follows = info.get("role") == "slave"
    followers = (fields(line) for key, line in info.items() if _FOLLOWER.fullmatch(key))
    return Node(
        name=name,
        role=REPLICA if follows else PRIMARY,
        following=_where(info.get("master_host", ""), info.get("master_port"), resolve) if follows else "",
        link_up=not follows or info.get("master_link_status") == "up",
        syncing=info.get("master_sync_in_progress") == "1",
        # What a replica has taken in; it hands on the same stream under the same offsets.
        offset=number(info.get("slave_repl_offset") if follows else info.get("master_repl_offset")),
        replid=info.get("master_replid", ""),
        replid2=info.get("master_replid2", ""),
        second_offset=number(info.get("second_repl_offset")),
        keys=sum(number(fields(line).get("keys")) for key, line in info.items() if _DATABASE.fullmatch(key)),
        libraries=number(info.get("number_of_libraries")),
        run_id=info.get("run_id", ""),
        version=version(info),
        clustered=info.get("cluster_enabled") == "1",
        followers=tuple(_where(one.get("ip", ""), one.get("port"), resolve) for one in followers),
        min_replicas=number(setting[1]) if len(setting) > 1 else 0,
        priority=number(priority[1]) if len(priority) > 1 else 0,
        refused_writes=refused_writes(name, info),
    )


def _asked_last(node: Node, client: Client) -> Node:
    # Under load a replica that was asked a moment later would seem to have more than its primary.
    try:
        info = parse_info(str(_twice(lambda: client.command("INFO", "replication"))))
    except CollectionError as error:
        return Node(node.name, problem_of(error), error.message)
    if info.get("role") != "master" or info.get("master_replid") != node.replid:
        return node  # its role has just changed: the next look sees the whole of it
    return dataclasses.replace(node, offset=number(info.get("master_repl_offset")))


def _opinion(name: str, client: Client, set_name: str, resolve: Resolve) -> Opinion:
    # The three of them go as one: what they say is of one moment, or nearly.
    address, details, replicas = client.pipeline(
        [
            ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", set_name),
            ("SENTINEL", "MASTER", set_name),
            ("SENTINEL", "REPLICAS", set_name),
        ]
    )
    for answer in (address, details, replicas):
        # "No such master" is an answer; a right that we lack is none.
        if isinstance(answer, CollectionError) and not isinstance(answer, EngineRefused):
            raise answer
    if not address or isinstance(details, EngineRefused) or isinstance(replicas, EngineRefused):
        return Opinion(name)
    flags = pairs(details).get("flags", "").split(",")
    listed = (pairs(one) for one in replicas)
    return Opinion(
        sentinel=name,
        primary=_where(address[0], address[1], resolve),
        failing_over="failover_in_progress" in flags,
        replicas=tuple(_where(one.get("ip", ""), one.get("port"), resolve) for one in listed),
    )


def _where(address: str, port: object, resolve: Resolve) -> str:
    return node_name(resolve(str(address)), number(str(port)))
