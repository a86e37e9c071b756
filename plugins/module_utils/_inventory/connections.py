# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections of applications: the servers that they lead to, and those that lead to a deployment."""

from __future__ import annotations

import typing as t

from .._errors import Refused
from .defaults import DEFAULTS, Variables, value
from .host import DEPLOYMENT, Groups, Hostvars, Value
from .members import deployment_members
from .sets import replication_sets, sentinel_members

SENTINEL = "sentinel"
CLUSTER = "cluster"
Endpoint = tuple[str, int]


def servers_of(one: Variables, hostvars: Hostvars, groups: Groups, names: Variables) -> tuple[str, list[Endpoint]]:
    """Return what an item of ``redis_client_connections`` leads to: the set or the deployment, and the servers to ask.

    ``names`` are ``sentinel_group``, ``replication_group`` and ``cluster_group``. Raises Refused where there is none.
    """
    return (_sentinels if one["topology"] == SENTINEL else _cluster)(one, hostvars, groups, names)


def leading_to(hostvars: Hostvars, hosts: t.Sequence[str], deployment: Variables) -> list[dict[str, str]]:
    """Return host, name and JSON file of each connection of these hosts to the deployment, from variables alone."""
    return [
        {
            "host": host,
            "name": one["name"],
            "path": f"{value(hostvars[host], 'redis_client_directory')}/{one['name']}.json",
        }
        for host in hosts
        for one in hostvars[host].get("redis_client_connections") or ()
        if one.get("state", "present") == "present"
        and _target_of(one) == (deployment["topology"], deployment["deployment"])
    ]


def _target_of(one: Variables) -> tuple[str, t.Any]:
    if one.get("topology") == SENTINEL:
        return ("replication", one.get("set"))
    return (CLUSTER, one.get("deployment") or DEFAULTS[DEPLOYMENT])


def _sentinels(one: Variables, hostvars: Hostvars, groups: Groups, names: Variables) -> tuple[str, list[Endpoint]]:
    sets = [each["name"] for each in replication_sets(hostvars, groups.get(names["replication_group"], ()))]
    if one["set"] not in sets:
        raise Refused(
            f"connection {one['name']!r} names the set {one['set']!r}; there are: {', '.join(sets) or 'none'}",
            hint="Name one of redis_replication_sets as `set`.",
        )
    members = sentinel_members(hostvars, groups.get(names["sentinel_group"], ()))
    if not members:
        raise Refused(
            f"connection {one['name']!r} uses Sentinel, and there is none in group {names['sentinel_group']}",
            hint="Put the hosts of the Sentinels into that group.",
        )
    return one["set"], _endpoints(members)


def _cluster(one: Variables, hostvars: Hostvars, groups: Groups, names: Variables) -> tuple[str, list[Endpoint]]:
    deployment = str(one.get("deployment", DEFAULTS[DEPLOYMENT]))
    members = deployment_members(hostvars, groups.get(names["cluster_group"], ()), deployment)
    if not members:
        raise Refused(
            f"connection {one['name']!r} is to the cluster {deployment!r}, and it has no node in group "
            f"{names['cluster_group']}",
            hint="Name the redis_node_deployment of a cluster's hosts as `deployment`.",
        )
    return deployment, _endpoints(members)


def _endpoints(members: t.Iterable[Value]) -> list[Endpoint]:
    return [(str(one["address"]), int(one["port"])) for one in members]
