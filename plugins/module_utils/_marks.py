# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mark of a host in maintenance: a small file on that host and on the other hosts of its deployments.  Pure.

The host may boot while it is out of service, so its own mark is what counts while it can be reached; and it may be
powered off, so the others have a copy.  A copy can outlive the maintenance: a host that was down when it ended keeps
one.  It is stale as soon as the marked host itself, or most of the other hosts, have none.

A host that was dead when it was marked has no mark of its own.  Its copies say so, and count when it is back, too: what
was begun by a person ends by one, and nothing is to start members on a host that is being repaired.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
import typing as t
from dataclasses import dataclass

from ._errors import Refused

UNITS = {"m": 60, "h": 3600, "d": 86400}
DURATION = re.compile(r"(?:\d+[mhd])+")
PART = re.compile(r"(\d+)([mhd])")
DIRECTORY = "/var/lib/redis-maintenance"
SUFFIX = ".json"
# What nodes of a cluster are set to while a host is out, so that no replica moves to another primary.
MIGRATION, HELD = "cluster-allow-replica-migration", "no"
UNREADABLE = "its mark cannot be read"
# Of each host that was asked, the marks that it has; a host that did not answer is not in it.
Reports = t.Mapping[str, t.Sequence["Mark"]]


@dataclass(frozen=True)
class Mark:
    """One host in maintenance.

    ``since`` and ``until`` are in seconds since 1970, ``by`` is user and controller. ``peers`` are the hosts that have
    a copy of it. ``primaries`` are those of its members that were primary when it began, and ``held`` the nodes of
    others whose replicas must not move meanwhile. With ``unreached`` the host was dead, and has none itself.
    """

    host: str
    since: int = 0
    until: int = 0
    by: str = ""
    reason: str = ""
    peers: tuple[str, ...] = ()
    primaries: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    unreached: bool = False

    def expired(self, now: float) -> bool:
        """Return whether its end time has passed."""
        return now >= self.until

    def describe(self) -> str:
        """Return it for people, to be read after the name of the host."""
        by = f" by {self.by}" if self.by else ""
        reason = f" ({self.reason})" if self.reason else ""
        return f"in maintenance since {at(self.since)} until {at(self.until)}{by}{reason}"


def file_name(host: str) -> str:
    """Return the name of a host's mark in the directory of the marks."""
    return re.sub(r"[^A-Za-z0-9.-]", lambda found: "".join(f"_{byte:02x}" for byte in found[0].encode()), host) + SUFFIX


def _host(name: str) -> str:
    """Return the host that the name of a file is about."""
    encoded = re.sub(rb"_([0-9a-f]{2})", lambda found: bytes.fromhex(found[1].decode()), name.encode())
    return encoded.decode(errors="replace").removesuffix(SUFFIX)


def text(mark: Mark) -> str:
    """Return the contents of the file."""
    return json.dumps(dataclasses.asdict(mark), indent=2) + "\n"


def parse(content: str, name: str) -> Mark:
    """Return the mark of a file; one that cannot be read is a mark all the same, which has expired."""
    try:
        given = json.loads(content)
        return make_mark(given)
    except (ValueError, TypeError, KeyError, AttributeError):
        return Mark(_host(name), reason=UNREADABLE)


def make_mark(given: t.Mapping[str, t.Any]) -> Mark:
    """Build a mark from plain values; raises KeyError, TypeError or ValueError where it cannot be one."""
    return Mark(
        host=str(given["host"]),
        since=int(given["since"]),
        until=int(given["until"]),
        by=str(given["by"]),
        reason=str(given["reason"]),
        peers=tuple(str(one) for one in given["peers"]),
        primaries=tuple(str(one) for one in given["primaries"]),
        held=tuple(str(one) for one in given["held"]),
        unreached=bool(given.get("unreached", False)),  # a mark of an earlier release has none
    )


def active(reports: Reports) -> dict[str, Mark]:
    """Return the hosts that are in maintenance, with their marks.

    A host that answered is if it has a mark of its own. For one that did not, and for one that was dead when it was
    marked, most of the hosts that its mark names and that answered have to have it.
    """
    found: dict[str, Mark] = {}
    for host in sorted({mark.host for marks in reports.values() for mark in marks}):
        copies = {each: mark for each, marks in reports.items() for mark in marks if mark.host == host}
        if host in copies:
            found[host] = copies[host]
            continue
        newest = max(copies.values(), key=lambda mark: mark.since)
        if host in reports and not newest.unreached:
            continue
        asked = [each for each in newest.peers if each in reports] or list(copies)
        having = [each for each in asked if copies.get(each, Mark("")).since == newest.since]
        if 2 * len(having) > len(asked):
            found[host] = newest
    return found


def about(reports: Reports, hosts: t.Collection[str]) -> dict[str, list[Mark]]:
    """Return the marks about these hosts, those of the inventory."""
    return {each: [mark for mark in marks if mark.host in hosts] for each, marks in reports.items()}


def left(reports: Reports, hosts: t.Collection[str]) -> dict[str, list[str]]:
    """Return, by host, whose marks it has that are not in the inventory any more: they are to be removed.

    A mark that does not name this host as a peer is of another inventory with hosts on the same machine.
    """
    found = {
        each: [mark.host for mark in marks if mark.host not in hosts and each in mark.peers]
        for each, marks in reports.items()
    }
    return {host: names for host, names in found.items() if names}


def stale(reports: Reports) -> dict[str, list[str]]:
    """Return, by host, whose marks it has that do not count: they are to be removed."""
    counting = active(reports)
    found = {
        host: [mark.host for mark in marks if mark.host not in counting or mark.since != counting[mark.host].since]
        for host, marks in reports.items()
    }
    return {host: names for host, names in found.items() if names}


def end(given: str, now: float) -> int:
    """Return the end time that a user gave, in seconds since 1970: ``2h``, ``1d12h``, or a time as ISO 8601.

    A time without a zone is UTC. Raises Refused for anything else, and for a time that has passed.
    """
    written = given.strip()
    if DURATION.fullmatch(written):
        until = now + sum(int(number) * UNITS[unit] for number, unit in PART.findall(written))
    else:
        until = _iso(written)
    if until <= now:
        raise Refused(
            f"redis_maintenance_until: {given} is not in the future (it is {at(now)})",
            hint="Give the time at which the host is expected back, or a duration such as 2h.",
        )
    return int(until)


def _iso(written: str) -> float:
    try:
        # Python 3.9 and 3.10 do not read the Z.
        found = datetime.datetime.fromisoformat(re.sub(r"[Zz]$", "+00:00", written))
        return (found if found.tzinfo else found.replace(tzinfo=datetime.timezone.utc)).timestamp()
    except (ValueError, OverflowError):
        raise Refused(
            f"redis_maintenance_until: {written!r} is no time",
            hint="Give a duration in minutes, hours or days (30m, 2h, 1d12h), or a time such as 2030-01-31T18:00Z.",
        ) from None


def at(seconds: float) -> str:
    """Return a time for people."""
    return datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


def holds(marks: t.Iterable[Mark], port: int) -> bool:
    """Return whether the instance of a host on this port is to keep its replicas where they are.

    The host has copies of marks of its own deployments alone, so the port of a node is enough: its name in the mark is
    that of the inventory, which may be a host name.
    """
    return any(node.rpartition(":")[2] == str(port) for mark in marks for node in mark.held)
