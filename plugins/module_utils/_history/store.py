# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of records in a directory of the host: each is whole or not there, and the oldest go when there are many.

A file is locked (flock) while its call runs.  The kernel ends that lock with the process, however it ends, so a record
without an end that is not locked is one of a call that was killed.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import time
from dataclasses import replace

from .model import DONE, FAILED, INTERRUPTED, MOST_BYTES, RUNNING, Files, Record, decode, encode

MODE = 0o600
DIRECTORY_MODE = 0o700
SUFFIX = ".json"
NEW = ".new"
# Of one host: so many records, and so many bytes.
MOST_RECORDS = 500
MOST_BYTES_OF_ALL = 4 * 1024 * 1024
# A file without an end that is replaced while it is read is read again so often.
ATTEMPTS = 10
LEFT_BEHIND = 3600.0  # s: a file is written in milliseconds


def name_of(began: str, run: str, distinct: str) -> str:
    """Return the name of a record without its ending: sorted, names are in the order of time.

    Which run a record is of stands in its name, so that the others need not be read.
    """
    stamp = "".join(each for each in began if each not in "-:")
    return "-".join([stamp, run, distinct])


def run_of(name: str) -> str:
    """Return the key of the run that a file is named for; nothing where there is none."""
    return "".join(name.split("-")[1:2])


class Stored:
    """The file of one record, for the process that writes it: locked until ``close``."""

    def __init__(self, directory: str, name: str) -> None:
        self._directory = directory
        self._path = os.path.join(directory, name + SUFFIX)
        self._new = os.path.join(directory, f".{name}{NEW}")
        self._held: int | None = None

    def write(self, record: Record) -> None:
        """Put the record in place of the one before; raises OSError, and the one before stays."""
        text = encode(record).encode()
        descriptor = os.open(self._new, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _write_all(descriptor, text)
            os.fsync(descriptor)
            os.replace(self._new, self._path)
        except OSError:
            os.close(descriptor)
            with contextlib.suppress(OSError):
                os.unlink(self._new)
            raise
        first = self._held is None
        self.close()
        self._held = descriptor
        if first:
            _sync(self._directory)

    def remove(self) -> None:
        """Remove the record; raises OSError."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path)
        self.close()

    def close(self) -> None:
        """Give the lock back."""
        if self._held is not None:
            os.close(self._held)
            self._held = None


def prepare(directory: str) -> None:
    """Make the directory, and room for one record more; raises OSError."""
    os.makedirs(directory, DIRECTORY_MODE, exist_ok=True)
    names = sorted(os.listdir(directory))
    for name in names:
        # Of a call that was killed while it wrote.
        if name.endswith(NEW) and _age(os.path.join(directory, name)) > LEFT_BEHIND:
            _remove(os.path.join(directory, name))
    records = [name for name in names if name.endswith(SUFFIX)]
    sizes = [_size(os.path.join(directory, name)) for name in records]
    excess, size = len(records) - MOST_RECORDS + 1, sum(sizes) + MOST_BYTES
    for name, each in zip(records, sizes):
        if excess <= 0 and size <= MOST_BYTES_OF_ALL:
            break
        path = os.path.join(directory, name)
        # The record of a call that runs comes back with its next step.
        if not _is_locked(path):
            _remove(path)
            excess, size = excess - 1, size - each


def read(directory: str, runs: int) -> Files:
    """Return the records of the newest runs, the newest first; of all where ``runs`` is 0.  Raises OSError.

    A directory that is not there has no records.
    """
    try:
        names = sorted((name for name in os.listdir(directory) if name.endswith(SUFFIX)), reverse=True)
    except FileNotFoundError:
        return Files()
    records: list[Record] = []
    unreadable: list[str] = []
    known: set[str] = set()
    for name in names:
        # A call of a run that is not known is one for itself.
        key = run_of(name) or name
        if runs and key not in known and len(known) == runs:
            continue
        record = _read(os.path.join(directory, name))
        if record is None:
            unreadable.append(name)
            continue
        known.add(key)
        records.append(record)
    return Files(tuple(records), len(names), tuple(unreadable))


def _read(path: str) -> Record | None:
    """Return a record, with what has become of a call that has no end; nothing where the file is none."""
    for _attempt in range(ATTEMPTS):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_BYTES:
                return None
            text = os.read(descriptor, MOST_BYTES).decode(errors="replace")
            locked = _locked(descriptor)
            if not locked and _inode(path) not in (None, status.st_ino):
                continue  # replaced meanwhile: it is the new one that is locked
        finally:
            os.close(descriptor)
        record = decode(text)
        if record is None or record.outcome in (DONE, FAILED):
            return record
        return replace(record, outcome=RUNNING if locked else INTERRUPTED)
    return None


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return True
        raise
    return False


def _is_locked(path: str) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return _locked(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, text: bytes) -> None:
    while text:
        text = text[os.write(descriptor, text) :]


def _sync(directory: str) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: str) -> None:
    # Another call of this host may have removed it just now.
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0


def _age(path: str) -> float:
    """Return the seconds since a file was written, by the clock that its time is from."""
    try:
        return time.time() - os.lstat(path).st_mtime
    except OSError:
        return 0.0


def _inode(path: str) -> int | None:
    try:
        return os.stat(path).st_ino
    except OSError:
        return None
