# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts are in maintenance: by the marks that playbook maintenance leaves on them and on their peers.

This host has a mark of its own where it is out of service, and copies of the marks of others, so that something can
be asked about a host that is powered off.
"""

from __future__ import annotations

import datetime
import json
import os
import typing as t


class Mark(t.NamedTuple):
    """A host that is out of service, until when (seconds since 1970) and why."""

    host: str
    until: float
    reason: str


def marks(directory: str) -> list[Mark]:
    """Return the marks of a directory; what cannot be read is none."""
    try:
        names = sorted(name for name in os.listdir(directory) if name.endswith(".json"))
    except OSError:
        return []
    return [mark for name in names for mark in (_mark(os.path.join(directory, name)),) if mark is not None]


def own(places: t.Mapping[str, str]) -> Mark | None:
    """Return the mark of this host, None where it is in service."""
    found = marks(places["directory"]) if places else []
    return next((mark for mark in found if mark.host == places["host"]), None)


def text(mark: Mark, now: float) -> str:
    """Return why an instance of a host in maintenance does not answer, for people; ``now`` is in seconds since 1970."""
    when = datetime.datetime.fromtimestamp(mark.until, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%MZ")
    reason = f" ({mark.reason})" if mark.reason else ""
    return f"maintenance until {when}{', which has passed' if now >= mark.until else ''}{reason}"


def _mark(path: str) -> Mark | None:
    try:
        with open(path, encoding="utf-8") as stream:
            given = json.load(stream)
        return Mark(str(given["host"]), float(given["until"]), str(given["reason"]))
    except (OSError, ValueError, LookupError, TypeError):
        return None
