# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in the way of a build, found before anything is changed: pure functions."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .._errors import Refused
from .model import MANIFEST, Contents, Desired, State
from .parse import identity, manifest

MIB = 1024 * 1024
# A source tree with its objects takes 240 MiB (Redis 8.0), the programs 30.
SPACE_FOR_SOURCE = 400 * MIB
SPACE_BESIDES = 32 * MIB
LARGEST = 2048 * MIB
MOST_MEMBERS = 100_000


@dataclass(frozen=True)
class Member:
    """One entry of an archive: ``kind`` is file, directory, link (``target``: what it points at) or other."""

    name: str
    kind: str
    size: int = 0
    target: str = ""


def top_directory(members: t.Sequence[Member], where: str) -> str:
    """Return the one directory that an archive unpacks to; raises Refused where it could write elsewhere."""
    if len(members) > MOST_MEMBERS or sum(one.size for one in members) > LARGEST:
        raise _broken(where, f"it would unpack to more than {LARGEST // MIB} MiB or {MOST_MEMBERS} files")
    tops = set()
    for one in members:
        parts = _parts(one.name)
        if parts is None or not parts:
            raise _broken(where, f"its member {one.name!r} lies outside of it")
        if one.kind == "other":
            raise _broken(where, f"its member {one.name!r} is neither file, directory nor link")
        if one.kind == "link" and _parts("/".join([*parts[:-1], one.target]), one.target) is None:
            raise _broken(where, f"its link {one.name!r} points outside of it, to {one.target!r}")
        tops.add(parts[0])
    if len(tops) != 1:
        raise _broken(where, f"it has {len(tops)} directories at its top, not one")
    return tops.pop()


def contents(members: t.Sequence[Member], read: t.Callable[[str], str | None], method: str, where: str) -> Contents:
    """Return what an archive holds; ``read`` returns the text of a member, or None."""
    top = top_directory(members, where)
    size = sum(one.size for one in members)
    if method == "prebuilt":
        text = read(f"{top}/{MANIFEST}")
        if text is None:
            raise _broken(where, f"it has no {top}/{MANIFEST}", "Take one that was packed by redis_install_export.")
        reported = manifest(text, f"{where}: {MANIFEST}")
        return Contents(top, reported.engine, reported.version, size, reported)
    found = identity(read(f"{top}/src/version.h") or "")
    if found is None:
        raise _broken(where, f"it has no {top}/src/version.h that names an engine", "Give the engine's source archive.")
    return Contents(top, *found, size=size)


def check_identity(wanted: Desired, held: Contents, where: str) -> None:
    """Refuse an archive of another engine or version."""
    if (held.engine, held.version) != (wanted.engine, wanted.version):
        raise Refused(
            f"{where} holds {held.engine} {held.version}, expected {wanted.label}",
            hint="Correct redis_install_engine, redis_install_version or the archive.",
        )


def obstacles(wanted: Desired, state: State) -> list[str]:
    """Return a sentence for each reason why the wanted build cannot be installed on this host."""
    host, found = state.host, []
    if host is None or wanted.name in state.installed:
        return []
    needed = SPACE_FOR_SOURCE
    if wanted.method == "prebuilt":
        needed = SPACE_BESIDES + (state.contents.size if state.contents else 0)
    if host.free < needed:
        found.append(
            f"{wanted.prefix} has {host.free // MIB} MiB of free space, and {needed // MIB} MiB are needed "
            f"for {wanted.label}: make room there, or set redis_install_prefix to a larger file system"
        )
    if not host.executable:
        found.append(
            f"{wanted.prefix} is on a file system mounted noexec, where no program can run: "
            "set redis_install_prefix to another one"
        )
    held = state.contents.manifest if state.contents else None
    if held and held.platform != host.platform:
        found.append(
            f"the build in the archive is for {held.platform}, and this host is {host.platform}: "
            "pack one on such a host, by redis_install_export"
        )
    if host.lacking:
        found.append(f"{wanted.label} needs what this host lacks: {', '.join(host.lacking)}")
    return found


def checksum(text: str) -> str:
    """Return the hexadecimal part of ``sha256:HEX``; raises Refused for any other text."""
    found = re.fullmatch(r"sha256:([0-9a-fA-F]{64})", text)
    if not found:
        raise Refused(
            f"{text!r} is not a checksum of the form sha256:HEX with 64 hexadecimal digits",
            hint="Set redis_install_checksum to what the makers of the archive publish for it.",
        )
    return found[1].lower()


def _parts(name: str, target: str = "") -> list[str] | None:
    """Return the parts of a path below the top, or None where it leaves it."""
    if name.startswith("/") or target.startswith("/"):
        return None
    parts: list[str] = []
    for part in name.split("/"):
        if part == "..":
            if len(parts) < 2:  # the top directory itself is never left
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return parts if target or ".." not in name.split("/") else None


def _broken(where: str, why: str, hint: str = "Fetch it again, or choose another one.") -> Refused:
    return Refused(f"{where} cannot be used: {why}", hint=hint)
