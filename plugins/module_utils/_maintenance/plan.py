# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it takes to take a host out of service, and to bring it back: pure functions of what is observed.

Out: nothing of the other hosts' members may be missing, each primary of the host hands over to a member on another
host, and only then its members are stopped, the Sentinel last. Refused before anything is touched where a shard, the
writes to it, its last replica or a majority of the Sentinels would be lost.

Back: its members are started, and when they are in sync, those that were primary can become so again.

A plan is made anew before each step, so a run that was cut anywhere is finished by the next one.
"""

from __future__ import annotations

import collections
import typing as t
from dataclasses import dataclass, field

from .._errors import Refused, Unsettled
from .._rolling import prefer
from .._rolling.gates import HEALTH_HINT
from .._rolling.model import CLUSTER, INSTANCE, NOTHING, PRIMARY, REPLICA, SENTINEL, SENTINELS, Member, State
from .._rolling.plan import candidate, returns
from .._rolling.steps import SwitchOver, hold, release
from .steps import Start, Step, stop


@dataclass(frozen=True)
class Request:
    """What is asked of a deployment.

    ``host`` is to leave it or to come back, and ``members`` are those of its members that this call stops or starts:
    a Sentinel belongs to several sets, and is stopped once, after the instances of all. ``bare`` allows shards to be
    left without a replica. ``primaries`` are to become primary again, and ``held`` are nodes that hold
    their replicas meanwhile. ``priorities`` is the replica-priority that instances of a set are configured with.
    """

    host: str
    members: tuple[str, ...]
    bare: bool = False
    primaries: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    priorities: prefer.Priorities = field(default_factory=dict)


def others(state: State, host: str) -> tuple[Member, ...]:
    """Return the members on other hosts."""
    return tuple(one for one in state.members if one.host != host)


def lacking(state: State, host: str) -> list[str]:
    """Return what is wrong with the deployment, leaving out the members of this host, as sentences."""
    return [*(one.failure for one in others(state, host) if one.failure), *state.unwell]


def leave(state: State, request: Request) -> list[Step]:
    """Return the steps that are left until no member of the host runs; raise Refused where that would cost too much."""
    here = [one for one in state.members if one.host == request.host and not one.problem]
    if not here:
        return []
    wrong = lacking(state, request.host)
    if wrong:
        why = f"the deployment is not healthy without {request.host}: {'; '.join(wrong[:5])}"
        raise Unsettled(why, hint=HEALTH_HINT)
    shards = list(dict.fromkeys(one.shard for one in here if one.kind == INSTANCE))
    for shard in shards:
        _refuse_loss(state, shard, request)
    _refuse_minority(state, request)
    steps: list[Step] = []
    if state.switching == CLUSTER:
        steps += hold(state, [one.name for one in others(state, request.host)])
    for shard in shards:
        primary = state.primary(shard)
        if primary is not None and primary.host == request.host:
            steps.append(_switch(state, primary))
            state = steps[-1].apply(state)
    running = sorted(
        (one for one in state.members if one.name in request.members and one.host == request.host and not one.problem),
        key=lambda one: one.kind == SENTINEL,
    )
    return [*steps, *(stop(state, one.name) for one in running)]


def leave_behind(state: State, host: str, answering: t.Collection[str]) -> list[Step]:
    """Return the steps for a dead host, of which nothing is to be stopped; raise Refused where it is not out.

    ``state`` is the deployment without its members, and ``answering`` are those of them that answer.
    """
    if answering:
        raise Refused(
            f"{host} was not reached, and {', '.join(answering)} answers: its members cannot be stopped",
            hint="Make it accept logins again (SSH), and run again. A host can be marked without that only once its "
            "members are down, and others have taken over.",
        )
    wrong = lacking(state, host)
    if wrong:
        raise Unsettled(
            f"{host} was not reached, and the deployment is not healthy without it: {'; '.join(wrong[:5])}",
            hint=HEALTH_HINT,
        )
    return [*hold(state, [one.name for one in state.members])] if state.switching == CLUSTER else []


def back(state: State, request: Request) -> list[Step]:
    """Return the steps that are left until the members of the host run, in sync, as before."""
    steps: list[Step] = [
        Start(one.name)
        for one in sorted(state.members, key=lambda one: one.kind == SENTINEL)
        if one.host == request.host and one.name in request.members and one.problem
    ]
    steps += release(state, request.held)
    steps += returns(state, request.primaries, request.priorities)
    for step in steps:
        state = step.apply(state)
    return [*steps, *prefer.restore(state, request.priorities)]


def alone(state: State, host: str) -> list[str]:
    """Return, as sentences, what the deployment could not bear while this host is out, and can otherwise."""
    found = []
    primaries = collections.Counter(one.host for one in others(state, host) if one.role == PRIMARY)
    number = sum(primaries.values())
    if state.switching == CLUSTER and number > 1:
        # With fewer hosts than primaries one of them has to have a majority.
        found += [
            f"{name} has {count} of {number} primaries while {host} is out of service: its loss would stop the cluster"
            for name, count in sorted(primaries.items())
            if 2 * count > number
        ]
    for shard in dict.fromkeys(one.shard for one in others(state, host) if one.kind == INSTANCE and one.shard):
        if not [one for one in state.replicas(shard) if one.host != host]:
            found.append(f"{shard} has no replica while {host} is out of service: its data is on one host")
    return found


def _refuse_loss(state: State, shard: str, request: Request) -> None:
    host, primary = request.host, state.primary(shard)
    staying = [one for one in state.shard(shard) if one.host != host and not one.failure]
    if not staying:
        names = ", ".join(one.name for one in state.shard(shard))
        raise Refused(
            f"{names}: {shard} has no member on another host than {host}, and would not be available",
            hint="Add a replica on another host first.",
        )
    moves = primary is not None and primary.host == host
    if moves and state.switching == NOTHING:
        raise Refused(
            f"{shard} has no Sentinels that could switch over, and its primary is on {host}",
            hint="Make another instance primary by hand first (REPLICAOF), or run Sentinels.",
        )
    if moves:
        _refuse_unfit(state, shard, host)
    left = len([one for one in staying if one.role == REPLICA]) - (1 if moves else 0)
    needed = primary.min_replicas if primary is not None else 0
    if left < needed:
        raise Refused(
            f"{shard} accepts writes only with {needed} replica(s) (min-replicas-to-write), and {left} would be left",
            hint="Add a replica on another host, or lower redis_node_min_replicas_to_write for the time.",
        )
    if not left and not request.bare:
        raise Refused(
            f"{shard} would be left without a replica: its data would be on one host only",
            hint="Add a replica on another host; or accept it with redis_maintenance_accept_no_replica: true.",
        )


def _refuse_unfit(state: State, shard: str, host: str) -> None:
    replicas = state.replicas(shard)
    fit = [one for one in replicas if one.host != host and not one.unfit]
    if not fit:
        reasons = "; ".join(one.unfit for one in replicas if one.unfit)
        raise Refused(
            f"no replica of {shard} on another host than {host} may take over{f': {reasons}' if reasons else ''}",
            hint="See playbook almashooq.redis.health. In a set, a replica needs another replica-priority than 0.",
        )
    here = [one.name for one in replicas if one.host == host and not one.unfit]
    if here and state.switching == SENTINELS:
        raise Refused(
            f"Sentinel could choose {', '.join(here)}, which is on {host}, too",
            hint="Give it replica-priority 0 for the time.",
        )


def _refuse_minority(state: State, request: Request) -> None:
    sentinels = [one for one in state.members if one.kind == SENTINEL]
    leaving = [one for one in sentinels if one.host == request.host]
    staying = [one for one in sentinels if one.host != request.host and not one.failure]
    needed = max(len(sentinels) // 2 + 1, state.quorum)
    if leaving and len(staying) < needed:
        raise Refused(
            f"{len(staying)} of {len(sentinels)} Sentinels would be left without {request.host}, and a failover needs "
            f"{needed}",
            hint="Run Sentinels on more hosts (an odd number, at least three).",
        )


def _switch(state: State, primary: Member) -> SwitchOver:
    if state.switching == SENTINELS:
        return SwitchOver(primary.shard, primary.name, "", primary.host)
    replicas = [one for one in state.replicas(primary.shard) if one.host != primary.host]
    fit = [one for one in replicas if not one.unfit]
    return SwitchOver(primary.shard, primary.name, candidate(state, fit or replicas, primary).name, primary.host)
