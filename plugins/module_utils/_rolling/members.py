# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The members of a deployment for a rolling restart, from what is observed of a cluster, or of a set and its Sentinels.

*In sync* is more than a link that is up: nothing is being transferred, little of the stream is missing, and a majority
of the others sees the replica as one of that primary (valkey-io/valkey-operator#442).
"""

from __future__ import annotations

import dataclasses
import typing as t

from .. import _slots
from .._cluster import checks as cluster_checks
from .._cluster import plan_takeover
from .._cluster.desired import Desired as DesiredCluster
from .._cluster.model import Node as ClusterNode
from .._cluster.model import Observed as ObservedCluster
from .._marks import MIGRATION
from .._nodes import ERROR, DesiredNode, Finding
from .._replication.model import Node as SetNode
from .._replies import number
from .._sentinel import checks as sentinel_checks
from .._sentinel.desired import Desired as DesiredSentinels
from .._sentinel.model import Observed as ObservedSentinels
from .model import CLUSTER, NOTHING, PRIMARY, REPLICA, SENTINEL, SENTINELS, Member, State

NEAR = 1024 * 1024  # bytes of the stream that a replica in sync may lack while writes go on
MIN_REPLICAS = "min-replicas-to-write"
# What members report themselves; the rest is about the deployment.
OF_MEMBERS = ("node", "replica-link", sentinel_checks.REACHABLE)


def of_cluster(observed: ObservedCluster, desired: DesiredCluster) -> State:
    """Return a cluster's members, and the findings that are about no single one of them."""
    unwell = _unwell(cluster_checks.findings(observed, desired))
    members = tuple(_of_cluster(node, observed, desired) for node in observed.nodes)
    absent = tuple(_absent_of_cluster(node, observed) for node in desired.absent)
    return State(members, unwell, CLUSTER, absent=absent)


def _absent_of_cluster(node: DesiredNode, observed: ObservedCluster) -> Member:
    """Return a node that is out of service, of the shard in which the others know it."""
    lines = (line for one in observed.nodes if not one.problem for line in one.view if line.name == node.name)
    owner = next((line.primary_id for line in lines if line.primary_id), None)
    slots = next((one.slots for one in observed.nodes if one.id == owner), ())
    return Member(node.name, node.host, node.zone, shard=_shard(slots, owner) if owner else "")


def _shard(slots: _slots.Ranges, owner: str | None) -> str:
    return f"slots {_slots.text(slots)}" if slots else f"no slots (id {(owner or '')[:8]})"


def _of_cluster(node: ClusterNode, observed: ObservedCluster, desired: DesiredCluster) -> Member:
    wanted = desired.wanted(node.name)
    if node.problem:
        return Member(node.name, wanted.host, wanted.zone, problem=_problem(node.problem, node.detail))
    primary = observed.by_id().get(node.myself.primary_id or "") if node.is_replica else node
    owner = node.myself.primary_id if node.is_replica else node.id
    slots = next((line.slots for line in node.view if line.id == owner), ())
    replica = node.is_replica
    return Member(
        name=node.name,
        host=wanted.host,
        zone=wanted.zone,
        shard=_shard(slots, owner),
        role=REPLICA if replica else PRIMARY,
        run_id=node.run_id,
        behind=_behind_in_cluster(node, primary, observed) if replica else "",
        unfit=plan_takeover.unready(observed, node.name, primary.name) if replica and primary else "",
        offset=node.offset,
        min_replicas=0 if replica else number(node.setting(MIN_REPLICAS)),
        version=node.version,
        migration=node.setting(MIGRATION) or "",
        unstartable=cluster_checks.unstartable(node),
    )


def _behind_in_cluster(node: ClusterNode, primary: ClusterNode | None, observed: ObservedCluster) -> str:
    if primary is None:
        return "follows a primary that does not answer"
    lagging = _lagging(node.link_up, node.syncing, primary.offset - node.offset)
    if lagging:
        return lagging
    others = [one for one in observed.nodes if not one.problem and one.name != node.name]
    agreeing = [
        one
        for one in others
        if any(line.id == node.id and line.primary_id == primary.id and not line.failed for line in one.view)
    ]
    if 2 * len(agreeing) <= len(others):
        return f"is a replica of {primary.name} in the view of {len(agreeing)} of {len(others)} other nodes"
    return ""


def of_set(
    nodes: t.Sequence[SetNode],
    sentinels: ObservedSentinels,
    desired: DesiredSentinels,
    out: t.Collection[str] = (),
    absent: t.Sequence[Member] = (),
) -> State:
    """Return the instances of a set and its Sentinels, and what is wrong with the set as the Sentinels see it.

    ``out`` are members that are taken out of service: that Sentinels do not reach those is not wrong.  ``absent`` are
    those that are out of service, and not among the others.
    """
    wanted = desired.sets[0]
    named = {watch.primary for _one, watch in sentinels.watches(wanted.name)}
    claiming = [node.name for node in nodes if node.role == PRIMARY]
    primary = next(iter(named)) if len(named) == 1 else claiming[0] if len(claiming) == 1 else ""
    places = {one.name: one for one in wanted.nodes}
    priorities, preferred = _priorities(sentinels, wanted.name), _preferred(sentinels, wanted.name)
    members = [
        Member(node.name, places[node.name].host, places[node.name].zone, problem=_problem(node.problem, node.detail))
        if node.problem
        else dataclasses.replace(
            _of_set(node, places[node.name], set_shard(wanted.name)),
            behind=_behind_in_set(node, primary, nodes),
            unfit="" if priorities.get(node.name, 1) else f"{node.name} has replica-priority 0",
            preferred=node.name in preferred,
        )
        for node in nodes
    ]
    members += _sentinels(sentinels, desired)
    unwell = _unwell(_of_sentinels(sentinels, desired, out, absent))
    if claiming != [primary] and not any(node.problem for node in nodes):
        unwell = (
            *unwell,
            f"primary is {' and '.join(claiming) or 'no instance'}, and should be {primary or 'one of them'}",
        )
    quorum = max((number(watch.setting("quorum")) for _one, watch in sentinels.watches(wanted.name)), default=0)
    switching = SENTINELS if desired.sentinels else NOTHING
    return State(tuple(members), unwell, switching, quorum, tuple(absent))


def set_shard(name: str) -> str:
    """Return what the one shard of a set is called."""
    return f"set {name}"


def _of_set(node: SetNode, place: DesiredNode, shard: str) -> Member:
    return Member(
        name=node.name,
        host=place.host,
        zone=place.zone,
        shard=shard,
        role=node.role,
        run_id=node.run_id,
        offset=node.offset,
        min_replicas=node.min_replicas if node.role == PRIMARY else 0,
        version=node.version,
        priority=node.priority,
    )


def _of_sentinels(
    sentinels: ObservedSentinels, desired: DesiredSentinels, out: t.Collection[str], absent: t.Sequence[Member]
) -> t.Iterator[Finding]:
    """Yield what the Sentinels find, but for members that are out and that they do not reach."""
    # By the text, because such a finding is about the Sentinel that sees it.
    missing = [f" {desired.known_as(name)} of " for name in out]
    away = {desired.known_as(one.name) for one in absent}
    for one in sentinel_checks.findings(sentinels, desired) if desired.sentinels else ():
        if one.severity == ERROR and one.node in away:
            yield dataclasses.replace(one, message=f"{one.node} runs, and its host is out of service")
        elif one.check != sentinel_checks.KNOWN or not any(text in one.message for text in missing):
            yield one


def _sentinels(sentinels: ObservedSentinels, desired: DesiredSentinels) -> list[Member]:
    return [
        Member(
            one.name,
            each.host,
            each.zone,
            SENTINEL,
            run_id=one.run_id,
            problem=_problem(one.problem, one.detail) if one.problem else "",
            version=one.version,
        )
        for one, each in zip(sentinels.sentinels, desired.sentinels)
    ]


def _priorities(sentinels: ObservedSentinels, name: str) -> dict[str, int]:
    """Return each replica's priority, the highest that a Sentinel remembers: it may choose by that."""
    found: dict[str, int] = {}
    for _one, watch in sentinels.watches(name):
        for each in watch.replicas:
            found[each.name] = max(each.priority, found.get(each.name, 0))
    return found


def _preferred(sentinels: ObservedSentinels, name: str) -> set[str]:
    """Return the replica that every Sentinel would choose by its priority; none where that does not decide."""
    found: list[set[str]] = []
    for _one, watch in sentinels.watches(name):
        fit = [each for each in watch.replicas if each.priority and not each.down]
        lowest = min((each.priority for each in fit), default=0)
        first = {each.name for each in fit if each.priority == lowest}
        found.append(first if len(first) == 1 else set())
    return set.intersection(*found) if found else set()


def _behind_in_set(node: SetNode, primary: str, nodes: t.Sequence[SetNode]) -> str:
    if node.role == PRIMARY:
        return ""
    if node.following != primary:
        return f"follows {node.following or 'no primary'}, not {primary or 'the primary'}"
    leader = next((one for one in nodes if one.name == primary), None)
    if leader is None or leader.problem:
        return "follows a primary that does not answer"
    return _lagging(node.link_up, node.syncing, leader.offset - node.offset)


def _lagging(link_up: bool, syncing: bool, lacking: int) -> str:
    if not link_up:
        return f"has no link to its primary{' (full sync in progress)' if syncing else ''}"
    return f"lacks {lacking} bytes that its primary has written" if lacking > NEAR else ""


def _problem(problem: str, detail: str) -> str:
    return f"cannot be asked: {problem} ({detail})" if detail else f"cannot be asked: {problem}"


def _unwell(findings: t.Iterable[t.Any]) -> tuple[str, ...]:
    return tuple(one.message for one in findings if one.severity == ERROR and one.check not in OF_MEMBERS)
