# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decisions about rights and room on disks: pure functions from what was observed to sentences for people."""

from __future__ import annotations

import typing as t

from .model import Disk, Instance, Need

MEBIBYTE = 2**20
# Directories that the instances' unit hides (ProtectHome).
HIDDEN = ("/home", "/root", "/run/user")
_DEED = {"read": "read", "write": "write", "pass": "enter"}


def rights(user: str, lacking: t.Sequence[Need]) -> list[str]:
    """Return what the service's user cannot do, the outermost directory that it cannot enter first and alone."""
    closed = [one.path for one in lacking if one.rights == ("pass",)]
    outermost = [path for path in closed if not any(_is_below(path, other) for other in closed)]
    found = [
        f"{path} cannot be entered by {user}, the user of the instances, so that nothing below it can be used: "
        f"chmod o+x {path} (or let the group of {user} enter it), or choose other directories"
        for path in outermost
    ]
    for one in lacking:
        if one.path not in closed and not any(_is_below(one.path, path) for path in outermost):
            deeds = " and ".join(_DEED[right] for right in one.rights)
            found.append(
                f"{user}, the user of the instances, cannot {deeds} {one.path}, which the engine needs: "
                f"chown {user} {one.path}"
            )
    return found


def hidden(paths: t.Sequence[str]) -> list[str]:
    """Return what the unit of the instances would not see."""
    return [
        f"{path} is below {place}, which the unit of the instances hides (ProtectHome): choose another directory, or "
        "set redis_node_service_manager to daemon"
        for path in paths
        for place in HIDDEN
        if _is_below(path, place) or path == place
    ]


def room(disks: t.Sequence[Disk], instances: t.Sequence[Instance], memory: int) -> tuple[list[str], list[str]]:
    """Return what is refused and what is only reported about room on the disks.

    All data has to fit once; while a snapshot or the append-only file is rewritten, the old and the new one are there.
    An instance holds no more than the host's memory, whatever its limit.
    """
    refused, reported = [], []
    for disk in disks:
        kept = [one for one in instances if one.port in disk.ports and one.persistent and one.maxmemory is not None]
        data = min(sum(one.maxmemory or memory for one in kept), memory)
        available = disk.free + disk.ours
        where = (
            f"the disk of {disk.path} has {_mebibytes(available)} for {len(kept)} instance(s), which may hold "
            f"{_mebibytes(data)}"
        )
        if available < data:
            refused.append(
                f"{where} of data: make room, lower redis_node_maxmemory, or set redis_node_accept_disk_overcommit"
            )
        elif available < 2 * data:
            reported.append(
                f"{where} of data: a rewrite of the append-only file or a snapshot needs as much again, and writes are "
                "refused once one fails. Make room, or lower redis_node_maxmemory"
            )
    return refused, reported


def _is_below(path: str, above: str) -> bool:
    return path != above and path.startswith(above.rstrip("/") + "/")


def _mebibytes(number: int) -> str:
    return f"{number / MEBIBYTE:,.0f} MiB"
