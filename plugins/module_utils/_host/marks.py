# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the marks of hosts in maintenance that this host has."""

from __future__ import annotations

import os
import typing as t

from .. import _marks
from .._errors import CollectionError

# The contents of the files, by path.
Texts = t.Mapping[str, str]
Found = t.TypeVar("Found")


def texts(directory: str) -> Texts:
    """Return the files of a directory of marks; raise CollectionError where one cannot be read.

    What cannot be read is not what is not there: a host would be started in the middle of its maintenance.
    """
    names = sorted(one for one in _read(directory, os.listdir) or () if one.endswith(_marks.SUFFIX))
    paths = [os.path.join(directory, name) for name in names]
    # One that is removed at this moment is none.
    return {path: content for path in paths for content in (_read(path, _contents),) if content is not None}


def parsed(found: Texts) -> dict[str, _marks.Mark]:
    """Return the marks by path."""
    return {path: _marks.parse(content, os.path.basename(path)) for path, content in found.items()}


def _read(path: str, how: t.Callable[[str], Found]) -> Found | None:
    try:
        return how(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CollectionError(f"{path} cannot be read: {error.strerror}") from error


def _contents(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as stream:
        return stream.read()
