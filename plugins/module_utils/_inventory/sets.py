# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The replication sets and the Sentinels of an inventory, from what each host reported."""

from __future__ import annotations

import ipaddress
import typing as t

from .._errors import Refused
from .._nodes import refuse_set_name
from .defaults import Variables
from .host import (
    ABSENT,
    DEPLOYMENT,
    HOSTNAMES,
    LIVE,
    MEMBERS,
    SENTINEL,
    SENTINEL_STATE,
    SETS,
    Hostvars,
    Value,
    announces_names,
    deployment_of,
    is_leaving,
    ports_of,
)
from .members import ROLE_FIRST

ANNOUNCE = "redis_sentinel_announce_ip"


def replication_sets(hostvars: Hostvars, hosts: t.Sequence[str]) -> list[Value]:
    """Return the sets that these hosts have instances of, in the order of the hosts.

    Each has ``name``, ``deployment``, ``primary`` (who starts as such), ``nodes``, ``leaving`` (of
    hosts whose state is absent), ``live`` (the primary that this run has found, or None), ``speaker``
    (the host that acts for the set), ``runs`` (whether all its nodes did when the run began) and
    ``sentinel`` (its own options for Sentinel).

    Raises Refused for what no set can be made of.
    """
    found: dict[str, Value] = {}
    for host in hosts:
        for given in hostvars[host].get(SETS) or ():
            known = found.setdefault(refuse_set_name(given.get("name")), {"given": given, "hosts": []})
            if known["given"] != given:
                raise Refused(
                    f"replication set {given['name']!r} is described differently on {known['hosts'][0]} and on {host}",
                    hint=f"Describe each set once, in {SETS} of the group that has all its hosts.",
                )
            known["hosts"].append(host)
    sets = [_set(hostvars, known["given"], known["hosts"]) for known in found.values()]
    _refuse_strays(hostvars, hosts, sets)
    return sets


def sentinel_members(hostvars: Hostvars, hosts: t.Sequence[str], state: str = "present") -> list[Value]:
    """Return the Sentinels of these hosts that are to stay (or to leave: absent), as the modules take them.

    Raises Refused when the host of one took no part in the run: they are validated together.
    """
    named = [host for host in hosts if is_leaving(hostvars[host], SENTINEL_STATE) == (state == ABSENT)]
    unknown = [host for host in named if hostvars[host].get(SENTINEL) is None]
    if unknown:
        raise Refused(
            f"these hosts of Sentinels take no part in this run: {', '.join(unknown)}",
            hint="Run without --limit, and fix hosts that cannot be reached. "
            "A host that is gone for good is taken out of the inventory group.",
        )
    return [
        {**_node(hostvars, member), "announce_ip": hostvars[host].get(ANNOUNCE) or _address(hostvars, member)}
        for host in named
        for member in (hostvars[host][SENTINEL],)
    ]


def watched_sets(sets: t.Iterable[Variables], options: Variables) -> list[Value]:
    """Return the sets as Sentinel is to watch them, without the login: ``options`` for all, a set's own over them."""
    found = []
    for one in sets:
        settings = {**options, **one["sentinel"]}
        quorum = settings.pop("quorum")
        try:
            quorum = int(str(quorum))
        except ValueError:
            raise Refused(
                f"the quorum of set {one['name']!r} is {quorum!r}", hint="It is a number of Sentinels."
            ) from None
        found.append(
            {
                "name": one["name"],
                "primary": {key: (one["live"] or one["primary"])[key] for key in ("address", "port")},
                "nodes": one["nodes"],
                "quorum": quorum,
                "settings": settings,
            }
        )
    return found


def _set(hostvars: Hostvars, given: Variables, hosts: t.Sequence[str]) -> Value:
    name = given["name"]
    ports = [_port(port, name) for port in ports_of(given)]
    deployment = _deployment(hostvars, name, hosts)
    members = [
        one
        for host in hosts
        for one in hostvars[host][MEMBERS]
        if one["deployment"] == deployment and int(one["port"]) in ports
    ]
    staying = [one for one in members if not is_leaving(hostvars[one["host"]])]
    if not staying:
        raise Refused(
            f"replication set {name!r} has no instance: none of its hosts has one on {', '.join(map(str, ports))}",
            hint="Name the port in redis_node_instances, or correct the ports of the set.",
        )
    live = [hostvars[host][LIVE][name] for host in hosts if name in (hostvars[host].get(LIVE) or {})]
    return {
        "name": name,
        "deployment": deployment,
        "primary": _primary(hostvars, given, staying, ports),
        "nodes": [_node(hostvars, one) for one in staying],
        "leaving": [_node(hostvars, one) for one in members if one not in staying],
        "live": live[0] if live else None,
        "speaker": staying[0]["host"],
        "runs": all(one["listening"] for one in staying),
        "sentinel": dict(given.get("sentinel") or {}),
    }


def _deployment(hostvars: Hostvars, name: str, hosts: t.Sequence[str]) -> str:
    absent = [host for host in hosts if hostvars[host].get(MEMBERS) is None]
    if len(absent) == len(hosts):
        raise Refused(
            f"role redis_node has not run on any host of replication set {name!r} before: its instances are unknown",
            hint=ROLE_FIRST,
        )
    if absent:
        raise Refused(
            f"replication set {name!r} has members that take no part in this run: {', '.join(absent)}",
            hint="Run without --limit (or with all of its hosts), and fix hosts that cannot be reached. "
            "A host that is gone for good is taken out of the inventory group.",
        )
    found = sorted({deployment_of(hostvars[host]) for host in hosts})
    if len(found) > 1:
        raise Refused(
            f"replication set {name!r} has hosts of several deployments: {', '.join(found)}",
            hint=f"Give its hosts one {DEPLOYMENT}.",
        )
    return found[0]


def _node(hostvars: Hostvars, member: Variables) -> Value:
    return {**{key: member[key] for key in ("port", "host", "zone")}, "address": _address(hostvars, member)}


def _address(hostvars: Hostvars, member: Variables) -> str:
    """Return by what clients and members know an instance or a Sentinel: its address, or its host's name."""
    if not announces_names(hostvars[member["host"]]):
        return str(member["address"])
    name = str(member.get("name") or member["address"])
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name
    raise Refused(
        f"host {member['host']} is to be announced by its name ({HOSTNAMES}), and its address is {name}",
        hint="Set redis_node_address (redis_sentinel_address of a Sentinel alone) to a host name that members and "
        f"clients resolve, or set {HOSTNAMES} to false.",
    )


def _port(value: object, name: str) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise Refused(
            f"{value!r} is not a valid port for replication set {name!r}",
            hint="Its ports are a list of numbers, as [6379].",
        ) from None


def _primary(hostvars: Hostvars, given: Variables, members: t.Sequence[Value], ports: t.Sequence[int]) -> Value:
    desired = str(given.get("primary") or "")
    host, _colon, port = desired.rpartition(":")
    wanted = (host, int(port)) if host and port.isdigit() else (desired, ports[0])
    for one in members:
        if (one["host"], int(one["port"])) == wanted:
            return {"address": _address(hostvars, one), "port": int(one["port"])}
    raise Refused(
        f"replication set {given['name']!r} starts with {desired or 'no instance'!r} as primary, "
        "which is not one of its members: " + ", ".join(f"{one['host']}:{one['port']}" for one in members),
        hint="Name one of them as `primary` of the set. It matters at the first start only; "
        "from then on who is primary is never changed by a run.",
    )


def _refuse_strays(hostvars: Hostvars, hosts: t.Sequence[str], sets: t.Sequence[Value]) -> None:
    owners: dict[tuple[str, int], list[str]] = {}
    for one in sets:
        for node in (*one["nodes"], *one["leaving"]):
            owners.setdefault((node["host"], int(node["port"])), []).append(one["name"])
    for host in hosts:
        deployment = deployment_of(hostvars[host])
        for member in hostvars[host].get(MEMBERS) or ():
            of = owners.get((host, int(member["port"])), [])
            if member["deployment"] == deployment and len(of) != 1:
                raise Refused(
                    f"instance {host}:{member['port']} belongs to "
                    + (f"the sets {' and '.join(of)}" if of else "no replication set"),
                    hint=f"Name its port in the `ports` of exactly one set of {SETS}.",
                )
