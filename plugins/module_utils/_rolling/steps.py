# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a rolling restart, and those that keep replicas where they are meanwhile."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

from .._marks import HELD, MIGRATION
from .model import PRIMARY, REPLICA, SENTINEL, State
from .prefer import Prioritise

RESTARTED = "+"  # what a run id gets in a model: any other than before
MOVES, STAYS = "yes", HELD  # whether replicas may move from a node to another primary
MOST_NAMED = 6  # nodes that a line names


@dataclass(frozen=True)
class Restart:
    """Stop the process of one member, start it again, and wait until it is in sync.

    ``alone`` is a primary that no replica can take over from: its data is not available meanwhile.  ``unwritable`` is a
    replica without which its primary refuses writes, because of min-replicas-to-write.  ``installed`` is
    the version that would be started, empty where that is not known.  With ``held`` the new process, too, is kept from
    moving to another primary: it comes back with the value of its file.
    """

    node: str
    host: str
    what: str
    reasons: tuple[str, ...]
    alone: bool = False
    installed: str = ""
    held: bool = False
    unwritable: bool = False

    def describe(self) -> str:
        """Return the line for people."""
        meanwhile = "; writes to its primary fail with NOREPLICAS until it is back" if self.unwritable else ""
        return f"restart {self.node} ({self.what}): {'; '.join(self.reasons)}{meanwhile}"

    def apply(self, state: State) -> State:
        """Another process answers, in sync."""
        old = state.member(self.node)
        if old is None:
            return state
        back = dataclasses.replace(old, run_id=old.run_id + RESTARTED, problem="", behind="")
        return state.replacing(dataclasses.replace(back, version=self.installed or old.version))


@dataclass(frozen=True)
class Together:
    """Restart several members of one host at the same time, each of another shard."""

    restarts: tuple[Restart, ...]

    @property
    def host(self) -> str:
        """The host of all of them."""
        return self.restarts[0].host

    def describe(self) -> str:
        """Return the line for people."""
        reasons = dict.fromkeys(reason for one in self.restarts for reason in one.reasons)
        named = ", ".join(f"{one.node} ({one.what})" for one in self.restarts)
        return f"restart together {named}: {'; '.join(reasons)}"

    def apply(self, state: State) -> State:
        """Other processes answer, in sync."""
        for one in self.restarts:
            state = one.apply(state)
        return state


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


@dataclass(frozen=True)
class Hold:
    """Keep replicas from moving to another primary while members are out of service, on these nodes.

    Nothing of it is written to the nodes' files: each comes back from a restart as it is configured.
    """

    nodes: tuple[str, ...]

    def describe(self) -> str:
        """Return the line for people."""
        return f"set {MIGRATION} to {STAYS} on {_named(self.nodes)}"

    def apply(self, state: State) -> State:
        """The nodes have the value."""
        return _with_migration(state, self.nodes, STAYS)


@dataclass(frozen=True)
class Release:
    """Undo that on these nodes."""

    nodes: tuple[str, ...]

    def describe(self) -> str:
        """Return the line for people."""
        return f"set {MIGRATION} to {MOVES} on {_named(self.nodes)}"

    def apply(self, state: State) -> State:
        """The nodes have the value."""
        return _with_migration(state, self.nodes, MOVES)


Step = t.Union[Restart, Together, SwitchOver, Hold, Release, Prioritise]


def hold(state: State, nodes: t.Collection[str]) -> list[Hold]:
    """Return the step that holds those of these nodes that are not held; nothing for engines without the setting."""
    found = tuple(one.name for one in state.members if one.name in nodes and one.migration == MOVES)
    return [Hold(found)] if found else []


def release(state: State, nodes: t.Collection[str]) -> list[Release]:
    """Return the step that releases those of these nodes that are held."""
    found = tuple(one.name for one in state.members if one.name in nodes and one.migration == STAYS)
    return [Release(found)] if found else []


def what_is(kind: str, role: str, shard: str) -> str:
    """Return what a member is, for people: ``replica of slots 0-5460``."""
    if kind == SENTINEL:
        return "Sentinel"
    return f"{role} of {shard}" if role else "instance that does not answer"


def _named(nodes: t.Sequence[str]) -> str:
    more = len(nodes) - MOST_NAMED
    return ", ".join([*nodes[:MOST_NAMED], *([f"and {more} more"] if more > 0 else [])])


def _with_migration(state: State, nodes: t.Collection[str], value: str) -> State:
    return state.replacing(
        *(dataclasses.replace(one, migration=value) for one in state.members if one.name in nodes and one.migration)
    )
