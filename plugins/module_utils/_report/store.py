# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the reports: a directory for each deployment, a page and its figures for each acceptance."""

from __future__ import annotations

import json
import os
import re
import typing as t

from .._errors import CollectionError
from .._host.commands import text_of
from .._text import MASK, SECRET_SETTINGS
from .checks import faults

Value = dict[str, t.Any]
OWN = re.compile(r"(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d+)?)\.(json|html)")


def stem(started: str) -> str:
    """Return a time as the name of a file: no colons, which some file systems refuse."""
    return started.replace("+00:00", "").rstrip("Z").replace(":", "-")


def without_secrets(result: Value) -> Value:
    """Return the result with the values of secret settings blanked: a report is handed on."""
    nodes = [
        {**node, "settings": {name: _shown(name, value) for name, value in (node.get("settings") or {}).items()}}
        for node in result["nodes"]
    ]
    return {**result, "nodes": nodes}


def _shown(name: str, value: object) -> object:
    return MASK if name.lower() in SECRET_SETTINGS else value


def kept(directory: str) -> list[str]:
    """Return the stems of the reports in a directory, oldest first."""
    try:
        names = os.listdir(directory)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CollectionError(
            f"the reports in {directory} cannot be listed: {error.strerror}", hint="Give a directory of your own."
        ) from error
    return sorted({found[1] for found in map(OWN.fullmatch, names) if found})


def load(directory: str, stems: t.Iterable[str]) -> tuple[list[Value], list[str]]:
    """Return the results that can be read, and the files that cannot."""
    results: list[Value] = []
    unreadable: list[str] = []
    for one in stems:
        path = os.path.join(directory, f"{one}.json")
        try:
            result = json.loads(text_of(path) or "null")
        except ValueError:
            result = None
        if isinstance(result, dict) and not any(faults(result)):
            results.append(result)
        else:
            unreadable.append(path)
    return results, unreadable


def remove(path: str) -> None:
    """Remove a report that is older than those to keep."""
    try:
        os.remove(path)
    except OSError as error:
        raise CollectionError(f"{path} cannot be removed: {error.strerror}") from error
