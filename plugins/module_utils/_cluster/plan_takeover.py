# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When CLUSTER FAILOVER may be sent to a replica, and what proves that it happened: pure functions.

A replica that was elected within the last two node timeouts counts its old votes again: it declares itself primary
without an election and without a new epoch, its peers demote it within 50 ms, and its primary keeps its clients
paused until the engine gives the attempt up.  Within four node timeouts it does not start a new election, and within
two the others do not vote about the same primary again.  All of that has passed once the primary has been primary
without interruption for four node timeouts.  An engine that is promoted disconnects all its replicas, so the age of
a replica's link, as its primary counts it, is the proof.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .._replies import number, parse_info, version
from .model import Node, Observed

NODE_TIMEOUTS = 4
LEAST_WINDOW = 4.0  # s: the engine's timeout of an election is two node timeouts, but at least two seconds
GRANULARITY = 1.0  # s: ages and uptimes are whole seconds
GIVEN_UP = 5.0  # s: CLUSTER_MF_TIMEOUT; a setting since Valkey 9.1
SPARE = 1.0  # s
NEVER_PROMOTED = "0" * 40

# Engines that start a manual failover's election at once and vote for it at any time, from this version on.
UNHINDERED = {"valkey": (8, 1)}


@dataclass(frozen=True)
class Tenure:
    """What a primary reports about how long it has been primary."""

    version: str = ""
    uptime: int = 0
    promoted: bool = True
    links: tuple[int, ...] = ()
    given_up: float = GIVEN_UP

    @property
    def seconds(self) -> int:
        """How long it has been primary without interruption, at least."""
        return max((*self.links, 0 if self.promoted else self.uptime))


TENURE_QUESTIONS: tuple[tuple[str, ...], ...] = (
    ("CLIENT", "LIST", "TYPE", "replica"),
    ("INFO", "server"),
    ("INFO", "replication"),
    ("CONFIG", "GET", "cluster-manual-failover-timeout"),
)


def parse_tenure(clients: str, server: str, replication: str, given_up: t.Sequence[str]) -> Tenure:
    """Read the replies to TENURE_QUESTIONS."""
    lines = [dict(word.partition("=")[::2] for word in line.split()) for line in clients.splitlines()]
    about = parse_info(server)
    return Tenure(
        version=version(about),
        uptime=number(about.get("uptime_in_seconds")),
        promoted=parse_info(replication).get("master_replid2") != NEVER_PROMOTED,
        links=tuple(number(line.get("age")) for line in lines if line),
        given_up=number(given_up[1]) / 1000 if len(given_up) > 1 else GIVEN_UP,
    )


def wait(tenure: Tenure, node_timeout: float) -> float:
    """Return in how many seconds a switchover is safe; 0 if it is now.  ``node_timeout`` is in seconds."""
    engine, _space, release = tenure.version.partition(" ")
    first = UNHINDERED.get(engine)
    if first and tuple(int(part) for part in re.findall(r"\d+", release)[:2]) >= first:
        return 0.0
    window = max(NODE_TIMEOUTS * node_timeout, LEAST_WINDOW) + GRANULARITY
    return max(window - tenure.seconds, 0.0)


def node_timeout(state: Observed) -> float:
    """Return the longest node timeout that a node runs with, in seconds."""
    return max((number(node.setting("cluster-node-timeout")) for node in state.nodes), default=0) / 1000


def unready(state: Observed, node: str, primary: str) -> str:
    """Return what keeps the candidate from getting votes: its role, its link, the other primaries' bus links to it.

    The replica's own link is up before the others have a bus link to it; votes that find none are lost.
    """
    nodes = state.by_name()
    candidate, old = nodes[node], nodes[primary]
    if not candidate.is_replica or candidate.myself.primary_id != old.id:
        return f"{node} is not a replica of {primary}"
    if not candidate.link_up:
        return f"{node} has no link to {primary}"
    voters = [one for one in state.nodes if one.slots]
    linked = [one for one in voters if any(line.id == candidate.id and line.connected for line in one.view)]
    if 2 * len(linked) <= len(voters):
        return f"{len(linked)} of {len(voters)} primaries have a bus link to {node}"
    return ""


def unproven(before: Observed, now: Observed, node: str, primary: str) -> str:
    """Return what is missing for the switchover to be real; empty once the candidate has won an election.

    That the candidate calls itself primary proves nothing: it may be counting old votes.  The link of the former
    primary to it is awaited afterwards with all others: it may need a full sync, and the engine does not go back.
    """
    was, nodes = before.by_name(), now.by_name()
    candidate, old, epoch = nodes[node], nodes[primary], was[primary].myself.config_epoch
    for one in (candidate, old):
        if one.problem:
            return f"{one.name} {one.problem}"
    if not candidate.slots:
        return f"{node} owns no slot"
    if candidate.myself.config_epoch <= epoch:
        return f"{node} claims to be primary with config epoch {candidate.myself.config_epoch}, not above {epoch}"
    if not old.is_replica or old.myself.primary_id != candidate.id:
        return f"{primary} does not follow {node}"
    return ""


def doubters(state: Observed, node: str) -> tuple[str, ...]:
    """Return the other primaries that do not see the node as the owner of its slots."""
    named = state.by_name()[node]

    def agrees(other: Node) -> bool:
        return any(line.id == named.id and not line.is_replica and line.slots == named.slots for line in other.view)

    others = [one for one in state.nodes if one.slots and one.name != node]
    return tuple(one.name for one in others if not agrees(one))
