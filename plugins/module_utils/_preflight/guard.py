# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which members and Sentinels the start guard of an instance asks, from what each host said about itself.

A host that takes no part in this run is named by its variables: the guard needs all members at every start.
"""

from __future__ import annotations

import json
import typing as t

from .members import FACT as MEMBERS
from .sets import ABSENT, DEFAULT_PORTS, SENTINEL, SENTINEL_STATE, SETS, STATE

Host = t.Mapping[str, t.Any]
Hostvars = t.Mapping[str, Host]
Address = tuple[str, int]

DOWN_AFTER = "down-after-milliseconds"
FAILOVER_TIMEOUT = "failover-timeout"
# The defaults of role redis_sentinel: a role's defaults are not visible from other hosts.
DEFAULTS = {DOWN_AFTER: 5000, FAILOVER_TIMEOUT: 10000}
SENTINEL_PORT = 26379


def guard_files(hostvars: Hostvars, host: str, hosts: t.Sequence[str], sentinels: t.Sequence[str]) -> dict[str, str]:
    """Return, for each instance of a host that belongs to a replication set, name and text of the guard's file.

    ``hosts`` are those of all sets, ``sentinels`` those that carry a Sentinel.
    """
    watching = [one for one in sentinels if hostvars[one].get(SENTINEL_STATE) != ABSENT]
    found = {}
    for given in hostvars[host].get(SETS) or ():
        ports = [int(str(port)) for port in given.get("ports") or DEFAULT_PORTS]
        content = {
            "set": given["name"],
            "peers": _peers(hostvars, hosts, given["name"], ports),
            "sentinels": [address for one in watching for address in _sentinel(hostvars[one])],
            "down_after": _seconds(hostvars, watching, given, DOWN_AFTER),
            "failover_timeout": _seconds(hostvars, watching, given, FAILOVER_TIMEOUT),
        }
        for _address, port in _instances(hostvars[host], ports):
            found[f"{port}.json"] = json.dumps(content, indent=2) + "\n"
    return found


def _peers(hostvars: Hostvars, hosts: t.Sequence[str], name: str, ports: t.Sequence[int]) -> list[Address]:
    members = [
        one
        for one in hosts
        if hostvars[one].get(STATE) != ABSENT
        and any(each.get("name") == name for each in hostvars[one].get(SETS) or ())
    ]
    return [address for one in members for address in _instances(hostvars[one], ports)]


def _instances(host: Host, ports: t.Sequence[int]) -> list[Address]:
    known = host.get(MEMBERS)
    if known is not None:
        return [(str(one["address"]), int(one["port"])) for one in known if int(one["port"]) in ports]
    address = host.get("redis_node_address")
    given = host.get("redis_node_instances") or [{"port": port} for port in DEFAULT_PORTS]
    return [(str(address), int(one["port"])) for one in given if address and int(one["port"]) in ports]


def _sentinel(host: Host) -> list[Address]:
    known = host.get(SENTINEL)
    if known:
        return [(str(known["address"]), int(known["port"]))]
    address = host.get("redis_sentinel_address") or host.get("redis_node_address")
    return [(str(address), int(host.get("redis_sentinel_port") or SENTINEL_PORT))] if address else []


def _seconds(hostvars: Hostvars, watching: t.Sequence[str], given: t.Mapping[str, t.Any], name: str) -> float:
    variable = f"redis_sentinel_{name.replace('-', '_')}"
    own = (given.get("sentinel") or {}).get(name)
    told = [hostvars[one].get(variable) for one in watching]
    values = [own] if own is not None else [value for value in told if value is not None]
    return max((float(str(value)) for value in values), default=float(DEFAULTS[name])) / 1000
