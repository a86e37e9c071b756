# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one kind of step there is: a node is attached to the primary."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from .model import REPLICA, Observed


@dataclass(frozen=True)
class Attach:
    """REPLICAOF, and CONFIG REWRITE so that a restart keeps it."""

    node: str
    primary: str
    gives_up: str = ""

    def describe(self) -> str:
        """Return the line for people."""
        return f"{self.node}: replicate {self.primary}" + (f", giving up {self.gives_up}" if self.gives_up else "")

    def ready(self, state: Observed) -> bool:
        """The primary is one, and the node is not it."""
        primary = state.by_name().get(self.primary)
        return primary is not None and primary.is_primary and self.node != self.primary

    def apply(self, state: Observed) -> Observed:
        """The node follows the primary and has what it has."""
        nodes = state.by_name()
        primary = nodes[self.primary]
        attached = dataclasses.replace(
            nodes[self.node],
            role=REPLICA,
            following=self.primary,
            link_up=True,
            syncing=False,
            offset=primary.offset,
            replid=primary.replid,
            replid2=primary.replid2,
            second_offset=primary.second_offset,
            keys=primary.keys,
            libraries=primary.libraries,
            followers=(),
        )
        followed = dataclasses.replace(primary, followers=tuple(dict.fromkeys((*primary.followers, self.node))))
        return state.replacing({self.node: attached, self.primary: followed})
