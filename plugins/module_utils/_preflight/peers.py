# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only shows between hosts: one address given twice, clocks apart, ports that do not get through."""

from __future__ import annotations

import concurrent.futures
import errno
import os
import socket
import typing as t
from dataclasses import dataclass

WORKERS = 64
ANNOUNCED_HINT = ", or correct the announce directives of that instance (redis_node_config, redis_node_instances)"
_SILENT = frozenset({errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EACCES, errno.EPERM})


@dataclass(frozen=True)
class Announced:
    """The address and the ports that an instance announces to others."""

    address: str
    port: int
    bus_port: int | None

    @property
    def ports(self) -> tuple[int, ...]:
        """Return the data port and, in a cluster, the bus port."""
        return (self.port,) if self.bus_port is None else (self.port, self.bus_port)


@dataclass(frozen=True)
class Member:
    """One instance of the deployment, as the other hosts see it."""

    host: str
    address: str
    port: int
    bus_port: int | None
    listening: bool = True
    deployment: str = ""
    announced: Announced | None = None

    @property
    def ports(self) -> tuple[int, ...]:
        """Return the data port and, in a cluster, the bus port."""
        return (self.port,) if self.bus_port is None else (self.port, self.bus_port)


@dataclass(frozen=True)
class Target:
    """One port to reach."""

    host: str
    address: str
    port: int
    data_port: int
    # The instance that announces this address; empty for an address that is bound.
    announcer: str = ""

    def describe(self) -> str:
        """Return how the port reads in a message."""
        name = f"[{self.address}]" if ":" in self.address else self.address
        bus = f" (cluster bus port of {self.data_port})" if self.port != self.data_port else ""
        if self.announcer:
            return f"{name}:{self.port}{bus}, which instance {self.announcer} on host {self.host} announces"
        return f"host {self.host} at {name}:{self.port}{bus}"


def duplicates(me: str, members: t.Sequence[Member]) -> list[str]:
    """Return the addresses of this host that a host before it in the list has too.

    Reported by the later one alone, so that a message appears once and not on every host.
    """
    found = []
    first: dict[tuple[str, int], str] = {}
    for member in members:
        taken = [port for port in member.ports if first.setdefault((member.address, port), member.host) != member.host]
        if taken and member.host == me:
            # A node that shares its data port shares its bus port too: once is enough.
            owner = first[(member.address, taken[0])]
            found.append(
                f"{member.address}:{taken[0]} is an address of two nodes, on host {owner} and on host {me}: "
                "give each host its own redis_node_address"
            )
    return found


def taken_announcements(me: str, members: t.Sequence[Member]) -> list[str]:
    """Return the addresses that instances of this host announce and that are another instance's."""
    owners = {(member.address, port): member for member in members for port in member.ports}
    found = []
    for member in (one for one in members if one.host == me and one.announced is not None):
        reported = t.cast("Announced", member.announced)
        taken = [owners[(reported.address, port)] for port in reported.ports if (reported.address, port) in owners]
        others = [one for one in taken if (one.host, one.port) != (member.host, member.port)]
        if others:
            found.append(
                f"instance {member.address}:{member.port} on host {me} announces an address of instance "
                f"{others[0].address}:{others[0].port} on host {others[0].host}: correct its announce directives in "
                "redis_node_config or redis_node_instances, or leave them out"
            )
    return found


def clock_trouble(me: str, clocks: t.Mapping[str, float], limit: float, again: float | None = None) -> list[str]:
    """Return a sentence if this host's clock is off from the middle one of all by more than the limit (seconds).

    ``again`` is a second reading of this host's clock. The time that a task takes to reach a host counts as if its
    clock were ahead, so of the two readings the one that is nearer to the middle one is believed.
    """
    ordered = sorted(clocks, key=lambda host: (clocks[host], host))
    middle = ordered[(len(ordered) - 1) // 2]
    readings = [clocks[me]] if again is None else [clocks[me], again]
    skew = min((reading - clocks[middle] for reading in readings), key=abs)
    if abs(skew) <= limit:
        return []
    text = (
        f"the clock of host {me} is {abs(skew):.1f} s {'ahead of' if skew > 0 else 'behind'} that of host "
        f"{middle} (redis_node_clock_skew allows {limit:g} s): synchronise them, with chrony for example"
    )
    return [text]


def targets(me: str, members: t.Sequence[Member]) -> list[Target]:
    """Return what this host has to reach: every listening port of its deployment on every other host.

    An address that is announced is another way to the same ports, and has to lead there as well.
    """
    mine = {member.deployment for member in members if member.host == me}
    wanted = [one for one in members if one.host != me and one.listening and one.deployment in mine]
    found = [Target(member.host, member.address, port, member.port) for member in wanted for port in member.ports]
    for member in wanted:
        found += _announced_targets(member)
    return list(dict.fromkeys(found))


def _announced_targets(member: Member) -> list[Target]:
    reported, name = member.announced, f"{member.address}:{member.port}"
    if reported is None:
        return []
    return [Target(member.host, reported.address, port, reported.port, name) for port in reported.ports]


def unreachable(me: str, wanted: t.Sequence[Target], timeout: float) -> list[str]:
    """Try all targets side by side and return a sentence for each that cannot be reached."""
    if not wanted:
        return []
    with concurrent.futures.ThreadPoolExecutor(min(WORKERS, len(wanted))) as pool:
        answers = list(pool.map(lambda target: _attempt(target, timeout), wanted))
    return [
        f"host {me} cannot reach {target.describe()}: {answer}{ANNOUNCED_HINT if target.announcer else ''}"
        for target, answer in zip(wanted, answers)
        if answer
    ]


def _attempt(target: Target, timeout: float) -> str:
    try:
        socket.create_connection((target.address, target.port), timeout).close()
    except socket.timeout:
        return "timed out: open it in the firewall"
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else str(error)
        if error.errno in _SILENT:
            return f"{reason}: open it in the firewall, or fix the route"
        return f"{reason}: a firewall rejects it, or another run on that host is in the way"
    return ""
