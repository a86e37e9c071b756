# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that change who is who in a standing cluster: take over, forget."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from .. import _slots
from .._engine.steps import Command, StepDefaults
from .._errors import EngineRefused
from .._slots import Ranges
from .model import Member, Observed
from .views import with_view

PROMOTE, FORGET, SWITCH_OVER = "promote", "forget", "switch over"


@dataclass(frozen=True)
class Promote(StepDefaults):
    """CLUSTER FAILOVER FORCE: a replica takes the slots of a primary that has lost its identity.

    Such a primary is never taken for failed (see sides.py), so no failover comes by itself; FORCE still asks
    the other primaries for their votes.
    """

    node: str
    lost: str
    slots: Ranges
    phase: str = PROMOTE

    def describe(self) -> str:
        """Return the line for people."""
        return f"{self.node}: take over {_slots.count(self.slots)} slots of its lost primary (id {self.lost[:8]})"

    def ready(self, state: Observed) -> bool:
        """The node still follows the lost id, which no node has."""
        node = state.by_name()[self.node]
        return node.is_replica and node.myself.primary_id == self.lost and self.lost not in state.by_id()

    def apply(self, state: Observed) -> Observed:
        """The node is the primary of the slots, and the other replicas of the lost id follow it."""
        node = state.by_name()[self.node]
        epoch = 1 + max(each.current_epoch for each in state.nodes)
        promoted = dataclasses.replace(
            node.myself, flags=frozenset({"master"}), primary_id=None, slots=self.slots, config_epoch=epoch
        )
        lines = {promoted.id: promoted}
        for each in state.nodes:
            if each.name != self.node and each.myself.primary_id == self.lost:
                lines[each.id] = dataclasses.replace(each.myself, primary_id=promoted.id, config_epoch=epoch)

        def newer(line: Member) -> Member:
            return dataclasses.replace(line, slots=()) if line.id == self.lost else lines.get(line.id, line)

        return Observed(
            tuple(
                with_view(
                    dataclasses.replace(
                        each, myself=lines.get(each.id, each.myself), current_epoch=epoch, link_up=True
                    ),
                    tuple(newer(line) for line in each.view),
                )
                for each in state.nodes
            )
        )

    def commands(self, state: Observed) -> list[Command]:
        """Return the command."""
        return [("CLUSTER", "FAILOVER", "FORCE")]

    def missing(self, state: Observed) -> str:
        """The others have to vote for the node."""
        return "" if state.by_name()[self.node].slots else f"{self.node} has not taken over yet"


@dataclass(frozen=True)
class Forget(StepDefaults):
    """CLUSTER FORGET of ids that no node has any more: each node has to forget, within its ban of 60 s."""

    node: str
    ids: tuple[str, ...]
    phase: str = FORGET

    def describe(self) -> str:
        """Return the line for people."""
        return f"{self.node}: forget {', '.join(f'id {one[:8]}' for one in self.ids)}, which no node has any more"

    def ready(self, state: Observed) -> bool:
        """No node has the ids or follows them, and they own no slots."""
        node = state.by_name()[self.node]
        ids = set(self.ids)
        slots = [line for line in node.view if line.id in ids and line.slots]
        return not slots and not ids & state.by_id().keys() and node.myself.primary_id not in ids

    def apply(self, state: Observed) -> Observed:
        """The node does not know them any more."""
        node = state.by_name()[self.node]
        view = tuple(line for line in node.view if line.id not in self.ids)
        return state.replacing({self.node: with_view(node, view)})

    def commands(self, state: Observed) -> list[Command]:
        """Return a command for each id."""
        return [("CLUSTER", "FORGET", one) for one in self.ids]

    def tolerates(self, command: Command, refusal: EngineRefused) -> bool:
        """The node does not know the id any more: newer engines spread the word."""
        return "Unknown node" in refusal.message


@dataclass(frozen=True)
class TakeOver(StepDefaults):
    """CLUSTER FAILOVER: a replica takes its primary's slots with a new epoch, and the primary follows it."""

    node: str
    primary: str
    phase: str = SWITCH_OVER

    def describe(self) -> str:
        """Return the line for people."""
        return f"{self.node}: take over from {self.primary}"

    def ready(self, state: Observed) -> bool:
        """The node is a replica of that primary, in sync."""
        nodes = state.by_name()
        node, primary = nodes[self.node], nodes[self.primary]
        return node.is_replica and node.myself.primary_id == primary.id and node.link_up

    def apply(self, state: Observed) -> Observed:
        """The two have changed places, and all others follow the candidate, in every node's view."""
        nodes = state.by_name()
        new, old = nodes[self.node], nodes[self.primary]
        epoch = 1 + max(one.current_epoch for one in state.nodes)

        def line(member: Member) -> Member:
            if member.id == new.id:
                flags = frozenset({"master"})
                return dataclasses.replace(member, flags=flags, primary_id=None, slots=old.slots, config_epoch=epoch)
            if old.id in (member.id, member.primary_id):
                flags = frozenset({"slave"})
                return dataclasses.replace(member, flags=flags, primary_id=new.id, slots=(), config_epoch=epoch)
            return member

        return Observed(
            tuple(
                dataclasses.replace(
                    one,
                    view=tuple(map(line, one.view)),
                    myself=line(one.myself),
                    link_up=True,
                    current_epoch=epoch,
                )
                for one in state.nodes
            )
        )

    def commands(self, state: Observed) -> list[Command]:
        """Return the command."""
        return [("CLUSTER", "FAILOVER")]
