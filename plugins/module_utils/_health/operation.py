# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One answer to "is it healthy?": ask all servers, evaluate, and fail where the user wants it."""

from __future__ import annotations

import collections
import dataclasses
import time
import typing as t

from .._addresses import Addresses
from .._argspec import access, sentinel_access
from .._client import Connections, Record
from .._errors import Unhealthy
from .._nodes import ERROR, WARNING, DesiredNode, make_desired_nodes
from .._sentinel.desired import announced_name
from .._sentinel.model import Observed as SentinelObserved
from .._sentinel.observe import observe as observe_sentinels
from .._text import node_name
from . import observe, render
from .checks import Verdict, evaluate
from .desired import Desired, make_desired
from .maintenance import make_absences
from .model import Observed
from .topology import cluster_findings, sentinel_findings

CLUSTER = "cluster"
Params = t.Mapping[str, t.Any]


def assert_health(params: Params, record: Record) -> dict[str, t.Any]:
    """Return what was found, as the module ``health`` gives it back.

    Raises Unhealthy, with all of that as data, for findings as bad as ``fail_on``; Refused for
    options that make no sense, before any server is asked.
    """
    started = time.monotonic()
    desired = make_desired(params)
    resolve = Addresses()
    nodes = _wanted(params["nodes"], resolve)
    # What they announce is given by the names of the inventory, which may be host names.
    given = (node_name(str(one["address"]), int(one["port"])) for one in params["nodes"])
    names = dict(zip(given, (node.name for node in nodes)))
    announced = {names.get(name, name): reported for name, reported in desired.announced.items()}
    desired = dataclasses.replace(desired, announced=announced)
    sentinels = _wanted(params["sentinels"] or (), resolve)
    known_as = {one.name: announced_name(each, resolve) for one, each in zip(sentinels, params["sentinels"] or ())}
    absences = make_absences(params["maintenance"], (*nodes, *sentinels), known_as)
    desired = dataclasses.replace(desired, absences=absences)
    asked: collections.Counter[str] = collections.Counter()

    def counted(node: str, command: str) -> None:
        asked[node] += 1
        record(node, command)

    observed = _observe(params, desired, (nodes, sentinels), resolve, counted)
    verdict = evaluate(observed, desired)
    result = render.report(observed, desired, verdict)
    result["timing"] = {
        "seconds": round(time.monotonic() - started, 3),
        "commands": sum(asked.values()),
        "commands_per_node": round(sum(asked.values()) / max(1, len(asked)), 1),
    }
    _fail(result, verdict, params["fail_on"])
    return result


def _observe(
    params: Params,
    desired: Desired,
    wanted: tuple[tuple[DesiredNode, ...], tuple[DesiredNode, ...]],
    resolve: Addresses,
    record: Record,
) -> Observed:
    nodes, sentinels = wanted
    observed = Observed((), hosts=observe.hosts_of(params["hosts"]), set=params["set"] or desired.name)
    with Connections(nodes, access(params), record) as connections:
        servers = observe.observe_servers(nodes, connections, resolve, params["sample"])
        observed = dataclasses.replace(observed, servers=servers, clustered=params["topology"] == CLUSTER)
        if observed.clustered:
            seen, desired_cluster = observe.observe_cluster(nodes, desired.accept, desired.replicas, connections)
            servers = observe.with_slots(servers, seen)
            topology = tuple(cluster_findings(seen, desired_cluster, servers))
            return dataclasses.replace(observed, servers=servers, topology=topology)
    if not sentinels:
        return observed
    with Connections(sentinels, sentinel_access(params), record) as connections:
        return _with_sentinels(params, observed, sentinels, resolve, connections, desired.external)


def _with_sentinels(
    params: Params,
    observed: Observed,
    sentinels: tuple[DesiredNode, ...],
    resolve: Addresses,
    connections: Connections,
    external: frozenset[str],
) -> Observed:
    seen = SentinelObserved(observe_sentinels(sentinels, connections, resolve))
    watchers = observe.observe_watchers(sentinels, connections)
    announced = tuple((one.name, announced_name(given, resolve)) for one, given in zip(sentinels, params["sentinels"]))
    observed = dataclasses.replace(observed, watchers=watchers)
    found = tuple(sentinel_findings(seen, watchers, observed, (sentinels, announced), external))
    return dataclasses.replace(observed, topology=found)


def _wanted(given: t.Iterable[Params], resolve: Addresses) -> tuple[DesiredNode, ...]:
    # Servers name each other by addresses; a name without a record stays as it is, and is unreachable.
    return make_desired_nodes(
        {**one, "address": resolve(str(one["address"])), "host": one.get("host") or one["address"]} for one in given
    )


def _fail(result: dict[str, t.Any], verdict: Verdict, fail_on: str) -> None:
    bad = {ERROR: {ERROR}, WARNING: {ERROR, WARNING}, "never": set()}[fail_on]
    worst = [one for one in verdict.findings if one.severity in bad]
    if worst:
        raise Unhealthy(
            f"{result['summary']} " + " ".join(f"({number}) {one.text()}" for number, one in enumerate(worst, 1)),
            **result,
        )
