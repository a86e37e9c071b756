# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rendered connections lead to a deployment: from the inventory's variables alone."""

from __future__ import annotations

import typing as t

Value = t.Mapping[str, t.Any]
DIRECTORY = "/etc/redis-client"  # default of role redis_client, which is not visible from other hosts
DEPLOYMENT = "redis"


def connections(hostvars: t.Mapping[str, Value], hosts: t.Sequence[str], deployment: Value) -> list[dict[str, str]]:
    """Return host, name and JSON file of each connection of these hosts to the deployment."""
    return [
        {
            "host": host,
            "name": one["name"],
            "path": f"{hostvars[host].get('redis_client_directory') or DIRECTORY}/{one['name']}.json",
        }
        for host in hosts
        for one in hostvars[host].get("redis_client_connections") or ()
        if one.get("state", "present") == "present" and _leads_to(one, deployment)
    ]


def _leads_to(one: Value, deployment: Value) -> bool:
    if one.get("topology") == "sentinel":
        target: t.Any = ("replication", one.get("set"))
    else:
        target = ("cluster", one.get("deployment") or DEPLOYMENT)
    return bool(target == (deployment["topology"], deployment["deployment"]))
