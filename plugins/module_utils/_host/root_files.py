# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Directories and files with content, owner, group and mode: all are compared, and those that differ put in place."""

from __future__ import annotations

import grp
import hashlib
import math
import os
import pwd
import stat
import time
import typing as t
from dataclasses import dataclass, field, replace

from .._engine.loop import Operation
from .._errors import CollectionError, Refused


@dataclass(frozen=True)
class Entry:
    """What stands, or has to stand, at a path; the checksum is empty for a directory.

    ``changed`` is when it was last written or given to somebody else, in seconds since 1970; ``restarts`` whether the
    service reads it at its start; ``packaged`` whether a directory is also that of a package of the distribution.
    """

    path: str
    owner: str
    group: str
    mode: int
    checksum: str = ""
    changed: float = field(default=0.0, compare=False)
    restarts: bool = field(default=False, compare=False)
    packaged: bool = field(default=False, compare=False)

    @property
    def is_new(self) -> bool:
        """Return whether a step of the plan has put it there."""
        return math.isinf(self.changed)

    @property
    def is_directory(self) -> bool:
        """Return whether it is a directory."""
        return not self.checksum

    def line(self) -> str:
        """Return it as a line of a diff: a checksum stands for the content, which may be secret."""
        return f"{self.path} {self.owner}:{self.group} {self.mode:04o} {self.checksum or 'directory'}\n"


@dataclass(frozen=True)
class Files:
    """What stands at the paths in question, by path, and what has to, directories first."""

    found: tuple[Entry, ...]
    wanted: tuple[Entry, ...]

    def at(self, path: str) -> Entry | None:
        """Return what stands at a path."""
        return next((entry for entry in self.found if entry.path == path), None)


@dataclass(frozen=True)
class Put:
    """Put one directory or file in place."""

    entry: Entry

    def describe(self) -> str:
        """Return one line for people."""
        return f"{'make directory' if self.entry.is_directory else 'write'} {self.entry.path}"

    def apply(self, state: Files) -> Files:
        """Return the state with the entry in place."""
        others = (entry for entry in state.found if entry.path != self.entry.path)
        return replace(state, found=(*others, replace(self.entry, changed=math.inf)))


def plan(state: Files) -> list[Put]:
    """Return a step for each path that differs; raise Refused where something else than a file or directory stands."""
    for entry in state.wanted:
        found = state.at(entry.path)
        if found is not None and found.is_directory != entry.is_directory:
            kinds = ("a directory", "a regular file")
            raise Refused(
                f"{entry.path} has to be {kinds[not entry.is_directory]}, and something else stands there",
                hint="Move it away, and run again.",
            )
    return [Put(entry) for entry in state.wanted if state.at(entry.path) != entry]


def tolerant(wanted: Entry, found: Entry | None) -> Entry:
    """Return what is wanted of a path, given what stands there.

    A directory that a package has, too, keeps its group and its mode, except that its owner may do everything in it and
    others may not write: the next version of the package would set them again.
    """
    if found is None or not (wanted.packaged and found.is_directory):
        return wanted
    return replace(wanted, group=found.group, mode=found.mode & ~0o002 | 0o700)


class FilesOperation(Operation[Files, Put]):
    """Directories and files of one service."""

    def __init__(self, params: t.Mapping[str, t.Any], record: t.Callable[[str, str], None]) -> None:
        self._texts = {each["path"]: each["content"] for each in params["files"]}
        # Checksums are shown. Those of this run show what differs, and cannot be used to search for the content.
        self._key = os.urandom(16)
        wanted = [*params["directories"], *params["files"]]
        self._wanted = tuple(_wanted(each, self._key) for each in wanted)

    def observe(self) -> Files:
        """Read what stands at the paths."""
        found = tuple(entry for entry in (_found(entry.path, self._key) for entry in self._wanted) if entry is not None)
        there = {entry.path: entry for entry in found}
        return Files(found, tuple(tolerant(entry, there.get(entry.path)) for entry in self._wanted))

    def plan(self, state: Files) -> list[Put]:
        """Return what is left to put in place."""
        return plan(state)

    def execute(self, steps: t.Sequence[Put], state: Files) -> t.Sequence[Put]:
        """Do all steps in their order: directories come before the files in them."""
        for step in steps:
            entry = step.entry
            try:
                uid, gid = pwd.getpwnam(entry.owner).pw_uid, grp.getgrnam(entry.group).gr_gid
            except KeyError as error:
                raise CollectionError(
                    f"{entry.path} cannot be given to {entry.owner}:{entry.group}: this host has no such user or group"
                ) from error
            try:
                if entry.is_directory:
                    _make(entry, uid, gid)
                else:
                    _write(entry, self._texts[entry.path], uid, gid)
            except OSError as error:
                raise CollectionError(f"{entry.path} cannot be written: {error.strerror}") from error
        return steps

    def render(self, state: Files) -> str:
        """Return a line for each path."""
        return "".join(entry.line() for entry in sorted(state.found, key=lambda entry: entry.path))

    def result(self, state: Files) -> dict[str, t.Any]:
        """Return nothing beyond what all operations return."""
        return {}


def _checksum(content: bytes, key: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16, key=key).hexdigest()


def _wanted(given: t.Mapping[str, t.Any], key: bytes) -> Entry:
    checksum = _checksum(given["content"].encode(), key) if "content" in given else ""
    mode = int(given["mode"], 8)
    flags = {name: bool(given.get(name)) for name in ("restarts", "packaged")}
    return Entry(given["path"], given["owner"], given["group"], mode, checksum, **flags)


def _found(path: str, key: bytes) -> Entry | None:
    """Return what stands at a path; a link and the like are no content, and are replaced as a whole."""
    try:
        status = os.stat(path) if os.path.isdir(path) else os.lstat(path)
        content = b""
        if stat.S_ISREG(status.st_mode):
            with open(path, "rb") as stream:
                content = stream.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CollectionError(f"{path} cannot be read: {error.strerror}") from error
    regular = _checksum(content, key) if stat.S_ISREG(status.st_mode) else "other"
    checksum = "" if stat.S_ISDIR(status.st_mode) else regular
    owner, group = _user(status.st_uid), _group(status.st_gid)
    # A time that is yet to come was read from a clock that has been set back since: nothing can be compared with it.
    changed = status.st_ctime if status.st_ctime <= time.time() else 0.0
    return Entry(path, owner, group, stat.S_IMODE(status.st_mode), checksum, changed=changed)


def kind(path: str) -> dict[str, str]:
    """Return what stands at a path (``absent``, ``file``, ``directory``, ``link``, ``other``), and who owns it."""
    try:
        status = os.lstat(os.path.expanduser(os.path.expandvars(path)))
    except OSError:
        return {"type": "absent", "owner": ""}
    kinds = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "link"}
    return {"type": kinds.get(stat.S_IFMT(status.st_mode), "other"), "owner": _user(status.st_uid)}


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def _make(entry: Entry, uid: int, gid: int) -> None:
    os.makedirs(entry.path, exist_ok=True)
    os.chown(entry.path, uid, gid)
    os.chmod(entry.path, entry.mode)


def _write(entry: Entry, text: str, uid: int, gid: int) -> None:
    """Put a file in place as a whole: a reader sees the old or the new one, and no other user the content."""
    temporary = f"{entry.path}.{os.getpid()}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as stream:
            os.fchown(descriptor, uid, gid)
            os.fchmod(descriptor, entry.mode)
            stream.write(text.encode())
        os.replace(temporary, entry.path)
    except OSError:
        os.unlink(temporary)
        raise
