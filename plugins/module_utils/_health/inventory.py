# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instances and Sentinels an inventory describes: from its variables alone, without asking a host.

Health is asked for when hosts are down, too, and what a host would say of itself is then not to be had.
"""

from __future__ import annotations

import typing as t

from .._errors import Refused
from .._nodes import refuse_set_name
from .._preflight.endpoints import announced
from .._preflight.members import DEFAULT_DEPLOYMENT, DEPLOYMENT
from .._preflight.sets import ABSENT, ANNOUNCE, DEFAULT_PORTS, HOSTNAMES, SENTINEL_STATE, SETS, STATE
from .._text import node_name

CLUSTER = "cluster"
REPLICATION = "replication"
SENTINEL = "sentinel"
INSTANCE = "instance"
# Defaults of the roles, which are not visible from other hosts: redis_node, redis_sentinel, redis_cluster.
CLUSTER_PORTS = (7000, 7001, 7002, 7003, 7004, 7005)
SENTINEL_PORT = 26379
REPLICAS = 1
EXTERNAL = "redis_replication_external"
GROUPS = {name: f"redis_{name}" for name in (CLUSTER, REPLICATION, SENTINEL)}

Hostvars = t.Mapping[str, t.Mapping[str, t.Any]]
Value = dict[str, t.Any]
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
    each primary), ``accept`` and ``external``.  A host whose address is made of facts and that is down, so that there
    are none, is asked under its name: it is reported as unreachable, and the others are judged.  ``undefined`` is what
    a value raises that cannot be worked out.
    """
    found: dict[tuple[str, str], Value] = {}
    hosts = list(hosts)

    def known(variables: t.Mapping[str, t.Any], name: str) -> str | None:
        try:
            value = str(variables.get(name) or "")
        except undefined:
            return None
        # Up to ansible-core 2.18 it is as it was written.
        return None if "{{" in value else value

    def address(host: str, variables: t.Mapping[str, t.Any], *names: str) -> str:
        told = [known(variables, name) for name in names]
        return next(filter(None, told), host) if None in told else _address(host, variables, *names)

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


def _deployment(one: Value, variables: t.Mapping[str, t.Any], sentinels: list[Value]) -> Value:
    clustered = one["topology"] == CLUSTER
    return {
        "deployment": one["deployment"],
        "topology": one["topology"],
        "set": "" if clustered else one["deployment"],
        "nodes": [],
        "announced": {},
        "sentinels": [] if clustered else sentinels,
        "replicas": int(variables.get("redis_cluster_replicas", REPLICAS)) if clustered else 0,
        "external": [] if clustered else [str(name) for name in variables.get(EXTERNAL) or ()],
        "accept": list(variables.get("redis_cluster_accept") or ()) if clustered else [],
    }


def _instances(host: str, variables: t.Mapping[str, t.Any], address: Address) -> t.Iterator[Value]:
    replicated = _in(variables, REPLICATION)
    if not (replicated or _in(variables, CLUSTER)) or variables.get(STATE) == ABSENT:
        return
    deployment = str(variables.get(DEPLOYMENT, DEFAULT_DEPLOYMENT))
    defaults = DEFAULT_PORTS if replicated else CLUSTER_PORTS
    for given in variables.get("redis_node_instances") or [{"port": port} for port in defaults]:
        port = int(given["port"])
        yield _server(
            INSTANCE,
            host,
            address(host, variables, "redis_node_address"),
            port,
            zone=str(variables.get("redis_node_zone") or host),
            topology=REPLICATION if replicated else CLUSTER,
            deployment=_set_of(port, variables) or deployment if replicated else deployment,
        )


def _sentinels(host: str, variables: t.Mapping[str, t.Any], address: Address) -> t.Iterator[Value]:
    if not _in(variables, SENTINEL) or variables.get(SENTINEL_STATE) == ABSENT:
        return
    yield _server(
        SENTINEL,
        host,
        address(host, variables, "redis_sentinel_address", "redis_node_address"),
        int(variables.get("redis_sentinel_port", SENTINEL_PORT)),
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


def _set_of(port: int, variables: t.Mapping[str, t.Any]) -> str:
    for one in variables.get(SETS) or ():
        if port in [int(each) for each in one.get("ports") or DEFAULT_PORTS]:
            return refuse_set_name(one.get("name"))
    return ""


def _in(variables: t.Mapping[str, t.Any], what: str) -> bool:
    return variables.get(f"redis_{what}_group", GROUPS[what]) in variables.get("group_names", ())


def _address(host: str, variables: t.Mapping[str, t.Any], *names: str) -> str:
    for name in names:
        if variables.get(name):
            return str(variables[name])
    raise Refused(f"host {host} has no address for its servers", hint=f"Set {' or '.join(names)} for it.", host=host)


def _node(one: Value) -> Value:
    return {key: one[key] for key in ("address", "port", "host", "zone")}


def _announced(one: Value, variables: t.Mapping[str, t.Any]) -> dict[str, str]:
    """Return the address that the inventory has an instance announce, where it is not its own."""
    own = [each for each in variables.get("redis_node_instances") or () if int(each["port"]) == one["port"]]
    layers = [variables.get("redis_node_config") or {}, *(each.get("config") or {} for each in own)]
    settings = {str(name).lower(): value for layer in layers for name, value in layer.items()}
    told = announced(settings, one["port"], one["topology"] == CLUSTER).get("announce_ip")
    by_name = str(variables.get(HOSTNAMES, False)).lower() in ("true", "yes", "on", "1")
    if not told and by_name and one["topology"] == REPLICATION:
        told = one["address"]
    return {one["name"]: told} if told else {}
