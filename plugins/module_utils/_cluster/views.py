# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a change to one node shows in what the others see."""

from __future__ import annotations

import dataclasses
import typing as t

from .. import _slots
from .model import Member, Node, Observed


def with_self(node: Node, myself: Member, **changes: t.Any) -> Node:
    """Return the node with another line of its own, in its view too."""
    view = tuple(myself if member.id == node.id else member for member in node.view)
    return with_view(dataclasses.replace(node, myself=myself, **changes), view)


def with_view(node: Node, view: tuple[Member, ...]) -> Node:
    """Return the node with another view; a node is content (cluster_state:ok) when it sees all slots owned."""
    covered = _slots.merged(member.slots for member in view) == _slots.ALL
    return dataclasses.replace(node, view=view, state_ok=covered)


def gossiped(state: Observed, line: Member) -> Observed:
    """Return the state in which every node that knows the member has its newest line."""
    return Observed(
        tuple(with_view(node, tuple(line if m.id == line.id else m for m in node.view)) for node in state.nodes)
    )
