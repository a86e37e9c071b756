# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one kind of step there is: a node is attached to the primary."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from .._engine.steps import Command, StepDefaults
from .._errors import EngineRefused
from .model import REPLICA, Observed

REWRITE = ("CONFIG", "REWRITE")


@dataclass(frozen=True)
class Attach(StepDefaults):
    """REPLICAOF, and CONFIG REWRITE so that a restart keeps it.

    ``at`` is the primary's address and port as the node gets them.
    """

    node: str
    primary: str
    at: tuple[str, int]
    gives_up: str = ""

    @property
    def phase(self) -> str:
        """A phase for each node: one after the other gives up what it has."""
        return f"attach {self.node}"

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

    def commands(self, state: Observed) -> list[Command]:
        """Return both: they go out in one packet, so that either the server has both, or neither."""
        return [("REPLICAOF", *self.at), REWRITE]

    def tolerates(self, command: Command, refusal: EngineRefused) -> bool:
        """The node follows, and its file could not be written."""
        return command == REWRITE
