# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a cluster: plain, complete, comparable values."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass, field

from .._nodes import Finding
from .._slots import Ranges
from .._text import node_name

MIGRATING, IMPORTING = "migrating", "importing"
NOT_CLUSTERED = "not in cluster mode"
NODE_TIMEOUT = "cluster-node-timeout"
DISKLESS_DELAY = "repl-diskless-sync-delay"
# Settings that are always observed, and others are observed where the desired state names them.
WATCHED_SETTINGS = (NODE_TIMEOUT, DISKLESS_DELAY)


@dataclass(frozen=True)
class OpenSlot:
    """A slot whose move was begun and not ended, as one node has it: ``direction`` is of this node's part.

    ``peer`` is the id of the other node of the move.
    """

    slot: int
    direction: str
    peer: str

    @property
    def text(self) -> str:
        """Return it for people."""
        return f"{self.slot} {self.direction} {'to' if self.direction == MIGRATING else 'from'} id {self.peer[:8]}"


@dataclass(frozen=True)
class Member:
    """One node as one line of one node's CLUSTER NODES shows it."""

    id: str
    address: str = ""
    port: int = 0
    bus_port: int = 0
    flags: frozenset[str] = frozenset()
    primary_id: str | None = None
    config_epoch: int = 0
    connected: bool = True
    slots: Ranges = ()
    open_slots: tuple[OpenSlot, ...] = ()

    @property
    def is_replica(self) -> bool:
        """Whether the line says replica."""
        return "slave" in self.flags

    @property
    def failed(self) -> bool:
        """Whether the line says that the node is down, surely or possibly."""
        return bool(self.flags & {"fail", "fail?"})

    @property
    def in_handshake(self) -> bool:
        """Whether the nodes are still getting to know each other: the id is then a passing one."""
        return "handshake" in self.flags

    @property
    def name(self) -> str:
        """Return ``address:port`` as announced, an IPv6 address in brackets."""
        return node_name(self.address, self.port)

    @property
    def where(self) -> str:
        """Return the name for people; members strip an id of its address when its place answers under another id."""
        return self.name if self.address else "a node without an address"


@dataclass(frozen=True)
class Node:
    """One wanted node, as observed.  ``problem`` is empty for a node that answered everything.

    ``endpoints`` are the addresses and ports under which the others may know it: as configured, and as it announces.
    ``contact`` is where others can meet it: IP address, port, bus port.
    ``misplaced`` are the ids of replicas that it has in another shard than their primary, where that was asked: see
    ``observe.with_shards``.
    """

    name: str
    problem: str = ""
    detail: str = ""
    id: str = ""
    view: tuple[Member, ...] = ()
    state_ok: bool = False
    current_epoch: int = 0
    keys: int = 0
    link_up: bool = True
    syncing: bool = False
    offset: int = 0  # of the replication stream: how much of it the node has
    version: str = ""
    run_id: str = ""  # of the process: another one after each restart
    settings: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()
    refused_writes: tuple[Finding, ...] = ()
    endpoints: tuple[str, ...] = ()
    contact: tuple[str, int, int] = ("", 0, 0)
    misplaced: tuple[str, ...] = ()
    myself: Member = field(default_factory=lambda: Member(id=""))

    @property
    def is_replica(self) -> bool:
        """Whether the node says of itself that it is a replica."""
        return self.myself.is_replica

    @property
    def slots(self) -> Ranges:
        """The slots that the node says it owns."""
        return self.myself.slots

    @property
    def places(self) -> tuple[str, ...]:
        """The names under which the others may know this node."""
        return self.endpoints or (self.name,)

    @functools.cached_property
    def known(self) -> frozenset[str]:
        """The ids of the other nodes that this one knows for good."""
        return frozenset(m.id for m in self.view if m.id != self.id and not m.in_handshake)

    def setting(self, name: str) -> str:
        """Return a running setting's value, empty where it was not read."""
        return dict(self.settings).get(name, "")


@dataclass(frozen=True)
class Observed:
    """All desired nodes, in their order."""

    nodes: tuple[Node, ...]

    def by_id(self) -> dict[str, Node]:
        """Return the nodes that answered, by node id."""
        return {node.id: node for node in self.nodes if node.id}

    def by_name(self) -> dict[str, Node]:
        """Return all nodes by ``address:port``."""
        return {node.name: node for node in self.nodes}

    def replacing(self, changed: t.Mapping[str, Node]) -> Observed:
        """Return a copy in which the named nodes are exchanged."""
        return Observed(tuple(changed.get(node.name, node) for node in self.nodes))
