# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is the cluster done?  Every node ok, one view, every link up, every planned pair: pure findings."""

from __future__ import annotations

import collections
import typing as t

from .. import _slots
from .._nodes import WARNING, Finding
from .addresses import other_address_text, other_addresses
from .desired import PRIMARY_MAJORITY_ON_HOST, REPLICA_IN_PRIMARY_ZONE, REPLICA_ON_PRIMARY_HOST, Desired
from .model import Member, Node, Observed
from .placement import Placement, compromises
from .safety import PROBLEM_REMEDIES
from .sides import sides

REMEDIES = {
    REPLICA_ON_PRIMARY_HOST: "Move the replica to another host.",
    REPLICA_IN_PRIMARY_ZONE: "Move the replica to another zone.",
    PRIMARY_MAJORITY_ON_HOST: "A planned switchover (playbook cluster_switchover) fixes it.",
}
FURTHER_HINT = (
    "Add it to the inventory if it belongs to this deployment; otherwise find out how the two came to know each other."
)
LOST_HINT = "Run site.yml: it takes back the node that lost this id, and the others forget the id."
SHARD_IDS = "shard-ids"
SHARDS_HINT = (
    "It passes within cluster-node-timeout. If it stays, do not restart the node with the release that it runs: later "
    "ones can read what it has written (valkey-io/valkey#2171, redis/redis#13468)."
)
PORTS_HINT = "Check that its data port and its bus port can be reached from there, and what address it announces."


def findings(observed: Observed, desired: Desired) -> tuple[Finding, ...]:
    """Return everything that keeps the cluster from being done (errors) or safe (warnings)."""
    return (
        *_problems(observed),
        *_states(observed),
        *_coverage(observed),
        *_views(observed, desired),
        *_addresses(observed),
        *_epochs(observed),
        *_replicas(observed, desired),
        *_shards(observed),
        *_versions(observed),
        *_placement(observed, desired),
    )


def _problems(observed: Observed) -> t.Iterator[Finding]:
    for node in observed.nodes:
        if node.problem:
            message = f"{node.name} {node.problem}: {node.detail}"
            yield Finding("node", message, node=node.name, hint=PROBLEM_REMEDIES[node.problem])
        yield from node.findings


def _states(observed: Observed) -> t.Iterator[Finding]:
    for node in observed.nodes:
        if not node.problem and not node.state_ok:
            yield Finding("state", f"{node.name} reports cluster_state:fail", node=node.name)


def _coverage(observed: Observed) -> t.Iterator[Finding]:
    uncovered = _slots.minus(_slots.ALL, _slots.merged(node.slots for node in observed.nodes))
    if uncovered and not any(node.problem for node in observed.nodes):
        message = f"{_slots.count(uncovered)} slots have no owner: {_slots.text(uncovered)}"
        yield Finding("slots-covered", message)
    for node in observed.nodes:
        if node.myself.open_slots:
            message = f"{node.name} has open slots: {', '.join(one.text for one in node.myself.open_slots)}"
            yield Finding("slots-open", message, node=node.name)


def _views(observed: Observed, desired: Desired) -> t.Iterator[Finding]:
    """Compare each node's view with what every other node reports of itself."""
    own = {node.id: node for node in observed.nodes if not node.problem}
    silent = {node.name for node in observed.nodes if node.problem}  # reported already, with the reason
    absent = {node.name for node in desired.absent}
    further = any(node.known - own.keys() for node in own.values())
    lost = {one.id for one in sides(observed).lost} if further else set()
    for node in own.values():
        seen = {member.id: member for member in node.view}
        for other in own.values():
            line = seen.get(other.id)
            # Equal lines are mostly one object (see parse), which makes the healthy case cheap.
            if line is other.myself:
                continue
            said = _disagreement(line, other)
            if said:
                message = f"{node.name} {said.format(other.name)}"
                yield Finding("one-view", message, node=node.name, hint=PORTS_HINT)
        for member in node.view:
            if member.name in absent:
                if not member.failed:
                    message = f"{node.name} sees {member.name} up, and its host is out of service"
                    yield Finding("one-view", message, node=node.name, hint=PORTS_HINT)
            elif member.id not in own and member.name not in silent and not member.in_handshake:
                state = "failed member" if member.failed else "member"
                message = f"{node.name} knows a further {state} {member.where} (id {member.id[:8]})"
                hint = LOST_HINT if member.id in lost else FURTHER_HINT
                yield Finding("one-view", message, node=node.name, hint=hint)


def _addresses(observed: Observed) -> t.Iterator[Finding]:
    for (name, address), knowing in other_addresses(observed).items():
        sentence, remedy = other_address_text(name, address, knowing)
        yield Finding("address", sentence, node=name, hint=remedy, observed=address, expected=name)


def _disagreement(line: Member | None, other: Node) -> str:
    mine = other.myself
    if line is None or line.in_handshake:
        return "does not know {} yet"
    if line.failed:
        return "considers {} failed"
    if line.is_replica != mine.is_replica or line.primary_id != mine.primary_id:
        return "disagrees with {} on its role"
    if line.slots != mine.slots:
        return "disagrees with {} on its slots"
    if line.config_epoch != mine.config_epoch:
        return "disagrees with {} on its config epoch"
    if not line.connected:
        return "has no bus link to {}"
    return ""


def _epochs(observed: Observed) -> t.Iterator[Finding]:
    owners: dict[int, list[str]] = collections.defaultdict(list)
    for node in observed.nodes:
        if node.slots:
            owners[node.myself.config_epoch].append(node.name)
    for epoch, names in sorted(owners.items()):
        if len(names) > 1:
            yield Finding("epochs-distinct", f"{' and '.join(names)} share config epoch {epoch}")


def _replicas(observed: Observed, desired: Desired) -> t.Iterator[Finding]:
    primaries = {node.id for node in observed.nodes if not node.is_replica}
    followers = collections.Counter(node.myself.primary_id for node in observed.nodes if node.is_replica)
    for node in observed.nodes:
        if node.problem:
            continue
        if node.is_replica and not node.link_up:
            message = f"{node.name} has no link to its primary{' (full sync under way)' if node.syncing else ''}"
            yield Finding("replica-link", message, node=node.name)
        if node.is_replica and node.myself.primary_id not in primaries:
            yield Finding("replica-chain", f"{node.name} is a replica without a primary", node=node.name)
        if not node.is_replica and not node.slots:
            yield Finding("role", f"{node.name} is a primary without slots", node=node.name)
        if node.slots and followers[node.id] < desired.replicas:
            message = f"{node.name} has {followers[node.id]} of {desired.replicas} replica(s)"
            yield Finding("replica-count", message, node=node.name)


def _shards(observed: Observed) -> t.Iterator[Finding]:
    for node in observed.nodes:
        if node.misplaced:
            yield Finding(SHARD_IDS, unstartable(node), WARNING, node=node.name, hint=SHARDS_HINT)


def unstartable(node: Node) -> str:
    """Return why a node could not start again if it were stopped now, as a sentence; empty if it could."""
    if not node.misplaced:
        return ""
    names = ", ".join(one.where for one in node.view if one.id in node.misplaced)
    return f"{node.name} has {names} in another shard than the primary of that, and could not start again now"


def _versions(observed: Observed) -> t.Iterator[Finding]:
    versions = sorted({node.version for node in observed.nodes if node.version})
    if len(versions) > 1:
        yield Finding("versions", f"the nodes run different versions: {', '.join(versions)}", WARNING)


def _placement(observed: Observed, desired: Desired) -> t.Iterator[Finding]:
    names = {node.id: node.name for node in observed.nodes if node.id}
    placement = Placement(
        primaries=tuple(node.name for node in observed.nodes if node.slots),
        replicas=tuple(
            (node.name, names[node.myself.primary_id])
            for node in observed.nodes
            if node.is_replica and node.myself.primary_id in names
        ),
    )
    for rule, sentence, _nodes in compromises(desired, placement):
        if rule not in desired.accept:
            yield Finding(rule, sentence, WARNING, hint=REMEDIES[rule])
