# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What drills have written down on this host: one file each, whole or not there."""

from __future__ import annotations

import dataclasses
import json
import os
import typing as t

from .._errors import CollectionError, Refused
from .._host.commands import text_of, write
from .model import Entry

MODE = 0o600
DIRECTORY_MODE = 0o700
SUFFIX = ".drill"


def entries(directory: str) -> tuple[Entry, ...]:
    """Return everything that is written down; raise Refused for what this collection has not written."""
    return tuple(_entry(os.path.join(directory, name)) for name in names(directory, SUFFIX))


def text(what: t.Mapping[str, t.Any]) -> str:
    """Return an object as a file holds it."""
    return json.dumps(what, indent=2) + "\n"


def note(directory: str, entry: Entry) -> None:
    """Write an entry down."""
    make(directory)
    write(_path(directory, entry), text(dataclasses.asdict(entry)), MODE)


def forget(directory: str, entry: Entry) -> None:
    """Remove an entry."""
    remove(_path(directory, entry))


def names(directory: str, suffix: str) -> list[str]:
    """Return the names of the files with that ending, sorted."""
    try:
        return sorted(name for name in os.listdir(directory) if name.endswith(suffix))
    except FileNotFoundError:
        return []


def make(directory: str) -> None:
    """Create the directory, readable for root only."""
    try:
        os.makedirs(directory, DIRECTORY_MODE, exist_ok=True)
    except OSError as error:
        raise CollectionError(f"{directory} cannot be made: {error.strerror}", hint="Run as root.") from error


def remove(path: str) -> None:
    """Remove a file, if it is there."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise CollectionError(f"{path} cannot be removed: {error.strerror}") from error


def read(path: str) -> dict[str, t.Any]:
    """Return the object of a file; raise Refused for one that is none."""
    try:
        found = json.loads(text_of(path) or "")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused(f"{path} is not what a drill writes", hint="See what it is, and move it elsewhere.")
    return found


def _path(directory: str, entry: Entry) -> str:
    return os.path.join(directory, f"{entry.port}-{entry.fault}{SUFFIX}")


def _entry(path: str) -> Entry:
    try:
        return Entry(**read(path))
    except TypeError as error:
        raise Refused(
            f"{path} is not what a drill writes: {error}", hint="See what it is, and move it elsewhere."
        ) from error
