# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of what instances take over at their next start: written by a run, read by health and the endpoint.

One file in the data directory, readable by everyone: it holds names and values of settings, those of secret ones
masked.  Each entry has the pid of the process that it is about; once another process serves the port, it is void.
"""

from __future__ import annotations

import json
import typing as t

from .._files import File
from .._managed import files
from .._managed.layout import pending_file

if t.TYPE_CHECKING:
    from .model import Pending

MODE = 0o644
FIELDS = ("setting", "running", "wanted")
Waiting = t.Mapping[int, t.Sequence[t.Mapping[str, t.Any]]]


def read(text: str | None) -> dict[str, dict[str, t.Any]]:
    """Return the entries of a record by port; junk is an empty record."""
    try:
        found = json.loads(text or "{}")["instances"]
        return {port: dict(one) for port, one in found.items() if isinstance(one["waiting"], list)}
    except (ValueError, LookupError, TypeError, AttributeError):
        return {}


def recorded(entries: t.Mapping[str, t.Mapping[str, t.Any]], port: int, pid: int | None) -> Pending:
    """Return what the record has on the process that serves a port; junk in an entry is nothing that waits."""
    entry = entries.get(str(port), {})
    if pid is None or entry.get("pid") != pid:
        return ()
    waiting = [one for one in entry["waiting"] if isinstance(one, dict)]
    return tuple((str(one.get("setting")), str(one.get("running")), str(one.get("wanted"))) for one in waiting)


def remember(data_dir: str, pids: t.Mapping[int, int | None], waiting: Waiting, owner: int) -> None:
    """Write what these instances wait for, and keep what the record has on others; nothing to say needs no file."""
    path = pending_file(data_dir)
    file = files.look_at_file(path)
    before = read(file.text if file else None)
    entries = {port: one for port, one in before.items() if port not in map(str, pids)}
    for port, pid in pids.items():
        if pid and waiting.get(port):
            entries[str(port)] = {"pid": pid, "waiting": [_entry(one) for one in waiting[port]]}
    if entries != before:
        text = json.dumps({"instances": entries}, indent=1, sort_keys=True) + "\n"
        files.replace_file(File(path, text, owner, owner, MODE))


def _entry(one: t.Mapping[str, t.Any]) -> dict[str, str]:
    return {name: str(one[name]) for name in FIELDS}
