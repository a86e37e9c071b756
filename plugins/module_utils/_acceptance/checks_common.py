# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every item's verdict is made of: findings, and reading what was observed."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._nodes import ERROR, WARNING, Finding

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
ITEMS = ("installed", "complete", "replication", "sentinel", "failover", "monitoring", "client", "load")
INFO = "info"
CLUSTER = "cluster"
Value = t.Mapping[str, t.Any]
# Where a check of module ``health`` is reported; one that stands nowhere belongs to item ``complete``.
COMPLETE = "complete"
REPORTED = {
    "installed": ("restarts", "drift", "pending-restart", "clock"),
    "replication": (
        "lag",
        "min-replicas",
        "full-resync",
        "backlog",
        "replica-buffer",
        "persistence",
        "start-guard",
    ),
    "sentinel": ("sentinel-reachable", "sentinel-quorum", "sentinel-agreement", "sentinel-known", "sentinel-tilt"),
    "failover": ("placement", "primary-majority", "sentinel-placement"),
    # Item ``installed`` compares the versions itself, with those on the disks.
    "": ("versions",),
}
ITEM_OF = {check: item for item, checks in REPORTED.items() for check in checks}


@dataclass(frozen=True)
class Verdict:
    """The verdict on one item.  ``skipped`` is why nothing was tried; what was found counts all the same."""

    findings: tuple[Finding, ...] = ()
    summary: str = ""
    skipped: str = ""
    data: t.Mapping[str, t.Any] | None = None

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that make the item fail."""
        return tuple(one for one in self.findings if one.severity == ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that do not make it fail, but should be read."""
        return tuple(one for one in self.findings if one.severity == WARNING)

    @property
    def status(self) -> str:
        """Return passed, failed or skipped."""
        return FAILED if self.errors else SKIPPED if self.skipped else PASSED


def of_health(seen: Value, item: str) -> t.Iterator[Finding]:
    """Yield what module ``health`` found that belongs to an item: errors, which make it fail, and warnings."""
    for one in (seen.get("health") or {}).get("findings") or ():
        if ITEM_OF.get(one["check"], COMPLETE) == item:
            words = ("message", "severity", "hint", "observed", "expected")
            yield Finding(one["check"], node=one.get("node"), **{word: str(one.get(word) or "") for word in words})


def nodes(seen: Value) -> list[Value]:
    """Return the nodes as module ``health`` reports them."""
    return list((seen.get("health") or {}).get("nodes") or ())


def hosts(seen: Value) -> list[str]:
    """Return the hosts of the deployment, those of its Sentinels too, in their order."""
    about = seen["deployment"]
    return list(dict.fromkeys(str(one["host"]) for one in (*about["nodes"], *about["sentinels"])))


def looked(seen: Value) -> dict[str, Value]:
    """Return what the hosts reported, by name."""
    return {str(one["host"]): one for one in seen.get("hosts") or ()}


def many(count: int, noun: str) -> str:
    """Return a number of things."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
