# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all topologies share: a wanted node, why a node cannot take part, and a finding."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ._errors import (
    AuthenticationFailed,
    CollectionError,
    EngineRefused,
    Loading,
    PermissionDenied,
    Refused,
    Unreachable,
)
from ._text import node_name

# Why a node cannot take part.  Values, because a dead node is an observation and not an exception.
UNREACHABLE = "unreachable"
WRONG_PASSWORD = "wrong password"
NOT_PERMITTED = "not permitted"
LOADING = "loading"
UNREADABLE = "unreadable"

# What Sentinel's own documentation allows in a name (sentinel.conf): letters, digits and three signs.
SET_NAME = re.compile(r"[A-Za-z0-9._-]+")

ERROR = "error"
WARNING = "warning"

PROBLEMS: tuple[tuple[type[CollectionError], str], ...] = (
    (Loading, LOADING),
    (AuthenticationFailed, WRONG_PASSWORD),
    (PermissionDenied, NOT_PERMITTED),
    (Unreachable, UNREACHABLE),
    (EngineRefused, UNREADABLE),
)


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be: what, where, how bad, what to do.

    ``observed`` and ``expected`` are the evidence where it is a value; elsewhere the message has it.
    """

    check: str
    message: str
    severity: str = ERROR
    node: str | None = None
    hint: str = ""
    observed: str = ""
    expected: str = ""

    def text(self) -> str:
        """Return one line for people."""
        return f"{self.message}. {self.hint}" if self.hint else self.message

    def result(self) -> dict[str, str | None]:
        """Return the finding as modules give it back."""
        return {
            "check": self.check,
            "severity": self.severity,
            "node": self.node,
            "message": self.message,
            "hint": self.hint,
            "observed": self.observed,
            "expected": self.expected,
        }


@dataclass(frozen=True)
class DesiredNode:
    """One desired node.  ``host`` is the machine, ``zone`` its failure domain."""

    address: str
    port: int
    host: str
    zone: str

    @property
    def name(self) -> str:
        """Return ``address:port``, an IPv6 address in brackets."""
        return node_name(self.address, self.port)


def refused_writes(name: str, info: t.Mapping[str, str]) -> tuple[Finding, ...]:
    """Return why a node cannot keep its data on disk, and so refuses writes, or soon does: by its INFO persistence."""
    found = []
    snapshot = info.get("rdb_last_bgsave_status", "ok")
    if snapshot != "ok":
        found.append(
            Finding(
                "save",
                f"{name} could not write its last snapshot",
                node=name,
                observed=f"rdb_last_bgsave_status {snapshot}",
                expected="ok",
                hint="Its log shows why: disk full, no right to write, or no memory to fork. Writes are refused "
                "meanwhile (stop-writes-on-bgsave-error).",
            )
        )
    for status in ("aof_last_write_status", "aof_last_bgrewrite_status"):
        if info.get("aof_enabled") == "1" and info.get(status, "ok") != "ok":
            found.append(
                Finding(
                    "aof",
                    f"{name}: {status.replace('_', ' ')} is {info[status]}",
                    node=name,
                    observed=f"{status} {info[status]}",
                    expected="ok",
                    hint="Its log shows why: mostly a full disk. Until it can write again, writes are refused.",
                )
            )
    return tuple(found)


def make_desired_nodes(nodes: t.Iterable[t.Mapping[str, t.Any]]) -> tuple[DesiredNode, ...]:
    """Build the nodes from a module's option; raises Refused for an address that is named twice."""
    wanted = tuple(_wanted(node) for node in nodes)
    names = [node.name for node in wanted]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        hosts = sorted({node.host for node in wanted if node.name in twice})
        raise Refused(
            f"two nodes have one address: {', '.join(twice)} (hosts: {', '.join(hosts)})",
            hint="Give each instance an address and port of its own.",
            duplicates=twice,
        )
    return wanted


def refuse_set_name(name: object) -> str:
    """Return the name of a replication set; raises Refused for one that would not stay one word everywhere."""
    if not isinstance(name, str) or not SET_NAME.fullmatch(name):
        raise Refused(
            f"{name!r} is not a valid name for a replication set",
            hint="Use letters, digits, '.', '_' and '-': Sentinel and its hooks take nothing else.",
        )
    return name


def problem_of(error: CollectionError) -> str:
    """Return why a node that raised this error cannot take part."""
    return next(what for kind, what in PROBLEMS if isinstance(error, kind))


def _wanted(node: t.Mapping[str, t.Any]) -> DesiredNode:
    address, host = str(node["address"]), node.get("host")
    host = str(host) if host else address
    return DesiredNode(address=address, port=int(node["port"]), host=host, zone=str(node.get("zone") or host))
