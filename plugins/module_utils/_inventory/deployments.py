# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instances and Sentinels an inventory describes: from its variables alone, without asking a host.

Health is asked for when hosts are down, too, and what a host would report is then not available.
"""

from __future__ import annotations

import typing as t

from .._errors import Refused
from .._nodes import refuse_set_name
from .._text import node_name
from .defaults import Variables, value
from .endpoints import announced
from .host import (
    ADDRESS,
    SENTINEL_STATE,
    Hostvars,
    Value,
    announces_names,
    deployment_of,
    instances_of,
    is_in,
    is_leaving,
    set_of,
)
from .sets import ANNOUNCE

CLUSTER = "cluster"
REPLICATION = "replication"
SENTINEL = "sentinel"
INSTANCE = "instance"
Address = t.Callable[..., str]


def monitored_instances(hostvars: Hostvars, hosts: t.Iterable[str]) -> list[Value]:
    """Return the instances and Sentinels of these hosts that are to run, in the order of the hosts.

    Each has ``name`` (address:port), ``kind`` (instance or sentinel), ``topology``, ``deployment`` (that of a
    cluster, the name of a replication set, empty for a Sentinel), ``host``, ``zone``, ``address`` and ``port``.
    Raises Refused for an instance without an address.
    """
    return _everything(hostvars, hosts, _address)


def _everything(hostvars: Hostvars, hosts: t.Iterable[str], address: Address) -> list[Value]:
    return [
        one
        for host in hosts
        for one in (*_instances(host, hostvars[host], address), *_sentinels(host, hostvars[host], address))
    ]


def deployments(
    hostvars: Hostvars, hosts: t.Iterable[str], undefined: tuple[type[Exception], ...] = (LookupError,)
) -> list[Value]:
    """Return the clusters and replication sets of these hosts, as module ``health`` takes them.

    Each has ``deployment``, ``topology``, ``set``, ``nodes``, ``announced``, ``sentinels``, ``replicas`` (wanted of
    each primary), ``accept_placement`` and ``external``.  A host whose address is made of facts and that is down, so
    that there are none, is asked under its name: it is reported as unreachable, and the others are evaluated.
    ``undefined`` is what a value raises that cannot be worked out.
    """
    found: dict[tuple[str, str], Value] = {}
    hosts = list(hosts)

    def known(variables: Variables, name: str) -> str | None:
        try:
            given = str(variables.get(name) or "")
        except undefined:
            return None
        # Up to ansible-core 2.18 it is as it was written.
        return None if "{{" in given else given

    def address(host: str, variables: Variables, *names: str) -> str:
        reported = [known(variables, name) for name in names]
        return next(filter(None, reported), host) if None in reported else _address(host, variables, *names)

    everything = _everything(hostvars, hosts, address)
    sentinels = [
        {**_node(one), "announce_ip": known(hostvars[one["host"]], ANNOUNCE) or one["address"]}
        for one in everything
        if one["kind"] == SENTINEL
    ]
    for one in everything:
        if one["kind"] == INSTANCE:
            key = (one["topology"], one["deployment"])
            deployment = found.setdefault(key, _deployment(one, hostvars[one["host"]], sentinels))
            deployment["nodes"].append(_node(one))
            deployment["announced"].update(_announced(one, hostvars[one["host"]]))
    for one in found.values():
        if one["topology"] == REPLICATION:
            one["replicas"] = min(1, len(one["nodes"]) - 1)
    return list(found.values())


def _deployment(one: Value, variables: Variables, sentinels: list[Value]) -> Value:
    clustered = one["topology"] == CLUSTER
    return {
        "deployment": one["deployment"],
        "topology": one["topology"],
        "set": "" if clustered else one["deployment"],
        "nodes": [],
        "announced": {},
        "sentinels": [] if clustered else sentinels,
        "replicas": int(value(variables, "redis_cluster_replicas")) if clustered else 0,
        "external": [] if clustered else [str(name) for name in value(variables, "redis_replication_external") or ()],
        "accept_placement": list(value(variables, "redis_cluster_accept_placement") or ()) if clustered else [],
    }


def _instances(host: str, variables: Variables, address: Address) -> t.Iterator[Value]:
    replicated = is_in(variables, REPLICATION)
    if not (replicated or is_in(variables, CLUSTER)) or is_leaving(variables):
        return
    deployment = deployment_of(variables)
    for given in instances_of(variables, replicated=replicated):
        port = int(given["port"])
        yield _server(
            INSTANCE,
            host,
            address(host, variables, ADDRESS),
            port,
            zone=str(variables.get("redis_node_zone") or host),
            topology=REPLICATION if replicated else CLUSTER,
            deployment=_name_of_set(port, variables) or deployment if replicated else deployment,
        )


def _sentinels(host: str, variables: Variables, address: Address) -> t.Iterator[Value]:
    if not is_in(variables, SENTINEL) or is_leaving(variables, SENTINEL_STATE):
        return
    yield _server(
        SENTINEL,
        host,
        address(host, variables, "redis_sentinel_address", ADDRESS),
        int(value(variables, "redis_sentinel_port")),
        zone=str(variables.get("redis_sentinel_zone") or variables.get("redis_node_zone") or host),
        topology=SENTINEL,
        deployment="",
    )


def _server(kind: str, host: str, address: str, port: int, *, zone: str, topology: str, deployment: str) -> Value:
    return {
        "name": node_name(address, port),
        "kind": kind,
        "topology": topology,
        "deployment": deployment,
        "host": host,
        "zone": zone,
        "address": address,
        "port": port,
    }


def _name_of_set(port: int, variables: Variables) -> str:
    given = set_of(variables, port)
    return "" if given is None else refuse_set_name(given.get("name"))


def _address(host: str, variables: Variables, *names: str) -> str:
    for name in names:
        if variables.get(name):
            return str(variables[name])
    raise Refused(f"host {host} has no address for its servers", hint=f"Set {' or '.join(names)} for it.", host=host)


def _node(one: Value) -> Value:
    return {key: one[key] for key in ("address", "port", "host", "zone")}


def _announced(one: Value, variables: Variables) -> dict[str, str]:
    """Return the address that the inventory has an instance announce, where it is not its own."""
    own = [each for each in instances_of(variables) if int(each["port"]) == one["port"]]
    layers = [value(variables, "redis_node_config") or {}, *(each.get("config") or {} for each in own)]
    settings = {str(name).lower(): value for layer in layers for name, value in layer.items()}
    reported = announced(settings, one["port"], one["topology"] == CLUSTER).get("announce_ip")
    if not reported and one["topology"] == REPLICATION and announces_names(variables):
        reported = one["address"]
    return {one["name"]: reported} if reported else {}
