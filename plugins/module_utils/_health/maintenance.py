# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings that are nothing but a host in maintenance: expected until its end time, a warning afterwards.  Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .._nodes import WARNING, DesiredNode, Finding
from .checks_common import finding

CHECK = "maintenance"
# What the others report about a member that is down; their messages name it.
ABOUT_OTHERS = ("sentinel-known", "one-view", "known-address")
# What follows for the others, whichever of them reports it.
CONSEQUENCES = ("replicas", "primary-majority")
HINT = (
    "Bring it back (playbook maintenance with redis_maintenance_state=ended), or give another end time "
    "(redis_maintenance_until)."
)


@dataclass(frozen=True)
class Absence:
    """A host that was taken out of service; ``text`` says since when, until when and why, ``members`` are its own."""

    host: str
    text: str
    expired: bool
    members: tuple[str, ...] = ()

    def explains(self, one: Finding) -> bool:
        """Return whether a finding is what is expected while the host is out."""
        if one.node in self.members or one.check in CONSEQUENCES:
            return True
        return one.check in ABOUT_OTHERS and any(
            re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", one.message) for name in self.members
        )


def make_absences(
    given: t.Iterable[t.Mapping[str, t.Any]], nodes: t.Iterable[DesiredNode], known_as: t.Mapping[str, str]
) -> tuple[Absence, ...]:
    """Build them from a module's option, for the hosts that have members here.

    ``known_as`` has the names by which Sentinels know each other, where these are not those of the inventory.
    """
    by_host: dict[str, list[str]] = {}
    for node in nodes:
        by_host.setdefault(node.host, []).extend(dict.fromkeys((node.name, known_as.get(node.name, node.name))))
    return tuple(
        Absence(one["host"], one["text"], one["expired"], tuple(by_host[one["host"]]))
        for one in given
        if one["host"] in by_host
    )


def absence_of(one: Finding, absences: t.Iterable[Absence]) -> Absence | None:
    """Return the host in maintenance that explains a finding."""
    return next((each for each in absences if each.explains(one)), None)


def overdue(absences: t.Iterable[Absence]) -> t.Iterator[Finding]:
    """Yield a warning for each host that should have been back by now."""
    for one in absences:
        if one.expired:
            message = f"host {one.host} should be back: it is {one.text}"
            yield finding(CHECK, message, observed=one.text, expected="back in service", hint=HINT)


def lowered(one: Finding) -> Finding:
    """Return the finding as a warning."""
    return Finding(one.check, one.message, WARNING, one.node, one.hint, one.observed, one.expected)
