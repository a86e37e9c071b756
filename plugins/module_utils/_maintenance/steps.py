# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of taking a host out of service and bringing it back.

Switchovers, and what keeps replicas where they are, are those of a rolling restart.
"""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

from .._rolling.model import State
from .._rolling.prefer import Prioritise
from .._rolling.steps import Hold, Release, SwitchOver, what_is

STOPPED = "is stopped"  # the problem of a member in a model


@dataclass(frozen=True)
class Stop:
    """Stop the process of one member, which saves its data; a boot does not start it."""

    node: str
    what: str

    def describe(self) -> str:
        """Return the line for people."""
        return f"stop {self.node} ({self.what})"

    def apply(self, state: State) -> State:
        """Nothing answers there."""
        old = state.member(self.node)
        if old is None:
            return state
        gone = dataclasses.replace(old, problem=STOPPED, behind="", run_id="", role="", shard="", migration="")
        return state.replacing(gone)


@dataclass(frozen=True)
class Start:
    """Start the process of one member, and wait until it is in sync."""

    node: str

    def describe(self) -> str:
        """Return the line for people."""
        return f"start {self.node}, and wait until it is in sync"

    def apply(self, state: State) -> State:
        """It answers, in sync; of what shard it is, it reports itself."""
        old = state.member(self.node)
        return state if old is None else state.replacing(dataclasses.replace(old, problem="", behind=""))


Step = t.Union[Hold, Release, SwitchOver, Prioritise, Stop, Start]


def stop(state: State, node: str) -> Stop:
    """Return the step that stops a member."""
    member = state.member(node)
    return Stop(node, what_is(member.kind, member.role, member.shard) if member else "")
