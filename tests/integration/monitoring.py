# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs of monitoring, as tests/tools/monitoring.py lays them out."""

from __future__ import annotations

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / ".cache" / "monitoring" / "bin"


def program(name: str) -> str:
    """Return the path of a program; raises RuntimeError, for none is skipped in silence."""
    path = PROGRAMS / name
    if not path.exists():
        raise RuntimeError(f"no {name} in {PROGRAMS}: run make monitoring-tools")
    return str(path)
