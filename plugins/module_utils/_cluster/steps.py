# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that form a cluster: one change to one node each.

Every step has a precondition (``ready``), a line for people and its effect on the model, so that
tests run whole plans, cut them anywhere, and plan again.  Steps of one ``phase`` do not depend on
each other and are executed side by side.
"""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

from .. import _slots
from .._engine.steps import Command, StepDefaults
from .._errors import EngineRefused
from .._slots import Ranges
from .model import Observed
from .steps_roles import Forget, Promote
from .views import gossiped, with_self, with_view

HASTEN, EPOCHS, SLOTS, MEET, REPLICATE, RESTORE = "hasten", "epochs", "slots", "meet", "replicate", "restore"


@dataclass(frozen=True)
class SetSettings(StepDefaults):
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

    def commands(self, state: Observed) -> list[Command]:
        """Return one command for each setting: older engines take one only."""
        return [("CONFIG", "SET", name, value) for name, value in self.settings]


@dataclass(frozen=True)
class SetEpoch(StepDefaults):
    """CLUSTER SET-CONFIG-EPOCH: refused by the server once the node knows others or has an epoch."""

    node: str
    epoch: int
    phase: str = EPOCHS

    def describe(self) -> str:
        """Return the line for people."""
        return f"{self.node}: set config epoch {self.epoch}"

    def ready(self, state: Observed) -> bool:
        """The node is alone and without an epoch; the engine counts those, too, with which it shakes hands."""
        node = state.by_name()[self.node]
        return all(member.id == node.id for member in node.view) and node.current_epoch == 0

    def apply(self, state: Observed) -> Observed:
        """The node has the epoch."""
        node = state.by_name()[self.node]
        myself = dataclasses.replace(node.myself, config_epoch=self.epoch)
        return state.replacing({self.node: with_self(node, myself, current_epoch=self.epoch)})

    def commands(self, state: Observed) -> list[Command]:
        """Return the command."""
        return [("CLUSTER", "SET-CONFIG-EPOCH", self.epoch)]

    def tolerates(self, command: Command, refusal: EngineRefused) -> bool:
        """Another node has met it since, whose MEET was on its way: then the engine itself resolves equal epochs."""
        return "does not know any other node" in refusal.message or "already non-zero" in refusal.message


@dataclass(frozen=True)
class AddSlots(StepDefaults):
    """CLUSTER ADDSLOTS: the server refuses a slot that it believes another node owns."""

    node: str
    slots: Ranges
    phase: str = SLOTS

    def describe(self) -> str:
        """Return the line for people."""
        return f"{self.node}: take {_slots.count(self.slots)} slots: {_slots.text(self.slots)}"

    def ready(self, state: Observed) -> bool:
        """The node is a primary, and the slots have no owner."""
        owned = _slots.merged(node.slots for node in state.nodes)
        return not state.by_name()[self.node].is_replica and not _slots.common(owned, self.slots)

    def apply(self, state: Observed) -> Observed:
        """The node owns the slots, and announces them to those who know it."""
        node = state.by_name()[self.node]
        myself = dataclasses.replace(node.myself, slots=_slots.merged([node.slots, self.slots]))
        return gossiped(state.replacing({self.node: with_self(node, myself)}), myself)

    def commands(self, state: Observed) -> list[Command]:
        """Return the command, which names each slot: older engines know no ranges."""
        return [("CLUSTER", "ADDSLOTS", *_slots.members(self.slots))]


@dataclass(frozen=True)
class Meet(StepDefaults):
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
        """Every node that one of them knows also knows all others."""
        nodes = state.by_name()
        acquainted = {nodes[name].id for name in (self.node, *self.peers)}
        for node in state.nodes:
            if node.id in acquainted or node.known & acquainted:
                acquainted |= node.known | {node.id}
        group = [node for node in state.nodes if node.id in acquainted]
        ids = {node.id for node in group}
        lines = tuple(node.myself for node in group)
        # Ids that no node has any more stay in the views of those that remember them, and do not spread.
        return state.replacing(
            {node.name: with_view(node, (*lines, *(m for m in node.view if m.id not in ids))) for node in group}
        )

    def commands(self, state: Observed) -> list[Command]:
        """Return a command for each peer, with its address: CLUSTER MEET takes no host names."""
        nodes = state.by_name()
        return [("CLUSTER", "MEET", *nodes[peer].contact) for peer in self.peers]

    def missing(self, state: Observed) -> str:
        """Each knows the other for good, not only as a node it shakes hands with."""
        nodes = state.by_name()
        asked = [(name, nodes[name]) for name in (self.node, *self.peers)]
        failing = [f"{name} is {node.problem} ({node.detail})" for name, node in asked if node.problem]
        strangers = [
            f"{one} does not know {other}"
            for peer in self.peers
            for one, other in ((self.node, peer), (peer, self.node))
            if nodes[other].id not in nodes[one].known
        ]
        return "; ".join(failing or strangers)


@dataclass(frozen=True)
class Replicate(StepDefaults):
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
        state = state.replacing({self.node: with_self(node, myself, keys=primary.keys, link_up=True)})
        return gossiped(state, myself)

    def commands(self, state: Observed) -> list[Command]:
        """Return the command."""
        return [("CLUSTER", "REPLICATE", state.by_name()[self.primary].id)]


Step = t.Union[SetSettings, SetEpoch, AddSlots, Meet, Replicate, Promote, Forget]
