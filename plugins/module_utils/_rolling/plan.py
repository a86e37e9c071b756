# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which order members are restarted: a pure function of what is observed and of who needs a restart.

Members that do not work come first, where the user has named them; then all replicas; then each primary, after another
member has taken over; then the Sentinels.  So whatever is wrong with the new state of things shows before a primary is
touched, and the Sentinels that carry out a failover are the ones that are known to work.

While members of a cluster are restarted, no replica of another shard may move to a primary that has none for the
moment: it would not go back.  So the first step holds the replicas where they are, and the last one releases them.  The
configuration is the record of it: a run that was cut anywhere leaves nodes that are held and not configured so, and the
next plan ends with their release, also where there is nothing else to do.

Nothing here waits or checks the gates: each step is planned again, from what is observed then, before it is taken.
Of a member that does not answer only the restart is planned: whose replica it is, and what others lack of it, shows
when it is back, and the rest is planned then.
"""

from __future__ import annotations

import collections
import typing as t

from .._errors import Refused, Unsettled
from . import prefer, releases
from .absent import refuse_loss
from .model import CLUSTER, INSTANCE, NOTHING, PRIMARY, REPLICA, SENTINEL, SENTINELS, Member, Need, Pace, State
from .parallel import grouped
from .steps import Restart, Step, SwitchOver, hold, release, what_is


def plan(state: State, needs: t.Sequence[Need], pace: Pace) -> list[Step]:
    """Return the steps that are left; raise Refused where a member can only be restarted with a loss of service."""
    work = _work(state, needs, pace)
    steps: list[Step] = [*(hold(state, pace.hold) if work else ()), *work]
    for step in steps:
        state = step.apply(state)
    return [*steps, *release(state, pace.release), *prefer.restore(state, pace.priorities)]


def _work(state: State, needs: t.Sequence[Need], pace: Pace) -> list[Step]:
    """Return the restarts that are left, and the switchovers for them."""
    first = state
    steps: list[Restart | SwitchOver] = []
    restarts = len(pace.restarted)
    waiting = _in_order(state, needs, pace)
    silent = [one for one in waiting if one[0].problem]
    for member, need in silent or waiting:
        refuse_release(member, need, state, pace)
        if pace.limit and restarts >= pace.limit:
            return grouped(steps, first, pace.parallel)
        restarts += 1
        current = state.member(member.name) or member
        if current.kind == INSTANCE and current.role == PRIMARY:
            switch = _switch(state, current, pace)
            if switch is not None:
                steps.append(switch)
                state = switch.apply(state)
                current = state.member(member.name) or member
        _refuse_to_be_lost(current, need, state)
        refuse_loss(state, current)
        alone = current.kind == INSTANCE and current.role == PRIMARY
        what = what_is(current.kind, current.role, current.shard)
        held = current.name in pace.hold and bool(current.migration)
        unwritable = _stops_writes(current, state, pace)
        steps.append(Restart(current.name, current.host, what, need.reasons, alone, need.installed, held, unwritable))
        state = steps[-1].apply(state)
    back = returns(state, pace.primaries, pace.priorities) if pace.returning and not silent else ()
    return [*grouped(steps, first, pace.parallel), *back]


def due(member: Member, need: Need) -> bool:
    """Return whether a member's process is still the one that has to be restarted.

    A member that answered when the need was found and does not now is being restarted, or has just crashed: the others
    wait for it.
    """
    if need.named and not need.run_id and member.problem:
        return True
    return bool(need.run_id) and member.run_id == need.run_id


def within_release(state: State, needs: t.Sequence[Need]) -> tuple[tuple[Need, ...], tuple[str, ...]]:
    """Return the needs that a restart meets without a change of the release, and why the others are left, as sentences.

    For a run that was not asked for an upgrade: the members go on with what they run.
    """
    versions = {one.name: one.version for one in state.members}
    left = {
        one.node: f"{one.node} is not restarted: it runs {versions[one.node]}, and its restart would start "
        f"{one.installed} (playbook upgrade)"
        for one in needs
        if releases.change(versions.get(one.node, ""), one.installed)
    }
    return tuple(one for one in needs if one.node not in left), tuple(left.values())


def _in_order(state: State, needs: t.Sequence[Need], pace: Pace) -> list[tuple[Member, Need]]:
    by_node = {need.node: need for need in needs}
    waiting = [(one, by_node[one.name]) for one in state.members if one.name in by_node]
    waiting = [(member, need) for member, need in waiting if due(member, need)]
    if pace.canary:
        shard = _canary(state, [member for member, _need in waiting], pace)
        waiting = [(member, need) for member, need in waiting if _group(member) == shard]
    shards = {name: place for place, name in enumerate(dict.fromkeys(one.shard for one in state.members))}
    hosts = {name: place for place, name in enumerate(dict.fromkeys(one.host for one in state.members))}
    rank = {"": 0, REPLICA: 1, PRIMARY: 2}
    abreast = pace.parallel > 1

    def order(one: tuple[Member, Need]) -> tuple[int, int, int]:
        member = one[0]
        failing = bool(member.failure)
        # A primary that has handed over keeps its place among those of its host that have not done so yet.
        role = PRIMARY if abreast and member.name in pace.primaries else member.role
        place = 0 if failing else 3 if member.kind == SENTINEL else rank[role]
        return (place, hosts[member.host] if abreast else 0, shards[member.shard])

    return sorted(waiting, key=order)


def refuse_release(member: Member, need: Need, state: State, pace: Pace) -> None:
    """Refuse a restart that would change the engine or its release, without consent or where that cannot go well."""
    if not releases.change(member.version, need.installed):
        return
    message = f"{member.name} runs {member.version}, and its restart would start {need.installed}"
    why = releases.refusal(member.version, need.installed, clustered=state.switching == CLUSTER, untested=pace.untested)
    if why:
        raise Refused(
            f"{message}: {why}",
            node=member.name,
            hint="Install the version that runs again; the members go on with it meanwhile. docs/upgrade.md has the "
            "changes that are possible, and how to get to other versions.",
        )
    if not pace.releases:
        raise Refused(
            message,
            node=member.name,
            hint="A change of the release is more than a restart: run playbook almashooq.redis.upgrade, which first "
            "checks what would be in its way (docs/upgrade.md).",
        )


def _refuse_to_be_lost(member: Member, need: Need, state: State) -> None:
    """Refuse the restart of a replica as it is, where its primary runs a release that it can only follow for now."""
    primary = state.primary(member.shard)
    version = need.installed or member.version
    if member.kind != INSTANCE or member.role != REPLICA or primary is None:
        return
    if releases.cannot_follow(version, primary.version):
        raise Refused(
            f"{member.name} would follow {primary.name}, which runs {primary.version}, and {version} does not load "
            "what that sends",
            node=member.name,
            hint="An upgrade has been interrupted here. Set redis_install_engine and redis_install_version to the "
            "version of the primary, and run playbook almashooq.redis.upgrade.",
        )


def _stops_writes(member: Member, state: State, pace: Pace) -> bool:
    """Return whether too few replicas are left for writes while this one restarts; raise Refused without consent."""
    primary = state.primary(member.shard)
    if member.kind != INSTANCE or member.role != REPLICA or primary is None or member.failure:
        return False
    left = len(state.replicas(member.shard)) - 1
    if left >= primary.min_replicas:
        return False
    if not pace.offline:
        raise Refused(
            f"{primary.name} accepts writes only with {primary.min_replicas} replica(s) (min-replicas-to-write), and "
            f"{left} would be left while {member.name} restarts",
            node=member.name,
            hint="In a maintenance window, set redis_rolling_offline: true: clients then get NOREPLICAS for each write "
            "until the member is back, and go on reading. To keep accepting writes, add a replica first.",
        )
    return True


def _group(member: Member) -> str:
    return SENTINEL if member.kind == SENTINEL else member.shard


def _canary(state: State, waiting: t.Sequence[Member], pace: Pace) -> str:
    """Return the one shard of this run: that of a member that it has restarted, or the first that needs a restart."""
    begun = [one for one in state.members if one.name in pace.restarted]
    failing = [one for one in waiting if one.failure]
    instances = [one for one in waiting if one.kind == INSTANCE]
    return next((_group(one) for one in (*begun, *failing, *instances, *waiting)), "")


def _switch(state: State, primary: Member, pace: Pace) -> SwitchOver | None:
    """Return the switchover that comes before a primary's restart; nothing if it is restarted in place."""
    replicas = state.replicas(primary.shard)
    if not replicas or state.switching == NOTHING:
        if pace.offline:
            return None
        why = "has no Sentinels that could switch over" if replicas else f"is the only member of {primary.shard}"
        # Right after a switchover that was interrupted, both of a shard call themselves primary.
        others = any(one.kind == INSTANCE and one.name != primary.name for one in state.members)
        error = Unsettled if others and not replicas else Refused
        raise error(
            f"{primary.name} {why}: while it restarts, its data is not available",
            node=primary.name,
            hint="In a maintenance window, set redis_rolling_offline: true.",
        )
    fit = [one for one in replicas if not one.unfit]
    if state.switching == SENTINELS:
        if not fit:
            raise Refused(
                f"no replica of {primary.shard} may take over from {primary.name}: "
                f"{'; '.join(one.unfit for one in replicas)}",
                node=primary.name,
                hint="Give one of them another replica-priority than 0.",
            )
        return SwitchOver(primary.shard, primary.name, "", primary.host)
    # One that is not fit at this moment (no bus link yet) may be so when its turn comes: the gate waits for it.
    return SwitchOver(primary.shard, primary.name, candidate(state, fit or replicas, primary).name, primary.host)


def candidate(state: State, replicas: t.Sequence[Member], primary: Member) -> Member:
    """Return which of these replicas takes over: no host gets a majority of the primaries that it did not have.

    Of those the one in the zone, then on the host, with the fewest primaries; then the one with most of the data.
    """
    others = [one for one in state.members if one.role == PRIMARY and one.name != primary.name]
    zones = collections.Counter(one.zone for one in others)
    hosts = collections.Counter(one.host for one in others)
    half = (len(others) + 1) / 2

    def order(one: Member) -> tuple[bool, int, int, int, str]:
        majority = hosts[one.host] + 1 > half and one.host != primary.host
        return (majority, zones[one.zone], hosts[one.host], -one.offset, one.name)

    return min(replicas, key=order)


def returns(
    state: State, primaries: t.Iterable[str], configured: prefer.Priorities
) -> t.Iterator[prefer.Prioritise | SwitchOver]:
    """Return the steps that make former primaries primary again; those that have gone are left out.

    ``configured`` is the replica-priority that each instance of a set has otherwise.  Raises Refused where Sentinel
    would never choose one.
    """
    for name in primaries:
        member = state.member(name)
        primary = state.primary(member.shard) if member is not None and member.role == REPLICA else None
        if member is None or primary is None or state.switching == NOTHING:
            continue
        if state.switching == SENTINELS:
            yield from prefer.prefer(state, member, configured)
        yield SwitchOver(member.shard, primary.name, name, primary.host)
