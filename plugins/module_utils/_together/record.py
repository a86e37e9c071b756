# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of a record, and the name of its file: pure."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from .. import _marks
from .._errors import CollectionError
from .counts import Counts, Database
from .model import Entry, Record

DIRECTORY = "/var/lib/redis-rolling"


def file_name(deployment: str) -> str:
    """Return the name of the file of a deployment's record."""
    return _marks.file_name(deployment)


def text(record: Record) -> str:
    """Return the contents of the file."""
    return json.dumps(dataclasses.asdict(record), indent=2) + "\n"


def parse(content: str, path: str = "") -> Record | None:
    """Return the record of a text, nothing for an empty one; raises CollectionError for what is no record.

    A record that cannot be read is not one that is not there: replicas could be started before their primary.
    """
    if not content:
        return None
    try:
        given = json.loads(content)
        members = tuple(_entry(one) for one in given["members"])
        return Record(str(given["deployment"]), members, int(given["since"]), str(given["by"]))
    except (ValueError, TypeError, KeyError) as error:
        raise CollectionError(
            f"{path or 'the record'} is no record of a restart: {error}",
            hint="Another version of this collection has written it, or it was edited. Run the version that wrote it, "
            "or restore the file.",
        ) from None


def _entry(given: t.Mapping[str, t.Any]) -> Entry:
    return Entry(**{**given, "counts": _counts(given["counts"])})


def _counts(given: t.Mapping[str, t.Any] | None) -> Counts | None:
    if given is None:
        return None
    return Counts(tuple(Database(**one) for one in given["databases"]), int(given["libraries"]))
