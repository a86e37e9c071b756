# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file of a record on the host that has it."""

from __future__ import annotations

import contextlib
import os

from .._errors import CollectionError
from .._files import Directory, File
from .._host.commands import text_of
from .._managed import files
from . import record as records
from .model import Record

DIRECTORY_MODE, MODE = 0o755, 0o644


def texts(directory: str) -> list[str]:
    """Return the records of a host; raises CollectionError where one cannot be read."""
    try:
        names = sorted(os.listdir(directory))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CollectionError(f"{directory} cannot be read: {error.strerror}") from error
    return [
        text for name in names if name.endswith(".json") for text in (text_of(os.path.join(directory, name)),) if text
    ]


def read(directory: str, deployment: str) -> Record | None:
    """Return the record of a deployment; raises CollectionError for one that cannot be read."""
    path = _path(directory, deployment)
    found = files.look_at_file(path)
    return records.parse(found.text, path) if found else None


def write(directory: str, record: Record) -> None:
    """Put a record in place as a whole, on the disk."""
    owner, group = os.geteuid(), os.getegid()
    files.make_directory(Directory(directory, owner, group, DIRECTORY_MODE))
    path = _path(directory, record.deployment)
    files.replace_file(File(path, records.text(record), owner, group, MODE))


def remove(directory: str, deployment: str) -> None:
    """Remove the record of a deployment; one that is not there is no error."""
    path = _path(directory, deployment)
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
    except OSError as error:
        raise CollectionError(f"{path} cannot be removed: {error.strerror}") from error


def _path(directory: str, deployment: str) -> str:
    return os.path.join(directory, records.file_name(deployment))
