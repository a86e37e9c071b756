# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rolling restart as text."""

from __future__ import annotations

import typing as t

from .model import Need, State
from .plan import due
from .steps import what_is


def members(state: State, needs: t.Sequence[Need]) -> str:
    """Return a line for each member: what it is, how it is, and whether it needs a restart."""
    by_node = {need.node: need for need in needs}
    lines = []
    for one in state.members:
        need = by_node.get(one.name)
        waits = need is not None and due(one, need)
        words = [one.problem or one.behind or "in sync", *(["needs a restart"] if waits else [])]
        lines.append(f"{one.name} {what_is(one.kind, one.role, one.shard)}: {', '.join(words)}\n")
    return "".join(lines)
