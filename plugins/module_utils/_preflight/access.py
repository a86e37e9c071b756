# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and directories as the service's user sees them, asked with that user's rights; and room on disks.

A child process takes the user's ids and asks the kernel, which knows of ACLs, capabilities and mounts, too.  Where
the user does not exist yet, it is a user without any rights of its own: what all may pass, it may pass.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import pwd
import re
import typing as t

from .model import Disk, Need

NOBODY_UID = 65534
READ, WRITE, PASS = "read", "write", "pass"
_MODES = {READ: os.R_OK, WRITE: os.W_OK, PASS: os.X_OK}
# What the engine also opens to write, in addition to its directory; a dump is only read and then replaced.
# By the names that the collection gives: a copy that a person has left beside them is not one of them.
_WRITTEN = re.compile(r"(redis|sentinel|nodes-\d+)\.conf|appendonly.*\.(aof|manifest)|.*\.log")
_READ = re.compile(r"dump(-\d+)?\.rdb|appendonly.*\.rdb")
LOG_DIRECTORY = "appendonlydir"


def needs(homes: t.Sequence[str], others: t.Sequence[str], managed: t.Collection[str] = ()) -> list[Need]:
    """Return what the service's user has to be able to do, as far as the files are there.

    ``homes`` are the instances' own directories, ``others`` the directories and files of configuration and logs.
    A run gives ``managed`` directories their owner and mode, and leaves those above them alone.
    """
    found: dict[str, tuple[str, ...]] = {}
    for path in (*homes, *others):
        for above in _above(path):
            if above not in managed:
                found.setdefault(above, (PASS,))
    for home in homes:
        found.update(_below(home))
        found.update(_below(os.path.join(home, LOG_DIRECTORY), itself=True))
    found.update({path: (READ, WRITE) for path in others if os.path.isfile(path) and path.endswith(".log")})
    return [Need(path, rights) for path, rights in found.items()]


def lacking(user: str, wanted: t.Sequence[Need]) -> list[Need]:
    """Return for each path the rights that the user lacks there; nothing where this process may not act as the user."""
    uid, gid, groups = _ids(user) or (NOBODY_UID, NOBODY_UID, [])
    if not _ids(user):
        wanted = [one for one in wanted if one.rights == (PASS,)]
    if os.geteuid() == uid:
        return _ask(wanted)
    if os.geteuid() != 0:
        return []
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        _answer(send, wanted, uid, gid, groups)
    os.close(send)
    with os.fdopen(receive, encoding="utf-8") as stream:
        text = stream.read()
    os.waitpid(child, 0)
    return [Need(path, tuple(rights)) for path, rights in json.loads(text)] if text else []


def disks(homes: t.Mapping[int, str]) -> list[Disk]:
    """Return the file systems of the instances' directories: what is free, and what these instances use already."""
    found: dict[int, Disk] = {}
    for port, home in homes.items():
        existing = home
        while not os.path.exists(existing):
            existing = os.path.dirname(existing)
        with contextlib.suppress(OSError):
            device, reported = os.stat(existing).st_dev, os.statvfs(existing)
            before = found.get(device, Disk(existing, reported.f_bavail * reported.f_frsize))
            ours = before.ours + (_size(home) if existing == home else 0)
            found[device] = Disk(before.path, before.free, ours, (*before.ports, port))
    return list(found.values())


def _ids(user: str) -> tuple[int, int, list[int]] | None:
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        return None
    return entry.pw_uid, entry.pw_gid, os.getgrouplist(user, entry.pw_gid)


def _above(path: str) -> t.Iterator[str]:
    while path != os.path.dirname(path):
        path = os.path.dirname(path)
        if os.path.isdir(path):
            yield path


def _below(directory: str, itself: bool = False) -> dict[str, tuple[str, ...]]:
    """Return what the engine opens in a directory, and how."""
    found: dict[str, tuple[str, ...]] = {directory: (READ, WRITE, PASS)} if itself and os.path.isdir(directory) else {}
    for name in os.listdir(directory) if os.path.isdir(directory) else ():
        path = os.path.join(directory, name)
        if os.path.isfile(path) and _WRITTEN.fullmatch(name):
            found[path] = (READ, WRITE)
        elif os.path.isfile(path) and _READ.fullmatch(name):
            found[path] = (READ,)
    return found


def _ask(wanted: t.Sequence[Need]) -> list[Need]:
    found = []
    for one in wanted:
        rights = tuple(right for right in one.rights if not os.access(one.path, _MODES[right]))
        if rights:
            found.append(Need(one.path, rights))
    return found


def _answer(send: int, wanted: t.Sequence[Need], uid: int, gid: int, groups: list[int]) -> t.NoReturn:
    """Become the user for good and answer; never returns into the module's code."""
    try:
        os.setgroups(groups)
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
        answer = json.dumps([(one.path, one.rights) for one in _ask(wanted)])
        with os.fdopen(send, "w", encoding="utf-8") as stream:
            stream.write(answer)
    except OSError as error:
        # A container may forbid the change of ids: then nothing is known, and nothing is claimed.
        os._exit(error.errno or errno.EPERM)
    finally:
        os._exit(0)


def _size(directory: str) -> int:
    total = 0
    for folder, _folders, names in os.walk(directory):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(folder, name)).st_blocks * 512
    return total
