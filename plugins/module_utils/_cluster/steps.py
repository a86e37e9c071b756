# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that form a cluster and take back members: one change to one node each.

Every step has a precondition (``ready``), a line for people and its effect on the model, so that
tests run whole plans, cut them anywhere, and plan again.  Steps of one ``phase`` do not depend on
each other and are executed side by side.
"""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

from .. import _slots
from .._slots import Ranges
from .model import Member, Node, Observed

HASTEN, EPOCHS, SLOTS, MEET, REPLICATE, RESTORE = "hasten", "epochs", "slots", "meet", "replicate", "restore"
PROMOTE, FORGET = "promote", "forget"


@dataclass(frozen=True)
class SetSettings:
    """CONFIG SET on one node: while the cluster forms (``hasten``), and back again (``restore``)."""

    phase: str
    node: str
    settings: tuple[tuple[str, str], ...]

    def describe(self) -> str:
        """Return the line for people."""
        values = ", ".join(f"{name} {value}" for name, value in self.settings)
        return f"{self.node}: set {values} {'while the cluster forms' if self.phase == HASTEN else 'as configured'}"

    def ready(self, state: Observed) -> bool:
        """A setting can be set at any time."""
        return not state.by_name()[self.node].problem

    def apply(self, state: Observed) -> Observed:
        """The node runs with the values."""
        node = state.by_name()[self.node]
        settings = tuple(sorted({**dict(node.settings), **dict(self.settings)}.items()))
        return state.replacing({self.node: dataclasses.replace(node, settings=settings)})


@dataclass(frozen=True)
class SetEpoch:
    """CLUSTER SET-CONFIG-EPOCH: refused by the server once the node knows others or has an epoch."""

    node: str
    epoch: int
    phase: str = EPOCHS

    def describe(self) -> str:
        """Return the line for people."""
        return f"{self.node}: set config epoch {self.epoch}"

    def ready(self, state: Observed) -> bool:
        """The node is alone and without an epoch."""
        node = state.by_name()[self.node]
        return not node.known and node.current_epoch == 0

    def apply(self, state: Observed) -> Observed:
        """The node has the epoch."""
        node = state.by_name()[self.node]
        myself = dataclasses.replace(node.myself, config_epoch=self.epoch)
        return state.replacing({self.node: _with_self(node, myself, current_epoch=self.epoch)})


@dataclass(frozen=True)
class AddSlots:
    """CLUSTER ADDSLOTS: the server refuses a slot that it believes to be somebody's."""

    node: str
    slots: Ranges
    phase: str = SLOTS

    def describe(self) -> str:
        """Return the line for people."""
        return f"{self.node}: take {_slots.count(self.slots)} slots: {_slots.text(self.slots)}"

    def ready(self, state: Observed) -> bool:
        """The node is a primary, and nobody has the slots."""
        owned = _slots.merged(node.slots for node in state.nodes)
        return not state.by_name()[self.node].is_replica and not _slots.common(owned, self.slots)

    def apply(self, state: Observed) -> Observed:
        """The node owns the slots, and tells those who know it."""
        node = state.by_name()[self.node]
        myself = dataclasses.replace(node.myself, slots=_slots.merged([node.slots, self.slots]))
        return _gossiped(state.replacing({self.node: _with_self(node, myself)}), myself)


@dataclass(frozen=True)
class Meet:
    """CLUSTER MEET from one node to some others; the acquaintance is mutual and spreads by gossip."""

    node: str
    peers: tuple[str, ...]
    phase: str = MEET

    def describe(self) -> str:
        """Return the line for people."""
        return f"{self.node}: meet {', '.join(self.peers)}"

    def ready(self, state: Observed) -> bool:
        """All of them answer."""
        nodes = state.by_name()
        return not any(nodes[name].problem for name in (self.node, *self.peers))

    def apply(self, state: Observed) -> Observed:
        """Everybody whom one of them knows knows everybody else."""
        nodes = state.by_name()
        acquainted = {nodes[name].id for name in (self.node, *self.peers)}
        for node in state.nodes:
            if node.id in acquainted or node.known & acquainted:
                acquainted |= node.known | {node.id}
        group = [node for node in state.nodes if node.id in acquainted]
        ids = {node.id for node in group}
        lines = tuple(node.myself for node in group)
        # Ids that nobody has any more stay in the views of those that remember them, and do not spread.
        return state.replacing(
            {node.name: _with_view(node, (*lines, *(m for m in node.view if m.id not in ids))) for node in group}
        )


@dataclass(frozen=True)
class Replicate:
    """CLUSTER REPLICATE: the node has to be empty, and to know its primary."""

    node: str
    primary: str
    phase: str = REPLICATE

    def describe(self) -> str:
        """Return the line for people."""
        return f"{self.node}: become a replica of {self.primary}"

    def ready(self, state: Observed) -> bool:
        """The node holds neither keys nor slots and knows its primary, which is one."""
        nodes = state.by_name()
        node, primary = nodes[self.node], nodes[self.primary]
        return not node.keys and not node.slots and primary.id in node.known and not primary.is_replica

    def apply(self, state: Observed) -> Observed:
        """The node is a replica of the primary, in sync."""
        nodes = state.by_name()
        node, primary = nodes[self.node], nodes[self.primary]
        myself = dataclasses.replace(
            node.myself,
            flags=frozenset({"slave"}),
            primary_id=primary.id,
            config_epoch=primary.myself.config_epoch,
        )
        state = state.replacing({self.node: _with_self(node, myself, keys=primary.keys, link_up=True)})
        return _gossiped(state, myself)


@dataclass(frozen=True)
class Promote:
    """CLUSTER FAILOVER FORCE: a replica takes the slots of a primary that has lost its identity.

    Such a primary is never taken for failed (see classify_lost), so no failover comes by itself; FORCE still asks
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
                _with_view(
                    dataclasses.replace(
                        each, myself=lines.get(each.id, each.myself), current_epoch=epoch, link_up=True
                    ),
                    tuple(newer(line) for line in each.view),
                )
                for each in state.nodes
            )
        )


@dataclass(frozen=True)
class Forget:
    """CLUSTER FORGET of ids that no node has any more: each node has to be told, within its ban of 60 s."""

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
        return state.replacing({self.node: _with_view(node, view)})


Step = t.Union[SetSettings, SetEpoch, AddSlots, Meet, Replicate, Promote, Forget]


def _with_self(node: Node, myself: Member, **changes: t.Any) -> Node:
    """Return the node with another line of its own, in its view too."""
    view = tuple(myself if member.id == node.id else member for member in node.view)
    return _with_view(dataclasses.replace(node, myself=myself, **changes), view)


def _with_view(node: Node, view: tuple[Member, ...]) -> Node:
    """Return the node with another view; a node is content (cluster_state:ok) when it sees all slots owned."""
    covered = _slots.merged(member.slots for member in view) == _slots.ALL
    return dataclasses.replace(node, view=view, state_ok=covered)


def _gossiped(state: Observed, line: Member) -> Observed:
    """Return the state in which everybody who knows the member has its newest line."""
    return Observed(
        tuple(_with_view(node, tuple(line if m.id == line.id else m for m in node.view)) for node in state.nodes)
    )
