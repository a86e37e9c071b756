# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only the host itself can tell of its instances: disk, swap, restarts.  Reads only."""

from __future__ import annotations

import os
import re
import typing as t

from .._host.commands import run, systemd_runs, text_of
from .._preflight.proc import listening_sockets
from .._replies import number

_SWAP = re.compile(r"^VmSwap:\s+(\d+) kB", re.MULTILINE)
Value = dict[str, t.Any]


def look(params: t.Mapping[str, t.Any], _record: object) -> Value:
    """Return, for each instance by its port, disk, swap and restarts; null is what could not be read.

    ``disk_free_bytes`` is what the service's user may still write (statvfs(3), f_bavail), ``swap_bytes`` what of the
    process is swapped out (proc(5), VmSwap), ``restarts`` how often systemd started it again by itself (NRestarts).
    """
    ports = params["ports"]
    processes = {one.port: one.owner.pid for one in listening_sockets(ports) if one.owner is not None}
    restarts = _restarts(params["unit"], ports)
    return {
        "host": params["host"],
        "instances": [
            {
                "port": port,
                **_disk(os.path.join(params["data_dir"], str(port))),
                "swap_bytes": _swap(processes.get(port)),
                "restarts": restarts.get(port),
            }
            for port in ports
        ],
    }


def _disk(directory: str) -> Value:
    try:
        told, device = os.statvfs(directory), os.stat(directory).st_dev
    except OSError:
        return {"device": None, "disk_free_bytes": None, "disk_total_bytes": None}
    return {
        "device": str(device),
        "disk_free_bytes": told.f_bavail * told.f_frsize,
        "disk_total_bytes": told.f_blocks * told.f_frsize,
    }


def _swap(pid: int | None) -> int | None:
    found = _SWAP.search(text_of(f"/proc/{pid}/status") or "") if pid else None
    return int(found.group(1)) * 1024 if found else None


def _restarts(unit: str, ports: t.Sequence[int]) -> dict[int, int]:
    if not systemd_runs() or not ports:
        return {}
    names = [f"{unit}@{port}.service" for port in ports]
    told = run(["systemctl", "show", "--property=NRestarts", *names]).split("\n\n")
    values = [one.strip().partition("=")[2] for one in told]
    return {port: number(value) for port, value in zip(ports, values)}
