# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking every instance and every Sentinel once, or twice with a pause.  A dead one is a value, not an exception."""

from __future__ import annotations

import dataclasses
import re
import time
import typing as t

from .. import _slots
from .._client import Client, Connections, gather
from .._cluster import observe as cluster
from .._cluster.desired import Desired as DesiredCluster
from .._cluster.model import Observed as ClusterObserved
from .._errors import CollectionError, EngineRefused
from .._nodes import UNREADABLE, DesiredNode, problem_of
from .._replies import number, pairs, parse_info
from .._text import node_name
from .model import Host, Server, Watcher, follower

SETTINGS = (
    "save",
    "min-replicas-to-write",
    "client-output-buffer-limit",
    "bind",
    "cluster-announce-ip",
    "replica-announce-ip",
)
QUESTIONS: tuple[tuple[str, ...], ...] = (("INFO",), *(("CONFIG", "GET", name) for name in SETTINGS))
_FOLLOWER = re.compile(r"slave\d+")
Resolve = t.Callable[[str], str]


def observe_servers(
    nodes: t.Sequence[DesiredNode],
    connections: Connections,
    resolve: Resolve,
    sample: float,
    sleep: t.Callable[[float], None] = time.sleep,
    clock: t.Callable[[], float] = time.monotonic,
) -> tuple[Server, ...]:
    """Ask all nodes, side by side; again after ``sample`` seconds unless that is 0."""
    started = clock()
    asked = gather(lambda node: _ask(node, connections[node.name], resolve), nodes)
    found = [_value(node, one) for node, one in zip(nodes, asked)]
    if not sample:
        return tuple(found)
    sleep(max(0.0, sample - (clock() - started)))
    again = gather(lambda one: _again(one, connections), found)
    seconds = max(clock() - started, sample)
    return tuple(
        dataclasses.replace(one, later=later, seconds=round(seconds, 3))
        if isinstance(later, dict)
        else _gone(one, later)
        for one, later in zip(found, again)
    )


def observe_watchers(sentinels: t.Sequence[DesiredNode], connections: Connections) -> tuple[Watcher, ...]:
    """Ask all Sentinels about themselves, side by side."""
    asked = gather(lambda one: parse_info(str(connections[one.name].command("INFO"))), sentinels)
    return tuple(
        Watcher(one.name, problem_of(said), said.message)
        if isinstance(said, CollectionError)
        else Watcher(one.name, info=said)
        for one, said in zip(sentinels, asked)
    )


def observe_cluster(
    nodes: tuple[DesiredNode, ...], accept: frozenset[str], replicas: int, connections: Connections
) -> tuple[ClusterObserved, DesiredCluster]:
    """Ask all nodes for their view of the cluster."""
    desired_cluster = DesiredCluster(nodes, replicas=replicas, accept=accept)
    observed = cluster.observe(desired_cluster, connections)
    return cluster.with_shards(observed, connections), desired_cluster


def with_slots(servers: t.Iterable[Server], observed: ClusterObserved) -> tuple[Server, ...]:
    """Return the servers with the slots that they own, and none of those that are in no cluster."""
    nodes = observed.by_name()
    return tuple(
        dataclasses.replace(
            one, slots=_slots.count(nodes[one.name].slots), slots_text=_slots.text(nodes[one.name].slots)
        )
        if one.answers and not nodes[one.name].problem
        else one
        for one in servers
    )


def hosts_of(given: t.Iterable[t.Mapping[str, t.Any]] | None) -> dict[str, Host]:
    """Return what the hosts reported (results of module health_host_info), by name."""
    found = {}
    for one in given or ():
        name = str(one.get("host") or "")
        instances = {number(str(each.get("port"))): each for each in one.get("instances") or ()}
        drift = one.get("drift")
        found[name] = Host(name, instances, None if drift is None else tuple(str(line) for line in drift))
    return found


def _ask(node: DesiredNode, client: Client, resolve: Resolve) -> Server:
    def name_of(address: str, port: str) -> str:
        return node_name(resolve(address), number(port))

    reply, *settings = client.pipeline(QUESTIONS)
    if isinstance(reply, CollectionError):
        raise reply
    info = parse_info(str(reply))
    if not info:
        raise EngineRefused("INFO has no fields", node=node.name, reply=str(reply)[:200])
    reported: dict[str, str] = {}
    for one in settings:
        # A login without CONFIG still shows most: what depends on a setting is then not evaluated.
        if not isinstance(one, CollectionError):
            reported.update(pairs(one))
    return Server(
        name=node.name,
        host=node.host,
        zone=node.zone,
        info=info,
        settings=reported,
        following=name_of(info.get("master_host", ""), info.get("master_port", ""))
        if info.get("role") == "slave"
        else "",
        followers=tuple(follower(line, name_of) for key, line in info.items() if _FOLLOWER.fullmatch(key)),
    )


def _again(one: Server, connections: Connections) -> dict[str, str]:
    if not one.answers:
        raise EngineRefused("did not answer in the first sample", node=one.name)
    return parse_info(str(connections[one.name].command("INFO")))


def _gone(one: Server, error: CollectionError) -> Server:
    if not one.answers:
        return one
    return dataclasses.replace(one, problem=problem_of(error), detail=error.message)  # between the two samples


def _value(node: DesiredNode, asked: Server | CollectionError) -> Server:
    if isinstance(asked, Server):
        return asked
    problem = UNREADABLE if isinstance(asked, EngineRefused) else problem_of(asked)
    return Server(node.name, node.host, node.zone, problem=problem, detail=asked.message)
