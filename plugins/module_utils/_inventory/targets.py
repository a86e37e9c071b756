# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Prometheus scrapes: instances and Sentinels through the exporter of their host, and the services beside it."""

from __future__ import annotations

import typing as t

from .._text import node_name
from .defaults import Variables, value
from .deployments import INSTANCE, SENTINEL, monitored_instances
from .host import ABSENT, ADDRESS, Hostvars, Value

LABELS = ("deployment", "host", "kind", "topology", "zone")


def scrape_targets(hostvars: Hostvars, hosts: t.Iterable[str]) -> dict[str, list[Value]]:
    """Return the targets of jobs ``redis``, ``redis-exporter`` and ``redis-endpoint``, as file_sd_configs takes them.

    A target of ``redis`` has the label ``__exporter``, where it is asked for. Hosts without the password of an exporter
    or an endpoint have none. Raises Refused for an instance without an address.
    """
    jobs: dict[str, list[Value]] = {"redis": [], "redis-exporter": [], "redis-endpoint": []}
    for host in hosts:
        variables = hostvars[host]
        servers = monitored_instances(hostvars, [host])
        place = {"host": host, "zone": servers[0]["zone"] if servers else host}
        if servers and _has(variables, "redis_exporter", "redis_node_exporter_password", servers):
            exporter = _endpoint(variables, "redis_exporter", servers)
            jobs["redis"] += [_server(one, exporter) for one in servers]
            jobs["redis-exporter"].append({"targets": [exporter], "labels": place})
        instances = [one for one in servers if one["kind"] == INSTANCE]
        if instances and _has(variables, "redis_endpoint", "redis_node_health_password", instances):
            endpoint = _endpoint(variables, "redis_endpoint", instances)
            jobs["redis-endpoint"].append({"targets": [endpoint], "labels": place})
    return jobs


def _server(one: Value, exporter: str) -> Value:
    return {
        "targets": [f"redis://{one['name']}"],
        "labels": {**{name: one[name] for name in LABELS}, "instance": one["name"], "__exporter": exporter},
    }


def _has(variables: Variables, role: str, password: str, servers: t.Sequence[Value]) -> bool:
    if value(variables, f"{role}_state") == ABSENT:
        return False
    given = variables.get(f"{role}_password", variables.get(password))
    if not given and all(one["kind"] == SENTINEL for one in servers):
        given = variables.get("redis_sentinel_exporter_password")
    return bool(given)


def _endpoint(variables: Variables, role: str, servers: t.Sequence[Value]) -> str:
    address = variables.get(f"{role}_address") or variables.get(ADDRESS) or servers[0]["address"]
    return node_name(str(address), int(value(variables, f"{role}_port")))
