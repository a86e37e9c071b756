# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only the host itself can report about its instances: disk, swap, restarts, what waits for one.  Reads only."""

from __future__ import annotations

import os
import re
import typing as t

from .._history.info import recent
from .._host.commands import run, systemd_runs
from .._preflight import access, checks_access
from .._replies import number
from . import host_pending, host_process
from .host_process import Found, attempt

_SWAP = re.compile(r"^VmSwap:\s+(\d+) kB", re.MULTILINE)
_NO_SWAP = re.compile(r"^SwapTotal:\s+0 kB", re.MULTILINE)
PROPERTIES = ("LoadState", "NRestarts", "FragmentPath", "DropInPaths", "ExecStartPre")
GUARD = "redis_guard.py"
Value = dict[str, t.Any]


def look(params: t.Mapping[str, t.Any], _record: object) -> Value:
    """Return, for each instance by its port, disk, swap, restarts, and what waits for a restart.

    ``denied`` is what the service's user may not use of its files (sentences).
    ``disk_free_bytes`` is what the service's user may still write (statvfs(3), f_bavail), ``swap_bytes`` what of the
    process is swapped out (proc(5), VmSwap), ``restarts`` how often systemd started it again by itself (NRestarts),
    ``guarded`` whether the start guard runs before each of its starts.
    What could not be read is null, and ``unreadable`` has the path and the error.
    """
    ports = params["ports"]
    units = _units(params["unit"], ports)
    processes = host_process.processes(ports)
    guarded = _guarded(params["guard"], ports, units)
    denied = _denied(params)
    return {
        "host": params["host"],
        "instances": [
            {
                **_instance(port, params["data_dir"], processes[port], units.get(port, {})),
                "guarded": guarded[port],
                "denied": denied.get(port, []),
            }
            for port in ports
        ],
        "history": recent(params.get("history_directory") or ""),
    }


def _instance(port: int, data_dir: str, process: Found, unit: t.Mapping[str, str]) -> Value:
    unreadable: dict[str, str] = {}
    value: Value = {"port": port, **disk(os.path.join(data_dir, str(port)), unreadable), "swap_bytes": None}
    if process.pid is None:
        unreadable["swap_bytes"] = unreadable["pending"] = process.reason
        pending = None
    else:
        value["swap_bytes"] = _swap(process.pid, unreadable)
        files = [unit.get("FragmentPath", ""), *unit.get("DropInPaths", "").split()]
        pending = host_pending.waiting(process.pid, port, data_dir, files, unreadable)
    restarts = number(unit["NRestarts"]) if "NRestarts" in unit else None
    return {**value, "restarts": restarts, "pending": pending, "unreadable": unreadable}


def _denied(params: t.Mapping[str, t.Any]) -> dict[int, list[str]]:
    """Return what the service's user cannot use of the files of each instance, as sentences."""
    user = str(params.get("user") or "")
    found: dict[int, list[str]] = {}
    for port in params["ports"] if user else ():
        home = os.path.join(params["data_dir"], str(port))
        files = ((params.get("config_dir"), f"{port}.conf"), (params.get("log_dir"), f"{port}.log"))
        others = [os.path.join(directory, name) for directory, name in files if directory]
        found[port] = checks_access.rights(user, access.lacking(user, access.needs([home], others)))
    return found


def disk(directory: str, unreadable: dict[str, str]) -> Value:
    """Return the device of a directory and its space in bytes; what cannot be read is null, with the reason noted."""
    try:
        reported, device = os.statvfs(directory), os.stat(directory).st_dev
    except OSError as error:
        unreadable["disk_free_bytes"] = f"{directory}: {error.strerror}"
        return {"device": None, "disk_free_bytes": None, "disk_total_bytes": None}
    return {
        "device": str(device),
        "disk_free_bytes": reported.f_bavail * reported.f_frsize,
        "disk_total_bytes": reported.f_blocks * reported.f_frsize,
    }


def _swap(pid: int, unreadable: dict[str, str]) -> int | None:
    path = f"/proc/{pid}/status"
    text, reason = attempt(path)
    found = _SWAP.search(text)
    if found:
        return int(found.group(1)) * 1024
    # Some kernels of containers have no such line; without swap there is nothing to count.
    if _NO_SWAP.search(attempt("/proc/meminfo")[0]):
        return 0
    unreadable["swap_bytes"] = reason or f"{path}: it has no line VmSwap"
    return None


def _units(unit: str, ports: t.Sequence[int]) -> dict[int, dict[str, str]]:
    if not systemd_runs() or not ports:
        return {}
    names = [f"{unit}@{port}.service" for port in ports]
    reported = run(["systemctl", "show", f"--property={','.join(PROPERTIES)}", *names]).split("\n\n")
    blocks = [dict(line.partition("=")[::2] for line in one.strip().splitlines()) for one in reported]
    return dict(zip(ports, blocks))


def _guarded(directory: str, ports: t.Sequence[int], units: t.Mapping[int, t.Mapping[str, str]]) -> dict[int, bool]:
    program = os.path.join(directory, GUARD)
    there = os.path.isfile(program)
    # A unit that is not there starts nothing: then module instance_daemon does, which runs the guard itself.
    return {
        port: there
        and (units.get(port, {}).get("LoadState") != "loaded" or program in units[port].get("ExecStartPre", ""))
        for port in ports
    }
