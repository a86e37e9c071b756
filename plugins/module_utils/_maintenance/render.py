# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deployment as text while a host leaves it or comes back."""

from __future__ import annotations

from .._rolling.model import State
from .._rolling.steps import what_is


def members(state: State) -> str:
    """Return a line for each member: what it is, and how it is."""
    return "".join(
        f"{one.name} {what_is(one.kind, one.role, one.shard)}: {one.problem or one.behind or 'in sync'}"
        f"{', replicas stay' if one.migration == 'no' else ''}\n"
        for one in state.members
    )
