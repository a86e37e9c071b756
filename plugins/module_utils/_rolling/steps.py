# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a rolling restart."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

from .model import PRIMARY, REPLICA, SENTINEL, State

RESTARTED = "+"  # what a run id gets in a model: any other than before


@dataclass(frozen=True)
class Restart:
    """Stop the process of one member, start it again, and wait until it is in sync.

    ``alone`` is a primary that no replica can take over from: its data is not available meanwhile.  ``installed`` is
    the version that would be started, empty where that is not known.
    """

    node: str
    host: str
    what: str
    reasons: tuple[str, ...]
    alone: bool = False
    installed: str = ""

    def describe(self) -> str:
        """Return the line for people."""
        return f"restart {self.node} ({self.what}): {'; '.join(self.reasons)}"

    def apply(self, state: State) -> State:
        """Another process answers, in sync."""
        old = state.member(self.node)
        if old is None:
            return state
        back = dataclasses.replace(old, run_id=old.run_id + RESTARTED, problem="", behind="")
        return state.replacing(dataclasses.replace(back, version=self.installed or old.version))


@dataclass(frozen=True)
class SwitchOver:
    """Make a replica primary in place of the present one; ``candidate`` is empty where Sentinel chooses.

    ``host`` is where the former primary is, whose restart comes next.
    """

    shard: str
    primary: str
    candidate: str
    host: str

    def describe(self) -> str:
        """Return the line for people."""
        to = self.candidate or "the replica that Sentinel chooses"
        return f"switch {self.shard} over from {self.primary} to {to}"

    def apply(self, state: State) -> State:
        """The two have changed places."""
        old = state.member(self.primary)
        new = state.member(self.candidate) or next(iter(state.replicas(self.shard)), None)
        if old is None or new is None:
            return state
        return state.replacing(
            dataclasses.replace(old, role=REPLICA, offset=new.offset, min_replicas=0),
            dataclasses.replace(new, role=PRIMARY, min_replicas=old.min_replicas),
        )


Step = t.Union[Restart, SwitchOver]


def what_is(kind: str, role: str, shard: str) -> str:
    """Return what a member is, for people: ``replica of slots 0-5460``."""
    if kind == SENTINEL:
        return "Sentinel"
    return f"{role} of {shard}" if role else "instance that does not answer"
