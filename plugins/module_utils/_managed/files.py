# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and directories of a host's instances: inspected, and written so that no reader sees half."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import socket
import stat
import typing as t

from .._errors import CollectionError, DeadlineExceeded, Locked
from .._files import Directory, File
from .._wait import poll

if t.TYPE_CHECKING:
    from collections.abc import Iterator


def look_at_directory(path: str) -> Directory | None:
    """Return a directory as it is, or None where there is none."""
    try:
        seen = os.stat(path)
    except FileNotFoundError:
        return None
    if not stat.S_ISDIR(seen.st_mode):
        raise CollectionError(f"{path} is not a directory", hint="Move it away, or choose another path.")
    return Directory(path, seen.st_uid, seen.st_gid, stat.S_IMODE(seen.st_mode))


def look_at_file(path: str) -> File | None:
    """Return a file as it is, or None where there is none."""
    try:
        with open(path, encoding="utf-8", errors="backslashreplace") as stream:
            seen = os.fstat(stream.fileno())
            return File(path, stream.read(), seen.st_uid, seen.st_gid, stat.S_IMODE(seen.st_mode))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CollectionError(f"{path} cannot be read: {error.strerror}", hint="Run as root (become).") from error


def is_writable(path: str) -> bool:
    """Return whether a path, or the nearest directory above it that exists, can be written."""
    while not os.path.lexists(path) and path != os.path.dirname(path):
        path = os.path.dirname(path)
    # For root this is still false on a read-only file system and for what is marked immutable.
    return os.access(path, os.W_OK)


def make_directory(wanted: Directory) -> None:
    """Create a directory, or give an existing one the right owner and mode."""
    with _explained("create", wanted.path):
        os.makedirs(os.path.dirname(wanted.path), exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.mkdir(wanted.path, 0o700)
        os.chown(wanted.path, wanted.owner, wanted.group)
        os.chmod(wanted.path, wanted.mode)


def create_file(wanted: File) -> None:
    """Create a file that does not exist; one that exists is left alone."""
    with _explained("create", wanted.path), contextlib.suppress(FileExistsError):
        _write(wanted.path, wanted, os.O_CREAT | os.O_EXCL)


def replace_file(wanted: File) -> None:
    """Write a file in one step: a reader, or a crash, meets the old one or the new one."""
    directory, name = os.path.split(wanted.path)
    # One name for all runs (they hold a lock), so that a killed one leaves nothing that stays.
    temporary = os.path.join(directory, f".{name}.new")
    with _explained("write", wanted.path):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        _write(temporary, wanted, os.O_CREAT | os.O_EXCL)
        os.replace(temporary, wanted.path)
        _sync(directory)


def label(directory: str) -> str:
    """Return a short name that a directory shares with no other."""
    return hashlib.sha256(os.path.realpath(directory).encode()).hexdigest()[:16]


def hold_lock(directory: str, timeout: float) -> socket.socket:
    """Take the lock of the runs that work on a directory, until the returned object is closed.

    The lock is a name of the kernel's, not a file: it is there before the directory is, leaves
    nothing behind in check mode, and is gone with the process.  Raises Locked after the time-out.
    """
    lock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

    def missing(_observed: object) -> str:
        try:
            lock.bind(f"\0almashooq.redis.{label(directory)}")
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return f"it still works on {directory}"
        return ""

    try:
        poll(lambda: None, missing, awaiting="another run on this host to end", timeout=timeout)
    except DeadlineExceeded as error:
        lock.close()
        raise Locked(str(error), hint="Wait until that run has ended, and run again.") from error
    return lock


def _write(path: str, wanted: File, flags: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | flags, 0o600)
    with open(descriptor, "w", encoding="utf-8") as stream:
        os.fchown(descriptor, wanted.owner, wanted.group)
        os.fchmod(descriptor, wanted.mode)
        stream.write(wanted.text)
        stream.flush()
        os.fsync(descriptor)


def _sync(directory: str) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _explained(verb: str, path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CollectionError(
            f"could not {verb} {path}: {error.strerror}",
            hint=f"Make {os.path.dirname(path)} writable for this run, or choose another directory.",
            path=path,
        ) from error
