# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What module ``history_info`` does: read the records of a host."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._errors import CollectionError, Refused
from . import store
from .model import Files
from .render import call_value

Params = t.Mapping[str, t.Any]
RECENT = 20  # runs: one that still works is among them, and what was changed last


def look(params: Params, _record: object) -> dict[str, t.Any]:
    """Return the records of the newest runs of this host, and the files that are none; refuses a negative number."""
    if params["runs"] < 0:
        raise Refused(f"runs is {params['runs']}: give a number of runs, or 0 for all")
    found = read(params["directory"], params["runs"])
    return {
        "records": [call_value(one) for one in found.records],
        "count": found.count,
        "unreadable": list(found.unreadable),
    }


def read(directory: str, runs: int) -> Files:
    """Return the records of the newest runs; raises CollectionError where the directory cannot be read."""
    try:
        return store.read(directory, runs)
    except OSError as error:
        raise CollectionError(f"{directory} cannot be read: {error.strerror}", hint="Run as root (become).") from error


def recent(directory: str) -> list[dict[str, t.Any]]:
    """Return the records of the newest runs without their steps, for the last change of a deployment.

    None where there is no directory, or where it cannot be read.
    """
    try:
        found = store.read(directory, RECENT).records if directory else ()
    except OSError:
        return []
    return [call_value(replace(one, plan=(), done=(), failed=())) for one in found]


def has_run(directory: str, run: str) -> bool:
    """Return whether a run has records here; a directory that cannot be read has none of it."""
    try:
        return bool(run) and any(one.run == run for one in store.read(directory, RECENT).records)
    except OSError:
        return False
