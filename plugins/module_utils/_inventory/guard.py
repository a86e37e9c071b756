# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which members and Sentinels the start guard of an instance asks, from what each host reported.

A host that takes no part in this run is named by its variables: the guard needs all members at every start.
"""

from __future__ import annotations

import json
import typing as t

from .defaults import DEFAULTS, Variables, value
from .host import (
    ADDRESS,
    MEMBERS,
    SENTINEL,
    SENTINEL_STATE,
    SETS,
    Hostvars,
    instances_of,
    is_leaving,
    ports_of,
)

Address = tuple[str, int]

DOWN_AFTER = "down-after-milliseconds"
FAILOVER_TIMEOUT = "failover-timeout"


def guard_files(hostvars: Hostvars, host: str, hosts: t.Sequence[str], sentinels: t.Sequence[str]) -> dict[str, str]:
    """Return, for each instance of a host that belongs to a replication set, name and text of the guard's file.

    ``hosts`` are those of all sets, ``sentinels`` those that carry a Sentinel.
    """
    watching = [one for one in sentinels if not is_leaving(hostvars[one], SENTINEL_STATE)]
    found = {}
    for given in hostvars[host].get(SETS) or ():
        ports = [int(str(port)) for port in ports_of(given)]
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
        if not is_leaving(hostvars[one]) and any(each.get("name") == name for each in hostvars[one].get(SETS) or ())
    ]
    return [address for one in members for address in _instances(hostvars[one], ports)]


def _instances(host: Variables, ports: t.Sequence[int]) -> list[Address]:
    known = host.get(MEMBERS)
    if known is not None:
        return [(str(one["address"]), int(one["port"])) for one in known if int(one["port"]) in ports]
    address = host.get(ADDRESS)
    return [(str(address), int(one["port"])) for one in instances_of(host) if address and int(one["port"]) in ports]


def _sentinel(host: Variables) -> list[Address]:
    known = host.get(SENTINEL)
    if known:
        return [(str(known["address"]), int(known["port"]))]
    address = host.get("redis_sentinel_address") or host.get(ADDRESS)
    return [(str(address), int(value(host, "redis_sentinel_port")))] if address else []


def _seconds(hostvars: Hostvars, watching: t.Sequence[str], given: t.Mapping[str, t.Any], name: str) -> float:
    variable = f"redis_sentinel_{name.replace('-', '_')}"
    own = (given.get("sentinel") or {}).get(name)
    reported = [hostvars[one].get(variable) for one in watching]
    values = [own] if own is not None else [one for one in reported if one is not None]
    return max((float(str(one)) for one in values), default=float(DEFAULTS[variable])) / 1000
