# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which members of this host need a restart, and why, and what room it has.  Reads /proc, files and systemd only.

Reasons are values: a setting that cannot change live, a unit that was changed, a program that was replaced.  What a
user asks for is a reason, too, which is not found here.
"""

from __future__ import annotations

import os
import re
import typing as t

from .. import _marks
from .._engine_source.parse import reported_version
from .._errors import CollectionError
from .._health import host_pending, host_process
from .._health.host import disk
from .._host.commands import run, systemd_runs
from .._host.marks import parsed, texts
from .._managed.directives import plain
from .._managed.render import directive_lines
from .._replies import number
from .model import ANOTHER_PROGRAM, DATA_FILES, SENTINEL
from .options import Server, make_servers
from .prefer import PRIORITY
from .steps import MOVES

PROPERTIES = ("FragmentPath", "DropInPaths")
PROGRAM = "(program)"
DEFAULT_PRIORITY = "100"  # of both engines
_AVAILABLE = re.compile(r"^MemAvailable:\s+(\d+) kB", re.MULTILINE)
Value = dict[str, t.Any]


def needs(params: t.Mapping[str, t.Any], _record: object) -> Value:
    """Return each member of this host with the reasons for a restart (sentences), and what could not be read.

    ``disk_free_bytes`` of an instance is what the service's user may still write, ``memory_available_bytes`` what the
    host can give to processes without swapping (proc(5), MemAvailable); null where that is not known.
    ``migration`` is what an instance of a cluster has of cluster-allow-replica-migration while no run holds it, and
    ``priority`` its replica-priority while no run changes that; ``next_start`` are the settings of its files that name
    the files of its data.
    """
    servers = make_servers(params["servers"], systemd=systemd_runs())
    found = host_process.processes([one.port for one in servers])
    files = _unit_files([one.unit for one in servers if one.unit])
    installed = {path: _version(path) for path in {str(one.process["server"]) for one in servers}}
    held = list(parsed(texts(_marks.DIRECTORY)).values())
    members: list[Value] = []
    warnings: list[str] = []
    for one in servers:
        reasons, unreadable = _reasons(one, found[one.port], files.get(one.unit, []))
        members.append({"node": one.name, "kind": one.kind, "running": found[one.port].pid is not None, **reasons})
        members[-1]["started"] = host_pending.started(pid) if (pid := found[one.port].pid) is not None else None
        members[-1]["installed"] = installed[str(one.process["server"])]
        members[-1]["disk_free_bytes"] = _disk_free(one)
        members[-1]["migration"] = _migration(one, held)
        members[-1]["priority"] = _priority(one)
        members[-1]["next_start"] = _next_start(one)
        warnings += [f"{one.name}: whether it needs a restart is not known: {why}" for why in unreadable]
    return {"members": members, "memory_available_bytes": _memory_available(), "warnings": warnings}


def _migration(one: Server, held: t.Sequence[_marks.Mark]) -> str:
    """Return the value that is configured, unless a host in maintenance needs another; empty where it is not known."""
    configured = _configured(one, _marks.MIGRATION, MOVES)
    return _marks.HELD if configured and _marks.holds(held, one.port) else configured.lower()


def _priority(one: Server) -> int | None:
    """Return the replica-priority that is configured; None where it is not known."""
    configured = _configured(one, PRIORITY, DEFAULT_PRIORITY)
    return number(configured) if configured else None


def _configured(one: Server, directive: str, default: str) -> str:
    """Return what the managed file of an instance says; empty for a Sentinel, and where it cannot be read."""
    text, problem = host_process.attempt(f"{one.process['config_dir']}/{one.port}.conf")
    if one.kind == SENTINEL or problem:
        return ""
    # The managed file alone: site.yml restores the default of what CONFIG REWRITE has left in the engine's own.
    lines = directive_lines(text, directive)
    return plain(lines[-1]) if lines else default


def _next_start(one: Server) -> dict[str, str]:
    """Return what DATA_FILES are at the next start; empty for a Sentinel, and where a file cannot be read."""
    if one.kind == SENTINEL:
        return {}
    process = one.process
    own, managed = (
        host_process.attempt(path)
        for path in (f"{process['data_dir']}/{one.port}/redis.conf", f"{process['config_dir']}/{one.port}.conf")
    )
    if own[1] or managed[1]:
        return {}
    found = {}
    for name, usual in DATA_FILES.items():
        # The managed file comes last, and wins.
        lines = directive_lines(f"{own[0]}\n{managed[0]}", name)
        found[name] = plain(lines[-1]) if lines else usual
    return found


def _disk_free(one: Server) -> int | None:
    if one.kind == SENTINEL:
        return None
    free: int | None = disk(os.path.join(str(one.process["data_dir"]), str(one.port)), {})["disk_free_bytes"]
    return free


def _memory_available() -> int | None:
    found = _AVAILABLE.search(host_process.attempt("/proc/meminfo")[0])
    return int(found[1]) * 1024 if found else None


def _reasons(one: Server, process: host_process.Found, unit_files: t.Sequence[str]) -> tuple[Value, list[str]]:
    if process.pid is None:
        return {"reasons": []}, []
    unreadable: dict[str, str] = {}
    data_dir = str(one.process["data_dir"])
    waiting = host_pending.waiting(process.pid, one.port, data_dir, unit_files, unreadable) or []
    items = [item for item in waiting if item["setting"] != PROGRAM]
    reasons = [f"{item['setting']} is {item['running']}, will be {item['wanted']}" for item in items]
    reasons += _program(process.pid, str(one.process["server"]))
    return {"reasons": list(dict.fromkeys(reasons))}, [] if one.kind == SENTINEL else list(unreadable.values())


def _program(pid: int, server: str) -> list[str]:
    """Compare the program of a process with the one that would be started: a replaced file, or a moved link."""
    try:
        running, installed = os.stat(f"/proc/{pid}/exe"), os.stat(server)
    except OSError:
        return []
    if os.path.samestat(running, installed):
        return []
    return [f"{server}{ANOTHER_PROGRAM}"]


def _version(server: str) -> str:
    """Return engine and version of a program, as ``valkey 8.1.8``; empty where it does not say so."""
    try:
        found = reported_version(run([server, "--version"], allowed=None))
    except CollectionError:
        return ""
    return " ".join(found) if found else ""


def _unit_files(units: t.Sequence[str]) -> dict[str, list[str]]:
    if not units:
        return {}
    reported = run(["systemctl", "show", f"--property={','.join(PROPERTIES)}", *units]).split("\n\n")
    blocks = [dict(line.partition("=")[::2] for line in one.strip().splitlines()) for one in reported]
    return {
        unit: [each.get("FragmentPath", ""), *each.get("DropInPaths", "").split()] for unit, each in zip(units, blocks)
    }
