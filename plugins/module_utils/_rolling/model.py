# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deployment as a rolling restart sees it: its members, which of them need a restart, and why."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

INSTANCE, SENTINEL = "instance", "sentinel"
PRIMARY, REPLICA = "primary", "replica"
# How the reason ends that a member's program was replaced.
ANOTHER_PROGRAM = " is another program than the one that runs"
# What carries out a switchover: the shard itself, or the Sentinels, which choose the replica; or there is nothing.
CLUSTER, SENTINELS, NOTHING = "cluster", "sentinels", ""

# The settings by which a start finds the data of before, with the engines' defaults.
DATA_FILES: t.Final[t.Mapping[str, str]] = {
    "appendonly": "no",
    "appendfilename": "appendonly.aof",
    "appenddirname": "appendonlydir",
    "dbfilename": "dump.rdb",
}


@dataclass(frozen=True)
class Member:
    """One instance or Sentinel, as observed.

    ``problem`` is why it does not answer, ``behind`` why a replica is not in sync, both to be read after its name, and
    ``unfit`` a sentence that says why a replica may not become primary; empty where all is well.  ``run_id`` is that of
    the process (INFO server), so that a restart is a change of it; empty for a member that does not answer.
    ``shard`` is for people: the slots of a cluster's shard, or the name of the set.  ``offset`` is in bytes of the
    replication stream.  ``min_replicas`` is how many replicas a primary needs in order to accept writes.
    ``unstartable`` says why the process, once stopped, would not start again, as a sentence.
    ``version`` is engine and version of the process, as ``valkey 8.1.8``, and ``migration`` the value of
    cluster-allow-replica-migration, empty where there is none.  ``priority`` is replica-priority, and ``preferred``
    whether all Sentinels would choose this replica before any other.
    """

    name: str
    host: str
    zone: str = ""
    kind: str = INSTANCE
    shard: str = ""
    role: str = ""
    run_id: str = ""
    problem: str = ""
    behind: str = ""
    unfit: str = ""
    offset: int = 0
    min_replicas: int = 0
    version: str = ""
    migration: str = ""
    unstartable: str = ""
    priority: int = 100
    preferred: bool = True

    @property
    def failure(self) -> str:
        """Return why the deployment cannot rely on it now, as a sentence; empty if it can."""
        return next((f"{self.name} {why}" for why in (self.problem, self.behind) if why), "")


@dataclass(frozen=True)
class State:
    """All members, and what else is wrong with the deployment: sentences that are not about a single member.

    ``switching`` is what carries out a switchover, ``quorum`` how many Sentinels have to call a primary down.
    ``absent`` are members on hosts in maintenance: they are not among the others, and no restart may count on them.
    """

    members: tuple[Member, ...]
    unwell: tuple[str, ...] = ()
    switching: str = CLUSTER
    quorum: int = 0
    absent: tuple[Member, ...] = ()

    def member(self, name: str) -> Member | None:
        """Return the member of that name."""
        return next((one for one in self.members if one.name == name), None)

    def shard(self, name: str) -> tuple[Member, ...]:
        """Return the instances of a shard."""
        return tuple(one for one in self.members if one.kind == INSTANCE and one.shard == name)

    def primary(self, shard: str) -> Member | None:
        """Return the primary of a shard."""
        return next((one for one in self.shard(shard) if one.role == PRIMARY), None)

    def replicas(self, shard: str) -> tuple[Member, ...]:
        """Return the replicas of a shard."""
        return tuple(one for one in self.shard(shard) if one.role == REPLICA)

    def replacing(self, *changed: Member) -> State:
        """Return a copy in which these members are exchanged."""
        new = {one.name: one for one in changed}
        return dataclasses.replace(self, members=tuple(new.get(one.name, one) for one in self.members))


@dataclass(frozen=True)
class Need:
    """A member whose process of now is to be restarted, and the reasons, for people.

    ``run_id`` is of the process that it is about: once another one answers, the need is met.  It is empty for a member
    that did not answer; such a one is restarted only where it is ``named`` by the user.  ``installed`` is engine and
    version of the program that would be started, empty where that is not known.
    """

    node: str
    run_id: str
    reasons: tuple[str, ...]
    named: bool = False
    installed: str = ""


@dataclass(frozen=True)
class Pace:
    """How far one run goes, and what it may do.

    ``canary`` stops after the first shard, ``limit`` after so many restarts (0: no limit).  ``parallel`` is how many
    members of one host, each of another shard, may be restarted at the same time.  ``restarted`` are the
    members that this run has restarted already, and ``primaries`` those that were primary when it began.
    ``returning`` makes them primary again at the end; for that, ``priorities`` is the replica-priority that instances
    of a set are configured with.  ``offline`` allows a primary without a replica to be restarted, during which its data
    is not available.
    While it lasts, the replicas of ``hold`` stay with their primaries, and at its end those of ``release`` may move
    again: the nodes of a cluster that are configured so.
    ``releases`` allows a restart to change the engine or its release, ``untested`` also to one that was never tried.
    """

    canary: bool = False
    limit: int = 0
    parallel: int = 1
    restarted: tuple[str, ...] = ()
    primaries: tuple[str, ...] = ()
    returning: bool = False
    offline: bool = False
    releases: bool = False
    untested: bool = False
    hold: tuple[str, ...] = ()
    release: tuple[str, ...] = ()
    priorities: t.Mapping[str, int] = dataclasses.field(default_factory=dict)


def make_needs(values: t.Iterable[t.Mapping[str, t.Any]]) -> tuple[Need, ...]:
    """Build the needs from a module's option."""
    return tuple(
        Need(
            str(one["node"]),
            str(one["run_id"] or ""),
            tuple(one["reasons"]),
            bool(one["named"]),
            one["installed"] or "",
        )
        for one in values
    )
