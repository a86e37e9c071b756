# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes are the deployment, which ids it remembers of nodes that lost their identity, and who is a stranger.

A node loses its identity when its nodes file is gone (an empty disk, CLUSTER RESET HARD): it comes back under
another id, and the members keep the old one.  They strip the old id of its address as soon as its place answers
under another id (flag noaddr), and from then on never take it for failed: no failover follows by itself.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .. import _slots
from .._slots import Ranges
from .model import Member, Node, Observed


@dataclass(frozen=True)
class Lost:
    """An id that the deployment remembers, and that no node has any more.

    ``name`` is the configured address that it had, empty where the members do not have it any more; ``slots`` are those
    that no other node owns; ``followers`` the replicas that still follow it; ``candidates`` those of them that have its
    data (a replica with a link has taken over what the server has that is at its address now); ``dead`` whether no
    member reaches it.
    """

    id: str
    name: str = ""
    slots: Ranges = ()
    followers: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    dead: bool = True

    @property
    def text(self) -> str:
        """Return the id as people read it."""
        return f"id {self.id[:8]}, formerly {self.name}" if self.name else f"id {self.id[:8]}"


@dataclass(frozen=True)
class Sides:
    """The deployment (empty where there is none yet), its lost ids, and the further members that it knows."""

    deployment: tuple[Node, ...] = ()
    lost: tuple[Lost, ...] = ()
    strangers: tuple[Member, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the deployment has all slots, counting those of its lost ids."""
        if not self.deployment:
            return False
        owned = _slots.merged([*(node.slots for node in self.deployment), *(lost.slots for lost in self.lost)])
        return owned == _slots.ALL

    def takes_back(self, nodes: t.Sequence[Node]) -> list[Node]:
        """Return those of these nodes that stand where a lost id was."""
        places = {lost.name for lost in self.lost if lost.name}
        nameless = sum(1 for lost in self.lost if not lost.name)
        certain = [node for node in nodes if set(node.places) & places]
        return certain + [node for node in nodes if node not in certain][:nameless]


def sides(observed: Observed) -> Sides:
    """Separate the deployment from what does not belong to it.

    The deployment is the side that covers the slots; where none does, the largest circle of nodes that know each
    other (of equal ones, that with more slots).  The nodes of a first run know no others: there is no deployment yet.
    """
    deployment = _deployment(components(observed))
    ids = {node.id for node in observed.nodes}
    known: dict[str, list[Member]] = {}
    for node in deployment:
        if node.known - ids:
            for line in node.view:
                if line.id not in ids and not line.in_handshake:
                    known.setdefault(line.id, []).append(line)
    places = {place for node in observed.nodes for place in node.places}
    lost: list[Lost] = []
    strangers: list[Member] = []
    for lines in known.values():
        names = {line.name for line in lines if line.address and "noaddr" not in line.flags}
        if names <= places:
            lost.append(_lost(lines, names, deployment))
        else:
            strangers.append(next(line for line in lines if line.name in names - places))
    return Sides(tuple(deployment), tuple(lost), tuple(strangers))


def components(observed: Observed) -> list[list[Node]]:
    """Return the nodes in groups of those that know each other, directly or through others."""
    groups: list[list[Node]] = []
    for node in observed.nodes:
        circle = {node.id} | node.known
        related = [g for g in groups if any(other.id in circle or node.id in other.known for other in g)]
        groups = [g for g in groups if g not in related]
        groups.append([*(other for group in related for other in group), node])
    return groups


def _deployment(groups: t.Sequence[list[Node]]) -> list[Node]:
    covering = [group for group in groups if _slots.merged(node.slots for node in group) == _slots.ALL]
    if len(covering) == 1:
        return covering[0]
    ranks = [(len(group), _slots.count(_slots.merged(node.slots for node in group))) for group in groups]
    first = [group for group, rank in zip(groups, ranks) if rank == max(ranks)]
    return first[0] if len(first) == 1 and any(node.known for node in first[0]) else []


def _lost(lines: t.Sequence[Member], names: set[str], deployment: t.Sequence[Node]) -> Lost:
    id_ = lines[0].id
    owned = _slots.merged(node.slots for node in deployment)
    followers = [node for node in deployment if node.is_replica and node.myself.primary_id == id_]
    return Lost(
        id=id_,
        name=min(names, default=""),
        slots=_slots.minus(_slots.merged(line.slots for line in lines), owned),
        followers=tuple(node.name for node in followers),
        candidates=tuple(node.name for node in followers if not node.link_up),
        dead=all(line.failed or "noaddr" in line.flags for line in lines),
    )
