# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When an instance may start, and as what.  Pure: from what disk and peers report to a decision.

The rule: an instance that was a primary, and whose disk may hold less than its replicas do, does not start as a primary
before its deployment has had time to promote one of them.  The worst moment is just before the election: the
replica would discard its data to follow the returned primary, and then win.
"""

from __future__ import annotations

import collections
import typing as t
from dataclasses import dataclass, field

Address = t.Tuple[str, int]

START, WAIT, FOLLOW, HAND_OVER = "start", "wait", "follow", "hand over"
ANSWERED, REFUSED, UNKNOWN = "answered", "refused", "unknown"


@dataclass(frozen=True)
class Decision:
    """What to do now, and why; ``primary`` is the one to follow, or the replica that is to become primary."""

    action: str
    reason: str
    primary: Address | None = None


@dataclass(frozen=True)
class Disk:
    """What an instance would load.

    ``complete``: all that it has acknowledged.  Otherwise history and offset of its snapshot, where there is one.
    """

    complete: bool = False
    empty: bool = True
    replid: str = ""
    offset: int = -1


@dataclass(frozen=True)
class Member:
    """A line of CLUSTER NODES or of the nodes file."""

    id: str
    address: Address
    flags: frozenset[str]
    primary: str
    epoch: int
    slots: frozenset[int] = field(repr=False)

    @property
    def is_primary(self) -> bool:
        """Return whether it is listed as a primary."""
        return "master" in self.flags


@dataclass(frozen=True)
class Peer:
    """What another instance answered: INFO, and its view of the cluster where there is one.

    ``refused``: nothing listens there, so that no data are there, either.  ``unknown``: no answer that helps.
    """

    address: Address
    state: str
    info: t.Mapping[str, str] = field(default_factory=dict)
    view: tuple[Member, ...] = ()
    why: str = ""

    @property
    def name(self) -> str:
        """Return its name in messages."""
        return f"{self.address[0]}:{self.address[1]}"

    def figure(self, name: str) -> int:
        """Return a figure of INFO, -1 where there is none."""
        text = self.info.get(name, "")
        return int(text) if text.lstrip("-").isdigit() else -1

    def self_view(self) -> Member | None:
        """Return its own line in its own view."""
        return next((one for one in self.view if "myself" in one.flags), None)


@dataclass(frozen=True)
class Sentinel:
    """What a Sentinel answered: which primary it names, how it sees it, and which replicas it knows."""

    state: str
    primary: Address | None = None
    flags: frozenset[str] = frozenset()
    replicas: frozenset[Address] = frozenset()


@dataclass(frozen=True)
class Limits:
    """Seconds: how long a deployment takes to replace a primary, and how long if that is seen to be going on."""

    usual: float
    longest: float


def cluster_limits(node_timeout: float) -> Limits:
    """Return the bounds for a cluster.

    The first is above every election that was measured; a vote that was lost is repeated after 4 time-outs.
    """
    usual = 1.5 * node_timeout + 1.5
    return Limits(usual, usual + 4 * node_timeout)


def sentinel_limits(down_after: float, failover_timeout: float) -> Limits:
    """Return the bounds under Sentinel, which repeats a failover that failed after twice its time-out."""
    return Limits(down_after + 2.0, down_after + 2.0 + 2 * failover_timeout)


def cluster_at_once(own: Member | None, known: t.Sequence[Member], disk: Disk) -> str:
    """Return why a cluster node need not ask anyone before it starts; empty if it has to."""
    if own is None:
        return "it belongs to no cluster yet"
    if not own.is_primary:
        return "it is a replica"
    if not own.slots:
        return "it serves no slots"
    if not any(one.primary == own.id for one in known):
        return "it has no replica"
    return "its append-only file has everything that it acknowledged" if disk.complete else ""


def cluster(
    own: Member,
    disk: Disk,
    peers: t.Sequence[Peer],
    replicas: t.Collection[Address],
    elapsed: float,
    limits: Limits,
    *,
    handed_over: bool = False,
) -> Decision:
    """Decide for a primary with slots; ``replicas`` are the addresses of those it knew last.

    ``handed_over``: one of them has got the command to become primary, whatever came of it.
    """
    new = _replaced_by(own, peers)
    if new:
        return Decision(START, f"{new} serves its slots now, and it will follow")
    ahead = [(one, why) for one in peers for why in (_cluster_ahead(own, disk, one, replicas),) if why]
    if not ahead:
        return Decision(START, "no replica that runs has data that its disk lacks")
    if elapsed >= limits.usual and not handed_over and _no_majority(own, peers):
        candidate = _candidate(own, peers, replicas, [one for one, _why in ahead if _has_all(disk, one)])
        if candidate is not None:
            reason = (
                f"most primaries are gone, so that no replica can be elected; asks {candidate.name} to become primary"
            )
            return Decision(HAND_OVER, reason, candidate.address)
    return _bounded(ahead, elapsed, limits, _cluster_failing(own, peers))


def sentinel_set(
    own: t.Sequence[Address],
    disk: Disk,
    peers: t.Sequence[Peer],
    sentinels: t.Sequence[Sentinel],
    elapsed: float,
    limits: Limits,
) -> Decision:
    """Decide for an instance that is a primary by its own file, watched by these Sentinels (all that there are).

    ``own`` are the addresses under which it may be named.
    """
    named = _named(sentinels)
    if named is not None and named not in own:
        # One that is not a replica of it for the Sentinels was never theirs: they must not discard its data, either.
        if not any(one.replicas.intersection(own) for one in sentinels if one.primary == named):
            return Decision(START, f"its Sentinels do not know it; for them {named[0]}:{named[1]} is the primary")
        return Decision(FOLLOW, "a majority of its Sentinels names that as primary", named)
    failing = _sentinels_failing(sentinels)
    if disk.complete and not failing:
        return Decision(START, "its append-only file has everything that it acknowledged")
    ahead = [(one, why) for one in peers for why in (_set_ahead(own, disk, one),) if why]
    if not ahead:
        return Decision(START, "no replica that runs has data that its disk lacks")
    return _bounded(ahead, elapsed, limits, failing)


def _bounded(ahead: t.Sequence[tuple[Peer, str]], elapsed: float, limits: Limits, failing: bool) -> Decision:
    said = "; ".join(f"{one.name} {why}" for one, why in ahead)
    most = limits.longest if failing else limits.usual
    if elapsed < most:
        return Decision(WAIT, f"{said}: waits up to {most:g} s, so that a replica can be promoted first")
    return Decision(
        START,
        f"no replica was promoted within {most:g} s ({said}). What its disk lacks is lost on its replicas, too",
    )


def _replaced_by(own: Member, peers: t.Sequence[Peer]) -> str:
    for one in peers:
        mine = one.self_view()
        if mine is not None and mine.is_primary and mine.slots >= own.slots and mine.epoch > own.epoch:
            return one.name
    views = [line for one in peers for line in one.view if line.id == own.id]
    if views and not any(line.slots for line in views):
        return "another member"
    return ""


def _cluster_ahead(own: Member, disk: Disk, peer: Peer, replicas: t.Collection[Address]) -> str:
    if peer.state == REFUSED:
        return ""
    if peer.state == UNKNOWN:
        return _unknown(peer) if peer.address in replicas else ""
    mine = peer.self_view()
    return _ahead(disk, peer) if mine is not None and mine.primary == own.id else ""


def _set_ahead(own: t.Sequence[Address], disk: Disk, peer: Peer) -> str:
    if peer.state == REFUSED:
        return ""
    if peer.state == UNKNOWN:
        return _unknown(peer)
    followed = (peer.info.get("master_host", ""), peer.figure("master_port"))
    return _ahead(disk, peer) if peer.info.get("role") == "slave" and followed in own else ""


def _unknown(peer: Peer) -> str:
    return f"does not report what it has ({peer.why})"


def _ahead(disk: Disk, peer: Peer) -> str:
    """Return what a replica has that the disk may lack; empty if it has nothing like that."""
    offset = peer.figure("slave_repl_offset")
    if offset < 1 or peer.info.get("master_sync_in_progress") == "1":
        return ""  # its first copy never arrived
    if disk.empty and not any(name.startswith("db") for name in peer.info):
        return ""
    if disk.replid and disk.replid == peer.info.get("master_replid"):
        return "" if disk.offset >= offset else f"has {offset - disk.offset} bytes of changes that this disk lacks"
    return f"has data up to offset {offset}" + (", and this disk is empty" if disk.empty else "")


def _has_all(disk: Disk, peer: Peer) -> bool:
    """Return whether a replica that is ahead surely has all of the disk: what only that has would be discarded.

    No time is too long for a takeover: the replica may have lost touch long ago.
    """
    if not any(name.startswith("db") for name in peer.info):
        return False
    if disk.empty or disk.replid == peer.info.get("master_replid"):
        return True
    is_earlier = bool(disk.replid) and disk.replid == peer.info.get("master_replid2")
    return is_earlier and disk.offset < peer.figure("second_repl_offset")


def _cluster_failing(own: Member, peers: t.Sequence[Peer]) -> bool:
    """Return whether most primaries that answer have agreed that it failed: an election is due, or is repeated."""
    voters = [
        one
        for one in peers
        for mine in (one.self_view(),)
        if mine is not None and mine.is_primary and mine.slots and mine.id != own.id
    ]
    agreed = [one for one in voters if any(line.id == own.id and "fail" in line.flags for line in one.view)]
    return len(agreed) * 2 > len(voters)


def _no_majority(own: Member, peers: t.Sequence[Peer]) -> bool:
    """Return whether all who answer miss so many primaries that no replica can win an election.

    With a host, most primaries may be gone at once, and all of them wait here for each other.
    """
    views = [one.view for one in peers if one.view]
    return bool(views) and not any(_has_majority(own, view) for view in views)


def _has_majority(own: Member, view: t.Sequence[Member]) -> bool:
    voters = [line for line in view if line.is_primary and line.slots]
    there = [line for line in voters if line.id != own.id and not line.flags & {"fail", "fail?"}]
    return len(there) * 2 > len(voters)


def _candidate(
    own: Member, peers: t.Sequence[Peer], replicas: t.Collection[Address], ahead: t.Sequence[Peer]
) -> Peer | None:
    """Return the replica with the most data, where each replica reports that it follows, or does not run.

    A takeover is not an election. It is safe as long as no other replica can have been elected: not while one of the
    replicas may be beyond a partition. A firewall refuses connections, too: that a replica does not run is believed
    where another instance of its host answers.
    """
    of_shard = [one for one in peers if one.address in replicas]
    hosts = {one.address[0] for one in peers if one.state == ANSWERED}
    follow = [
        one
        for one in of_shard
        for mine in (one.self_view(),)
        if (one.state == REFUSED and one.address[0] in hosts) or (mine is not None and mine.primary == own.id)
    ]
    if len(follow) < len(of_shard):
        return None
    return max((one for one in ahead if one in follow), key=lambda one: one.figure("slave_repl_offset"), default=None)


def _named(sentinels: t.Sequence[Sentinel]) -> Address | None:
    votes = collections.Counter(one.primary for one in sentinels if one.primary is not None)
    most = votes.most_common(1)
    return most[0][0] if most and most[0][1] * 2 > len(sentinels) else None


def _sentinels_failing(sentinels: t.Sequence[Sentinel]) -> bool:
    return any(one.flags & {"o_down", "failover_in_progress"} for one in sentinels)
