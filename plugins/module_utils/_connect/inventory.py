# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the inventory of a run to the connections of an application's host."""

from __future__ import annotations

import typing as t

from .._errors import Refused
from .._preflight.members import deployment_members
from .._preflight.sets import replication_sets, sentinel_members
from .checks import Given, make_connection, refuse_names, refuse_topology
from .model import SENTINEL, Connection, Endpoint

DEFAULT_DEPLOYMENT = "redis"

Hostvars = t.Mapping[str, t.Mapping[str, t.Any]]
Groups = t.Mapping[str, t.Sequence[str]]


def connections(given: t.Sequence[Given], hostvars: Hostvars, groups: Groups, defaults: Given) -> list[Connection]:
    """Return the connections that a host is to have, with the addresses that this run knows.

    ``defaults`` are the variables of role redis_client without their prefix: directory, file_group,
    sentinel_user, sentinel_password and the names of groups. Raises Refused for what cannot be.
    """
    refuse_names(given)
    found = []
    for one in given:
        if one.get("state", "present") != "present":
            found.append(make_connection({**_gone(one), "state": "absent"}, "", (), defaults))
            continue
        refuse_topology(one)
        target, endpoints = (_sentinels if one["topology"] == SENTINEL else _cluster)(one, hostvars, groups, defaults)
        found.append(make_connection(one, target, endpoints, defaults))
    return found


def _gone(one: Given) -> dict[str, t.Any]:
    # Of a connection that goes only the name matters.
    return {"name": one["name"], "topology": SENTINEL, "sentinel_user": ""}


def _sentinels(one: Given, hostvars: Hostvars, groups: Groups, defaults: Given) -> tuple[str, list[Endpoint]]:
    sets = replication_sets(hostvars, groups.get(defaults["replication_group"], ()))
    names = [each["name"] for each in sets]
    if one["set"] not in names:
        raise Refused(
            f"connection {one['name']!r} names the set {one['set']!r}; there are: {', '.join(names) or 'none'}",
            hint="Name one of redis_replication_sets as `set`.",
        )
    members = sentinel_members(hostvars, groups.get(defaults["sentinel_group"], ()))
    if not members:
        raise Refused(
            f"connection {one['name']!r} is by Sentinel, and there is none in group {defaults['sentinel_group']}",
            hint="Put the hosts of the Sentinels into that group.",
        )
    return one["set"], _endpoints(members)


def _cluster(one: Given, hostvars: Hostvars, groups: Groups, defaults: Given) -> tuple[str, list[Endpoint]]:
    deployment = str(one.get("deployment", DEFAULT_DEPLOYMENT))
    members = deployment_members(hostvars, groups.get(defaults["cluster_group"], ()), deployment)
    if not members:
        raise Refused(
            f"connection {one['name']!r} is to the cluster {deployment!r}, and it has no node in group "
            f"{defaults['cluster_group']}",
            hint="Name the redis_node_deployment of a cluster's hosts as `deployment`.",
        )
    return deployment, _endpoints(members)


def _endpoints(members: t.Iterable[t.Mapping[str, t.Any]]) -> list[Endpoint]:
    return [(str(one["address"]), int(one["port"])) for one in members]
