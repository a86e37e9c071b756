# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Directories and files as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Directory:
    """A directory with owner, group (ids) and mode."""

    path: str
    owner: int
    group: int
    mode: int


@dataclass(frozen=True)
class File:
    """A file with its text, owner, group (ids) and mode."""

    path: str
    text: str = field(repr=False)
    owner: int
    group: int
    mode: int
