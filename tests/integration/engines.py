# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engines that ``make engines`` has laid out: ``NAME-VERSION/bin`` below one directory."""

from __future__ import annotations

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
DIRECTORY = pathlib.Path(os.environ.get("ENGINES", ROOT / ".cache" / "engines"))


def servers() -> list[pathlib.Path]:
    """Return the server binary of each engine; without any, the tests cannot run and say so."""
    found = [
        directory / "bin" / f"{directory.name.partition('-')[0]}-server" for directory in sorted(DIRECTORY.glob("*-*"))
    ]
    if not found:
        raise RuntimeError(f"there is no engine in {DIRECTORY}: run 'make engines' first")
    return found


def name(server: pathlib.Path) -> str:
    """Return the name of an engine's directory, for test ids."""
    return server.parents[1].name
