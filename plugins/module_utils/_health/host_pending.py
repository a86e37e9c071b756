# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a running instance takes over at its next start: settings, another program on the disk, a changed unit."""

from __future__ import annotations

import os
import typing as t

from .._managed.layout import pending_file
from .._preflight.proc import start_time
from .._settings import pending
from .host_process import attempt

DELETED = " (deleted)"
SPARE = 2.0  # s: the time of boot is a whole second, and clocks are adjusted
Waiting = list[dict[str, str]]


def waiting(
    pid: int, port: int, data_dir: str, unit_files: t.Iterable[str], unreadable: dict[str, str]
) -> Waiting | None:
    """Return what waits; null, with the reason in ``unreadable``, where it is not known."""
    path = pending_file(data_dir)
    text, reason = attempt(path) if os.path.lexists(path) else ("", "")
    if reason:
        unreadable["pending"] = reason
        return None
    entry = pending.read(text).get(str(port), {})
    found = list(entry["waiting"]) if entry.get("pid") == pid else []
    return [*found, *_program(pid), *_unit(pid, unit_files)]


def _program(pid: int) -> Waiting:
    try:
        path = os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return []
    if not path.endswith(DELETED):
        return []
    return [_item("(program)", "a file that is no longer on the disk", path[: -len(DELETED)])]


def _unit(pid: int, files: t.Iterable[str]) -> Waiting:
    since = started(pid)
    changed = [path for path in files if since is not None and path and _modified(path) > since + SPARE]
    return [_item("(unit)", "as it was started", f"as {path} is now") for path in changed]


def started(pid: int) -> float | None:
    """Return when a process was started, in seconds since 1970 by the clock of this host; null if that is not known."""
    ticks = start_time(pid)
    boot = next((line.split()[1] for line in attempt("/proc/stat")[0].splitlines() if line.startswith("btime ")), None)
    return None if ticks is None or boot is None else int(boot) + int(ticks) / os.sysconf("SC_CLK_TCK")


def _modified(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0


def _item(setting: str, running: str, wanted: str) -> dict[str, str]:
    return {"setting": setting, "running": running, "wanted": wanted}
