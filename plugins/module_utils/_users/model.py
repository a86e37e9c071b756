# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users as plain values: those that are listed, and those that a server has."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Account:
    """An ACL user.

    Each of ``passwords`` lets it in; there may be none where ``rules`` say how to log in.
    """

    name: str
    passwords: tuple[str, ...] = field(repr=False)
    rules: str


@dataclass(frozen=True)
class Present:
    """The users of a running server: its list of them, and the users file that it would load.

    ``differing`` are those that mean something else than the users file, where the server runs another engine than
    the wanted one and lists them in its own way; None where the lists themselves can be compared.
    """

    lines: tuple[str, ...] = field(repr=False)
    file: str
    differing: tuple[str, ...] | None = None
