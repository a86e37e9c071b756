# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a planned switchover of a shard is safe, and to which node: a pure function of what is observed.

Invariant: nothing is planned unless every node answers, all see one working cluster, and the heir has a link to
its primary.  The engine then holds the primary's clients until the heir has everything (CLUSTER FAILOVER), so that
no acknowledged write is lost.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from .. import _slots
from .._errors import Refused
from .._nodes import ERROR
from .checks import findings
from .desired import Desired
from .model import Member, Node, Observed

UNCHANGED = "Nothing has been changed."


@dataclass(frozen=True)
class TakeOver:
    """The one step: a replica takes its primary's slots, and the primary follows it."""

    node: str
    primary: str

    def describe(self) -> str:
        """Return the line for people."""
        return f"{self.node}: take over from {self.primary}"

    def ready(self, state: Observed) -> bool:
        """The node is a replica of that primary, in sync."""
        nodes = state.by_name()
        node, primary = nodes[self.node], nodes[self.primary]
        return node.is_replica and node.myself.primary_id == primary.id and node.link_up

    def apply(self, state: Observed) -> Observed:
        """The two have changed places, and all others follow the heir, in everybody's view."""
        nodes = state.by_name()
        heir, old = nodes[self.node], nodes[self.primary]
        moved = {
            heir.id: dataclasses.replace(heir.myself, flags=frozenset({"master"}), primary_id=None, slots=old.slots),
            old.id: dataclasses.replace(old.myself, flags=frozenset({"slave"}), primary_id=heir.id, slots=()),
        }

        def line(member: Member) -> Member:
            known = moved.get(member.id, member)
            return dataclasses.replace(known, primary_id=heir.id) if known.primary_id == old.id else known

        return Observed(
            tuple(
                dataclasses.replace(one, view=tuple(map(line, one.view)), myself=line(one.myself), link_up=True)
                for one in state.nodes
            )
        )


def plan(state: Observed, desired: Desired, heir: str, primary: str) -> tuple[TakeOver, ...]:
    """Return the switchover to ``heir``, or away from ``primary`` (one of them is given); nothing where it is done.

    Raises Refused where it would not be safe, or where there is no such node.
    """
    nodes = state.by_name()
    for name in filter(None, (heir, primary)):
        if name not in nodes:
            raise Refused(f"{name} is none of the nodes", hint=f"There are: {', '.join(nodes)}. {UNCHANGED}")
    named = nodes[heir or primary]
    if not named.problem and named.is_replica != bool(heir):
        return ()
    said = [one.message for one in findings(state, desired) if one.severity == ERROR]
    if said:
        raise Refused(f"not all is well: {'; '.join(said[:5])}", hint=f"Mend it, and switch over then. {UNCHANGED}")
    chosen = named if heir else _heir(state, named)
    old = state.by_id()[chosen.myself.primary_id or ""]
    return (TakeOver(chosen.name, old.name),)


def _heir(state: Observed, primary: Node) -> Node:
    """Return the first replica, by name, that has a link; raise Refused where there is none."""
    near = [one for one in state.nodes if one.myself.primary_id == primary.id and one.is_replica and one.link_up]
    if not near:
        raise Refused(
            f"no replica of {primary.name} ({_slots.text(primary.slots)}) could take over",
            node=primary.name,
            hint=f"Give it a replica, or wait until one is in sync. {UNCHANGED}",
        )
    return min(near, key=lambda one: one.name)
