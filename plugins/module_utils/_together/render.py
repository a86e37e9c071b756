# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The members of a deployment that is restarted as a whole, as text."""

from __future__ import annotations

from .model import State


def members(state: State) -> str:
    """Return a line for each member, with the keys of an instance."""
    lines = []
    for one in state.members:
        words = one.problem or ", ".join(filter(None, [one.role, "loading" if one.loading else ""])) or "runs"
        keys = f", {one.counts.keys} keys" if one.role and not one.problem and not one.loading else ""
        lines.append(f"{one.node}: {words}{keys}\n")
    return "".join(lines)
