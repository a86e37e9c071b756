# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of the restart of a whole deployment."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

from .._settings.safety import human
from .model import STOPPED, Record, Seen, State, followers, leader

RESTARTED = "+"  # what a run id gets in a model: any other than before
MOST_NAMED = 6  # nodes that a line names
PRIMARIES, REPLICAS, SENTINELS = "primaries", "replicas", "Sentinels"


@dataclass(frozen=True)
class Prove:
    """Have these primaries write a snapshot, or see that their append-only files are written: nothing is stopped."""

    nodes: tuple[str, ...]
    host: str

    def describe(self) -> str:
        """Return the line for people."""
        return f"prove that the data of {_named(self.nodes)} can be saved"

    def apply(self, state: State) -> State:
        """It is known."""
        return dataclasses.replace(state, proven=True)


@dataclass(frozen=True)
class Begin:
    """Write the record, by which a later run goes on, and others keep away."""

    record: Record
    host: str

    def describe(self) -> str:
        """Return the line for people."""
        return f"record on {self.host} that {self.record.deployment} is restarted as a whole"

    def apply(self, state: State) -> State:
        """The record is there."""
        return dataclasses.replace(state, record=self.record)


@dataclass(frozen=True)
class Quiesce:
    """Hold the writes to these primaries, wait until their replicas have everything, and count the keys."""

    nodes: tuple[str, ...]
    host: str

    def describe(self) -> str:
        """Return the line for people."""
        return f"hold all writes to {_named(self.nodes)}, wait until replicas have everything, and count the keys"

    def apply(self, state: State) -> State:
        """The counts are in the record."""
        return dataclasses.replace(counted(state, self.nodes), held=True)


@dataclass(frozen=True)
class Stop:
    """Stop these members, each of which saves its data first; ``size`` is the data of primaries, in bytes."""

    nodes: tuple[str, ...]
    what: str
    host: str
    size: int = dataclasses.field(default=0, compare=False)

    def describe(self) -> str:
        """Return the line for people."""
        line = f"stop {self.what} {_named(self.nodes)}"
        return f"{line}: clients are offline until they have loaded {human(self.size)}" if self.size else line

    def apply(self, state: State) -> State:
        """Nothing answers there."""
        gone = (dataclasses.replace(state.member(one), problem=STOPPED, role="") for one in self.nodes)
        return state.replacing(*gone)


@dataclass(frozen=True)
class Start:
    """Start these members of one host; return when they answer, loading or not."""

    nodes: tuple[str, ...]
    what: str
    host: str

    def describe(self) -> str:
        """Return the line for people."""
        return f"start {self.what} {_named(self.nodes)} on {self.host}"

    def apply(self, state: State) -> State:
        """Other processes answer."""
        role = {PRIMARIES: "primary", REPLICAS: "replica"}.get(self.what, "")
        return state.replacing(*(self._back(state.member(one), role) for one in self.nodes))

    def _back(self, old: Seen, role: str) -> Seen:
        return dataclasses.replace(old, problem="", role=role, run_id=old.run_id + RESTARTED, loading=False)


@dataclass(frozen=True)
class Compare:
    """Wait until these primaries have loaded their data, and compare their keys with those that were counted."""

    nodes: tuple[str, ...]
    host: str

    def describe(self) -> str:
        """Return the line for people."""
        return f"compare the keys of {_named(self.nodes)} with those that were counted"

    def apply(self, state: State) -> State:
        """They are whole."""
        record = state.record
        if record is None:
            return state
        whole = [one for one in record.shards if leader(state, record, one).node in self.nodes]
        return dataclasses.replace(
            state, record=record.replacing(*(dataclasses.replace(one, whole=True) for one in whole))
        )


@dataclass(frozen=True)
class End:
    """Wait until the deployment is healthy, and remove the record."""

    deployment: str
    host: str

    def describe(self) -> str:
        """Return the line for people."""
        return f"end the record of {self.deployment} on {self.host}, once all members are in sync"

    def apply(self, state: State) -> State:
        """There is no record, and nothing that waits for a restart."""
        return dataclasses.replace(state, record=None, proposal=None)


Step = t.Union[Prove, Begin, Quiesce, Stop, Start, Compare, End]


def counted(state: State, nodes: t.Collection[str]) -> State:
    """Return the state with the counts of these members, which have the data of a shard, in the record."""
    record = state.record
    if record is None:
        return state
    known = []
    for one in record.shards:
        first = leader(state, record, one)
        if first.node in nodes:
            known.append(dataclasses.replace(one, run_id=first.run_id, counts=first.counts))
    return dataclasses.replace(state, record=record.replacing(*known))


def lagging(state: State, nodes: t.Collection[str]) -> list[str]:
    """Return which replicas that answer lack something of these primaries, as sentences."""
    record, found = state.record, []
    for one in record.shards if record else ():
        first = leader(state, record, one) if record else None
        if first is None or first.node not in nodes:
            continue
        for each in followers(state, t.cast(Record, record), one):
            if each.answers and (each.loading or not each.linked):
                found.append(f"{each.node} has no link to its primary")
            elif each.answers and each.offset < first.offset:
                found.append(f"{each.node} lacks {first.offset - each.offset} bytes of {first.node}")
    return found


def _named(nodes: t.Sequence[str]) -> str:
    more = len(nodes) - MOST_NAMED
    return ", ".join([*nodes[:MOST_NAMED], *([f"and {more} more"] if more > 0 else [])])
