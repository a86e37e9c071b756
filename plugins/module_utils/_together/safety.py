# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether members would come back with all their data: pure functions over INFO, settings, and what hosts report."""

from __future__ import annotations

import typing as t

from .._nodes import refused_writes
from .._rolling.model import DATA_FILES
from .._settings.safety import human
from .model import Seen

ON_STOP = "shutdown-on-sigterm"
SETTINGS = (*DATA_FILES, "save", ON_STOP)
Settings = t.Mapping[str, str]


def unsafe(node: str, info: t.Mapping[str, str], running: Settings, next_start: Settings) -> tuple[str, ...]:
    """Return why a member would not come back with all its data, as sentences.

    ``next_start`` are those of DATA_FILES that its host has found in its files; nothing where that is not known.
    """
    found = [one.message for one in refused_writes(node, info)]
    if "nosave" in running.get(ON_STOP, "").split():
        found.append(f"{node} keeps nothing on disk when it is stopped ({ON_STOP} nosave)")
    for name in DATA_FILES if next_start else ():
        wanted = next_start.get(name, DATA_FILES[name])
        if running.get(name, wanted) != wanted:
            found.append(f"{node} has {name} {running[name]}, and would start with {wanted}: run playbook site first")
    return tuple(found)


def room(members: t.Iterable[Seen], free: t.Mapping[str, int | None]) -> list[str]:
    """Return the hosts without room for the snapshots of their members, as sentences; ``free`` is by member, bytes."""
    by_host: dict[str, list[Seen]] = {}
    for one in members:
        if one.snapshot and one.answers:
            by_host.setdefault(one.host, []).append(one)
    found = []
    for host, saving in by_host.items():
        needed = sum(one.memory for one in saving)
        known = [left for one in saving for left in (free.get(one.node),) if left is not None]
        if known and min(known) < needed:
            found.append(
                f"{host} has {human(min(known))} of disk left, and its members may need {human(needed)} for snapshots"
            )
    return found
