# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an instance takes over at its next start only: recorded settings, a newer program, a newer unit.

Role redis_node records the settings, and for which process; the program and the unit are compared with the start.
"""

from __future__ import annotations

import json
import os
import typing as t

SPARE = 2.0  # s: uptimes are whole seconds
Info = t.Mapping[str, t.Any]


def count(info: Info, port: int, places: t.Mapping[str, str]) -> int | None:
    """Return how many things wait; None where INFO does not report which process it is and since when."""
    pid, uptime, now = (info.get(name) for name in ("process_id", "uptime_in_seconds", "server_time_usec"))
    if not places or not (isinstance(pid, int) and isinstance(uptime, int) and isinstance(now, int)):
        return None
    started = now / 1e6 - uptime
    files = [str(info.get("executable") or ""), places.get("unit", "")]
    return _recorded(places.get("record", ""), port, pid) + sum(_changed(path) > started + SPARE for path in files)


def _recorded(path: str, port: int, pid: int) -> int:
    try:
        with open(path, encoding="utf-8") as stream:
            entry = json.load(stream)["instances"].get(str(port)) or {}
        return len(entry["waiting"]) if entry.get("pid") == pid else 0
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return 0


def _changed(path: str) -> float:
    """Return when a file was put there; a package keeps the time of its build as that of the last change."""
    try:
        about = os.stat(path)
    except OSError:
        return 0.0
    return about.st_ctime
