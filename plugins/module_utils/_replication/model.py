# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a replication set: its nodes, and what each Sentinel reports of it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._nodes import Finding

PRIMARY = "primary"
REPLICA = "replica"


@dataclass(frozen=True)
class Node:
    """One wanted node, as observed.  ``problem`` is empty for a node that answered everything.

    Offsets are bytes of the replication stream; ``second_offset`` is the first byte that the lineage
    ``replid2`` does not have any more, and negative without one (INFO: second_repl_offset).
    """

    name: str
    problem: str = ""
    detail: str = ""
    role: str = ""
    following: str = ""
    link_up: bool = True
    syncing: bool = False
    offset: int = 0
    replid: str = ""
    replid2: str = ""
    second_offset: int = -1
    keys: int = 0
    libraries: int = 0
    run_id: str = ""
    version: str = ""
    clustered: bool = False
    followers: tuple[str, ...] = ()
    min_replicas: int = 0
    priority: int = 100
    refused_writes: tuple[Finding, ...] = ()

    @property
    def is_primary(self) -> bool:
        """Whether the node reports that it is a primary."""
        return self.role == PRIMARY

    @property
    def holds_data(self) -> bool:
        """Whether there is a key in any of its databases, or a library of functions."""
        return bool(self.keys or self.libraries)

    @property
    def data(self) -> str:
        """Return what it holds, for people."""
        return f"{self.keys} key(s)" + (f" and {self.libraries} function library(s)" if self.libraries else "")


@dataclass(frozen=True)
class Opinion:
    """What one Sentinel reports of the set.  ``primary`` is empty where it does not watch the set.

    ``silent`` is one that took the connection, or may have: it runs, as far as can be seen from here.
    """

    sentinel: str
    problem: str = ""
    detail: str = ""
    silent: bool = False
    primary: str = ""
    failing_over: bool = False
    replicas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Observed:
    """All desired nodes, in their order, and the opinions of all Sentinels."""

    nodes: tuple[Node, ...]
    opinions: tuple[Opinion, ...] = ()

    def by_name(self) -> dict[str, Node]:
        """Return the nodes by ``address:port``."""
        return {node.name: node for node in self.nodes}

    def replacing(self, changed: t.Mapping[str, Node]) -> Observed:
        """Return a copy in which the named nodes are exchanged."""
        return Observed(tuple(changed.get(node.name, node) for node in self.nodes), self.opinions)


def newer_bytes(node: Node, primary: Node) -> int | None:
    """Return how many bytes of the replication stream a node has that the primary never had.

    None where that cannot be known: the two do not have a history in common.  A primary that was
    promoted keeps the id of the history before as its second one, with the offset up to which it
    shares it (https://redis.io/docs/latest/operate/oss_and_stack/management/replication/).
    """
    shared = [
        min(end, other_end)
        for history, end in _histories(node)
        for other, other_end in _histories(primary)
        if history == other
    ]
    return max(node.offset - max(shared), 0) if shared else None


def _histories(node: Node) -> list[tuple[str, int]]:
    """Return the histories that a node has written or taken in, each with the last byte of it."""
    before = [(node.replid2, node.second_offset - 1)] if node.second_offset >= 0 else []
    return [(node.replid, node.offset), *before]
