# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives: their checksum, what they hold, unpacking them, and packing a build."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tarfile
import typing as t
import zlib

from .._errors import CollectionError, Refused
from .checks import Member, check_identity, contents
from .model import Contents, Desired

if t.TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK = 1024 * 1024
BROKEN: list[type[Exception]] = [tarfile.TarError, EOFError, zlib.error]
with contextlib.suppress(ImportError):  # a Python that was built without it opens no such archive either
    import lzma

    BROKEN.append(lzma.LZMAError)


def checksum_of(path: str) -> str:
    """Return the SHA-256 of a file."""
    summed = hashlib.sha256()
    try:
        with open(path, "rb") as stream:
            for chunk in iter(lambda: stream.read(CHUNK), b""):
                summed.update(chunk)
    except OSError as error:
        raise Refused(
            f"the archive {path} cannot be read: {error.strerror}",
            hint="Correct redis_install_archive.",
        ) from error
    return summed.hexdigest()


def inspect(wanted: Desired) -> Contents:
    """Return what the archive holds; raises Refused for a wrong sum, a broken one, another engine."""
    path = wanted.archive
    found = checksum_of(path)
    if found != wanted.archive_checksum:
        raise Refused(
            f"the checksum of {path} is sha256:{found}, expected sha256:{wanted.archive_checksum}",
            hint="Fetch it again, or correct redis_install_checksum if you trust it.",
        )
    with _opened(path) as tar:
        members = [Member(one.name, _kind(one), one.size, one.linkname) for one in tar.getmembers()]

        def read(name: str) -> str | None:
            try:
                stream = tar.extractfile(name)
            except KeyError:
                return None
            return stream.read(CHUNK).decode(errors="replace") if stream else None

        held = contents(members, read, wanted.method, path)
    check_identity(wanted, held, path)
    return held


def unpack(path: str, directory: str) -> None:
    """Unpack an archive that ``inspect`` has found harmless; everything in it becomes this user's."""
    os.makedirs(directory)
    with _opened(path) as tar:
        members = tar.getmembers()
        for one in members:
            one.uid, one.gid, one.uname, one.gname = os.geteuid(), os.getegid(), "", ""
            one.mode = 0o755 if one.isdir() or one.mode & 0o100 else 0o644
        harmless = getattr(tarfile, "data_filter", None)
        if harmless is not None:
            tar.extraction_filter = harmless
        tar.extractall(directory, members=members)


def pack(build: str, name: str, path: str) -> None:
    """Pack a build's directory, under a name, into an archive that appears as a whole."""
    temporary = f"{path}.new"
    try:
        with tarfile.open(temporary, "w:gz", compresslevel=6) as tar:
            tar.add(build, arcname=name)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        raise CollectionError(f"could not pack {build} as {path}: {error.strerror}") from error


def _kind(one: tarfile.TarInfo) -> str:
    if one.isdir():
        return "directory"
    if one.issym():
        return "link"
    return "file" if one.isfile() else "other"


@contextlib.contextmanager
def _opened(path: str) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, "r:*") as tar:
            yield tar
    except tuple(BROKEN) as error:
        raise Refused(f"{path} is a broken archive: {error}", hint="Fetch it again.") from error
    except OSError as error:
        raise CollectionError(f"{path} could not be unpacked: {error.strerror or error}") from error
