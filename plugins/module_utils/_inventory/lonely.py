# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instances of a host have no replica to wait for: a primary of such a set has to take writes alone."""

from __future__ import annotations

import typing as t

from .defaults import Variables
from .host import MEMBERS, Hostvars, instances_of, is_leaving, set_of


def lonely_ports(hostvars: Hostvars, hosts: t.Sequence[str], host: str, *, attached: bool = False) -> list[int]:
    """Return the ports of a host's instances that are the only ones of their set, or in no set.

    While a set grows, its first instance stays lonely until the others are attached to it (``attached``): a primary
    that waits for replicas which are still being made would take no writes meanwhile. Members that have never been
    configured do not count until then; where none has been, the set is new and no client writes to it.
    """
    found = []
    for port in _ports(hostvars[host]):
        members = _members(hostvars, hosts, set_of(hostvars[host], port))
        there = members if attached else [one for one in members if _is_known(hostvars, *one)]
        # Who took writes alone goes on to until the others are attached, also after a run that failed to attach them.
        if len(there or members) <= 1 or (not attached and _is_alone(hostvars[host], port)):
            found.append(port)
    return found


def _members(hostvars: Hostvars, hosts: t.Sequence[str], given: Variables | None) -> list[tuple[str, int]]:
    """Return host and port of each instance of a set that is to stay."""
    if given is None:
        return []
    staying = (host for host in hosts if not is_leaving(hostvars[host]))
    return [
        (host, port)
        for host in staying
        for port in _ports(hostvars[host])
        if (set_of(hostvars[host], port) or {}).get("name") == given.get("name")
    ]


def _ports(variables: Variables) -> list[int]:
    return [int(one["port"]) for one in instances_of(variables)]


def _is_alone(variables: Variables, port: int) -> bool:
    return any(int(one["port"]) == port and one.get("alone", False) for one in variables.get(MEMBERS) or ())


def _is_known(hostvars: Hostvars, host: str, port: int) -> bool:
    """Return whether an instance had been configured before this run; of a host that takes no part, assume it."""
    reported = hostvars[host].get(MEMBERS)
    if reported is None:
        return True
    return any(int(one["port"]) == port and (one["listening"] or one.get("configured", True)) for one in reported)
