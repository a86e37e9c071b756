# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the checks share: a finding of a named check, a figure that was not reported, sizes for people."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._nodes import Finding
from .desired import CHECKS
from .model import Host, Observed, Server

UNREPORTED_HINT = "Its INFO lacks the field: an engine that does not know it, or a proxy in between."
UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def finding(
    check: str, message: str, node: str | None = None, *, observed: str = "", expected: str = "", hint: str = ""
) -> Finding:
    """Return a finding of a check, with the severity of the table of checks."""
    return Finding(check, message, CHECKS[check][0], node, hint, observed, expected)


@dataclass(frozen=True)
class Unseen(Finding):
    """What a check could not be made for; it counts only where that check is wanted."""

    of: str = ""


def unseen(of: str, message: str, node: str | None = None, hint: str = "") -> Unseen:
    """Return the finding that a check could not be made."""
    message = f"{message}: check {of} could not be made"
    return Unseen(check="unseen", message=message, severity=CHECKS["unseen"][0], node=node, hint=hint, of=of)


def unreported(server: Server, check: str, *names: str) -> t.Iterator[Finding]:
    """Report the figures that a check needs and the server did not: it could not be evaluated."""
    lacking = [name for name in names if server.figure(name) is None]
    if lacking:
        yield unseen(check, f"{server.name} does not report {', '.join(lacking)}", server.name, UNREPORTED_HINT)


def unreported_growth(server: Server, check: str, name: str) -> t.Iterator[Finding]:
    """Report a counter that one of two samples lacks; with one sample no growth is expected."""
    if server.later and server.growth(name) is None:
        yield unseen(check, f"{server.name} does not report {name}", server.name, UNREPORTED_HINT)


def reported(server: Server, *names: str) -> list[float]:
    """Return figures, or an empty list if one of them was not reported."""
    found = [server.figure(name) for name in names]
    return [one for one in found if one is not None] if None not in found else []


def host_facts(observed: Observed, server: Server, check: str) -> tuple[Host | None, list[Finding]]:
    """Return what the server's host reported, or the finding that it did not."""
    host = observed.hosts.get(server.host)
    if host is not None and server.port in host.instances:
        return host, []
    said = f"host {server.host} was not inspected" if host is None else f"host {server.host} did not report it"
    hint = "Run playbook almashooq.redis.health, which also inspects the hosts; or skip the check."
    return None, [unseen(check, f"{server.name}: {said}", server.name, hint)]


def host_figure(observed: Observed, server: Server, check: str, name: str) -> tuple[int | None, list[Finding]]:
    """Return a figure of the server that its host reported, or the finding that it did not."""
    host, lacking = host_facts(observed, server, check)
    found = host.instances[server.port].get(name) if host else None
    if host is not None and found is None:
        reason = (host.instances[server.port].get("unreadable") or {}).get(name) or "not reported"
        lacking = [unseen(check, f"{server.name}: {name} is not known on host {server.host} ({reason})", server.name)]
    return found, lacking


def size(number: float) -> str:
    """Return bytes for people, in powers of 1024."""
    for unit in UNITS[:-1]:
        if abs(number) < 1024:
            return f"{number:.0f} {unit}" if unit == UNITS[0] else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} {UNITS[-1]}"


def duration(seconds: float) -> str:
    """Return a time span for people, in one or two units."""
    seconds = int(seconds)
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
