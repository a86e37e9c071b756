# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engines to test against: every one that ``make engines`` has laid out below one directory."""

from __future__ import annotations

import atexit
import functools
import os
import pathlib
import shutil
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
DIRECTORY = pathlib.Path(os.environ.get("ENGINES", ROOT / ".cache" / "engines")).resolve()


@functools.cache
def directory() -> pathlib.Path:
    """Return where the engines are, for every user: a home directory is closed to the servers' user."""
    if not DIRECTORY.is_dir() or all(path.stat().st_mode & 0o001 for path in DIRECTORY.parents):
        return DIRECTORY
    copy = pathlib.Path(tempfile.mkdtemp(prefix="engines-"))
    atexit.register(shutil.rmtree, copy)
    shutil.copytree(DIRECTORY, copy, dirs_exist_ok=True)
    # After the copy, which takes over the mode of the directory.
    copy.chmod(0o755)
    return copy


def engines() -> list[pathlib.Path]:
    """Return the directories with the servers' binaries; a missing engine fails, it is not skipped."""
    found = sorted(directory().glob("*-*/bin"))
    if not found:
        raise RuntimeError(f"no engines in {DIRECTORY}: run make engines")
    return found


def servers() -> list[pathlib.Path]:
    """Return the server binary of each engine."""
    return [next(engine.glob("*-server")) for engine in engines()]


def name(binary: pathlib.Path) -> str:
    """Return an engine's name and version, for the ids of tests."""
    return binary.parents[1].name
