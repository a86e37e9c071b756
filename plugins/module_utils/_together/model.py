# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The restart of a whole deployment as values: what is observed, and the record that a run leaves on a host."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass, field

from .._rolling.model import INSTANCE, SENTINEL
from .counts import Counts

STOPPED = "is stopped"  # the problem of a member that is known not to run


@dataclass(frozen=True)
class Entry:
    """A member that is restarted with all others.

    ``run_id`` is that of its process before, and ``primary`` the name of the primary of its shard: its own for a
    primary, empty for a Sentinel.  A primary's ``counts`` are there from the moment at which clients could not write to
    it any more; ``whole`` says that after its restart they were found again.
    """

    node: str
    host: str
    kind: str = INSTANCE
    run_id: str = ""
    primary: str = ""
    counts: Counts | None = None
    whole: bool = False

    @property
    def is_primary(self) -> bool:
        """Return whether it was the primary of its shard when the restart was begun."""
        return self.primary == self.node


@dataclass(frozen=True)
class Record:
    """A restart that was begun and has not ended; ``since`` is in seconds since 1970, ``by`` is user and controller."""

    deployment: str
    members: tuple[Entry, ...]
    since: int = 0
    by: str = ""

    def entry(self, node: str) -> Entry | None:
        """Return the entry of a member."""
        return next((one for one in self.members if one.node == node), None)

    @property
    def shards(self) -> tuple[Entry, ...]:
        """Return the primaries."""
        return tuple(one for one in self.members if one.is_primary)

    @property
    def sentinels(self) -> tuple[Entry, ...]:
        """Return the Sentinels."""
        return tuple(one for one in self.members if one.kind == SENTINEL)

    def shard(self, primary: str) -> tuple[Entry, ...]:
        """Return all instances of a shard."""
        return tuple(one for one in self.members if one.kind == INSTANCE and one.primary == primary)

    def replacing(self, *changed: Entry) -> Record:
        """Return a copy in which these entries are exchanged."""
        new = {one.node: one for one in changed}
        return dataclasses.replace(self, members=tuple(new.get(one.node, one) for one in self.members))


@dataclass(frozen=True)
class Seen:
    """One member as observed.

    ``problem`` is why it does not answer, to be read after its name, and is ``STOPPED`` where nothing listens any more.
    ``unsafe`` are sentences that say why it would not come back with all data.  ``snapshot`` is whether its stop writes
    one, ``memory`` its data in bytes, ``offset`` is in bytes of the replication stream.
    """

    node: str
    host: str = ""
    run_id: str = ""
    problem: str = ""
    role: str = ""
    loading: bool = False
    linked: bool = True
    offset: int = 0
    counts: Counts = field(default_factory=Counts)
    expired: int = 0
    evicted: int = 0
    memory: int = 0
    append_only: bool = False
    snapshot: bool = True
    unsafe: tuple[str, ...] = ()

    @property
    def answers(self) -> bool:
        """Return whether it answers, if only to say that it is loading."""
        return not self.problem

    @property
    def stopped(self) -> bool:
        """Return whether it is certain that it does not run."""
        return self.problem == STOPPED


@dataclass(frozen=True)
class State:
    """All members; ``record`` is of a restart that was begun, ``proposal`` of the one that would begin now.

    ``proven`` is whether all primaries were seen to save their data in this call, ``held`` whether it holds writes, and
    ``unwell`` why nothing may begin.
    """

    members: tuple[Seen, ...]
    record: Record | None = None
    proposal: Record | None = None
    proven: bool = False
    held: bool = False
    unwell: tuple[str, ...] = ()

    def member(self, node: str) -> Seen:
        """Return a member; one that was not asked does not answer."""
        return next((one for one in self.members if one.node == node), Seen(node, problem="was not asked"))

    @property
    def of(self) -> Record | None:
        """Return the record by which is planned."""
        return self.record or self.proposal

    def replacing(self, *changed: Seen) -> State:
        """Return a copy in which these members are exchanged."""
        new = {one.node: one for one in changed}
        return dataclasses.replace(self, members=tuple(new.get(one.node, one) for one in self.members))


def leader(state: State, record: Record, primary: Entry) -> Seen:
    """Return the member that has the data of a shard: its primary, or a replica that has taken over from it since."""
    own = state.member(primary.node)
    others = [state.member(one.node) for one in record.shard(primary.node) if one.node != primary.node]
    promoted = [one for one in others if one.answers and one.role == "primary"]
    return promoted[0] if promoted and not (own.answers and own.role == "primary") else own


def followers(state: State, record: Record, primary: Entry) -> tuple[Seen, ...]:
    """Return the other members of a shard."""
    first = leader(state, record, primary)
    return tuple(state.member(one.node) for one in record.shard(primary.node) if one.node != first.node)


def has_to_stop(primary: Entry, found: Seen) -> bool:
    """Return whether the process that has the data is still that of before, or was never counted."""
    return found.answers and not primary.whole and (primary.counts is None or found.run_id == primary.run_id)


def names(members: t.Iterable[Seen]) -> tuple[str, ...]:
    """Return the names of members."""
    return tuple(one.node for one in members)
