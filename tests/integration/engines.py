# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engines to test against: every one that ``make engines`` has laid out below one directory."""

from __future__ import annotations

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
DIRECTORY = pathlib.Path(os.environ.get("ENGINES", ROOT / ".cache" / "engines"))


def engines() -> list[pathlib.Path]:
    """Return the directories with the servers' binaries; a missing engine fails, it is not skipped."""
    found = sorted(DIRECTORY.glob("*-*/bin"))
    if not found:
        raise RuntimeError(f"no engines in {DIRECTORY}: run make engines")
    return found


def servers() -> list[pathlib.Path]:
    """Return the server binary of each engine."""
    return [next(directory.glob("*-server")) for directory in engines()]


def name(binary: pathlib.Path) -> str:
    """Return an engine's name and version, for the ids of tests."""
    return binary.parents[1].name
