# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each node is, and whether all of them together allow an act: pure, and the only gate.

A node that holds keys, belongs to another cluster, or cannot be asked is never touched: the run
stops here, and says which node, why, and the way out.
"""

from __future__ import annotations

import typing as t

from .. import _slots
from .._errors import Refused
from .._nodes import (
    LOADING,
    NOT_PERMITTED,
    UNREACHABLE,
    UNREADABLE,
    WRONG_PASSWORD,
)
from .desired import Desired
from .model import NOT_CLUSTERED, Node, Observed
from .placement import Placement

EMPTY = "empty"
MEMBER = "member"
FOREIGN = "member of another cluster"
HOLDS_KEYS = "holds keys"

WAYS_OUT = {
    UNREACHABLE: "Start it, or open the way to it, and run again.",
    WRONG_PASSWORD: "Give the password that this node runs with, or set it on the node.",
    NOT_PERMITTED: "Log in as a user with all rights on the cluster's commands.",
    LOADING: "It reads its data; run again when it is done.",
    NOT_CLUSTERED: "Start it with cluster-enabled yes, or leave it out of the nodes.",
    UNREADABLE: "Check that this is a Redis or Valkey server of a supported version.",
    FOREIGN: "Leave it out of the nodes; or, if it is yours to give up, empty it by hand: FLUSHALL and CLUSTER RESET.",
    HOLDS_KEYS: "Leave it out of the nodes; or, if its keys are yours to give up, empty it by hand: FLUSHALL.",
}


def classify(observed: Observed) -> dict[str, str]:
    """Return for each node, by name, what it is: a problem, or one of the four classes above."""
    ids = {node.id for node in observed.nodes if node.id}
    return {node.name: node.problem or _class(node, ids) for node in observed.nodes}


def _class(node: Node, ids: set[str]) -> str:
    if node.known - ids or (node.is_replica and node.myself.primary_id not in ids):
        return FOREIGN
    if node.keys and not node.slots and not node.is_replica:
        return HOLDS_KEYS
    return MEMBER if node.known or node.slots else EMPTY


def refuse(observed: Observed, desired: Desired) -> None:
    """Raise Refused unless every node may take part in one cluster with the others."""
    _refuse_problems(observed)
    _refuse_one_server_twice(observed)
    _refuse_foreigners(observed)
    _refuse_classes(observed, (HOLDS_KEYS,))
    _refuse_claims(observed)
    _refuse_several_with_keys(observed)
    _refuse_outsiders(observed, desired)


def refuse_misfit(observed: Observed, desired: Desired, placement: Placement) -> None:
    """Raise Refused where what stands leaves another number of primaries than the wish makes."""
    owners = [node.name for node in observed.nodes if node.slots]
    replicas = [node.name for node in observed.nodes if node.is_replica]
    unassigned = _slots.minus(_slots.ALL, _slots.merged(node.slots for node in observed.nodes))
    possible = len(owners) <= desired.primaries <= len(owners) + _slots.count(unassigned)
    if possible and len(placement.primaries) == desired.primaries:
        return
    raise Refused(
        f"{len(desired.nodes)} nodes with {desired.replicas} replica(s) per primary make {desired.primaries} "
        f"primaries, but the cluster differs: {len(owners)} own slots ({', '.join(owners) or 'none'}), "
        f"{len(replicas)} are replicas ({', '.join(replicas) or 'none'}), "
        f"{_slots.count(unassigned)} slots are free. Slots and replicas would have to move, "
        "which this module does not do",
        hint="Ask for the nodes and replicas that the cluster has, or change the cluster first. "
        "Nothing has been changed.",
        primaries_observed=owners,
        primaries_wanted=desired.primaries,
    )


def _refuse_problems(observed: Observed) -> None:
    ailing = [node for node in observed.nodes if node.problem]
    if not ailing:
        return
    said = "; ".join(f"{node.name} {_predicate(node)}" for node in ailing)
    hints = list(dict.fromkeys(WAYS_OUT[node.problem] for node in ailing))
    raise Refused(
        f"{said}. Nothing has been changed",
        node=ailing[0].name,
        hint=" ".join(hints),
        classes=classify(observed),
    )


def _predicate(node: Node) -> str:
    words = node.problem if node.problem in (LOADING, NOT_CLUSTERED, UNREADABLE, UNREACHABLE) else ""
    verb = "is " if words else ""
    return f"{verb}{words}{': ' if words and node.detail else ''}{node.detail}"


def _refuse_one_server_twice(observed: Observed) -> None:
    seen: dict[str, str] = {}
    for node in observed.nodes:
        if node.id in seen:
            raise Refused(
                f"{seen[node.id]} and {node.name} are one server (node id {node.id})",
                node=node.name,
                hint="Name each instance once.",
            )
        seen[node.id] = node.name


def _refuse_foreigners(observed: Observed) -> None:
    ids = {node.id for node in observed.nodes}
    foreign = [node for node in observed.nodes if node.known - ids]
    if not foreign:
        _refuse_classes(observed, (FOREIGN,))
        return
    strangers = {m.id: m for node in foreign for m in node.view if m.id in node.known - ids}
    listed = ", ".join(
        f"{m.name or 'address unknown'} ({'failed, ' if m.failed else ''}id {m.id[:8]})" for m in strangers.values()
    )
    if len(foreign) == len(observed.nodes) and len(components(observed)) == 1:
        raise Refused(
            f"the cluster differs from the wish: it also has {listed}",
            hint="Add them to the nodes, or take them out of the cluster first. Nothing has been changed.",
            unwanted=sorted(strangers),
            classes=classify(observed),
        )
    others = [node.name for node in observed.nodes if node not in foreign]
    raise Refused(
        f"{', '.join(node.name for node in foreign)} belongs to another cluster, which has {listed}, while "
        f"{', '.join(others) or 'the others'} does not",
        node=foreign[0].name,
        hint=WAYS_OUT[FOREIGN] + " Nothing has been changed.",
        classes=classify(observed),
    )


def _refuse_classes(observed: Observed, classes: tuple[str, ...]) -> None:
    found = {name: what for name, what in classify(observed).items() if what in classes}
    if not found:
        return
    nodes = observed.by_name()
    said = "; ".join(
        f"{name} {'holds ' + str(nodes[name].keys) + ' key(s)' if what == HOLDS_KEYS else 'is a ' + what}"
        for name, what in found.items()
    )
    raise Refused(
        f"{said}. Nothing has been changed",
        node=next(iter(found)),
        hint=" ".join(WAYS_OUT[what] for what in dict.fromkeys(found.values())),
        classes=classify(observed),
    )


def _refuse_claims(observed: Observed) -> None:
    for node in observed.nodes:
        if node.myself.open_slots:
            raise Refused(
                f"{node.name} has open slots ({' '.join(node.myself.open_slots)}): a move was interrupted",
                node=node.name,
                hint="Finish the move first (redis-cli --cluster fix). Nothing has been changed.",
            )
    claims = sorted((first, last, node.name) for node in observed.nodes for first, last in node.slots)
    for (_first, last, one), (first, _last, other) in zip(claims, claims[1:]):
        if first <= last:
            raise Refused(
                f"slot {first} is claimed by {one} and by {other}: they are of two clusters",
                node=other,
                hint="Leave one of the two clusters out of the nodes. Nothing has been changed.",
            )


def _refuse_several_with_keys(observed: Observed) -> None:
    keyed = [group for group in components(observed) if any(node.keys for node in group)]
    if len(keyed) > 1:
        one, other = (next(node.name for node in group if node.keys) for group in keyed[:2])
        raise Refused(
            f"{one} and {other} hold keys and do not know each other: they are of two clusters",
            node=other,
            hint="Leave one of the two clusters out of the nodes. Nothing has been changed.",
        )


def _refuse_outsiders(observed: Observed, desired: Desired) -> None:
    for group in components(observed):
        outside = [node.name for node in observed.nodes if node not in group]
        if outside and _stands(group, desired.replicas):
            raise Refused(
                f"a complete cluster of {len(group)} nodes stands, and differs from the wish: "
                f"{', '.join(outside)} not in it",
                node=outside[0],
                hint="This module does not grow a cluster: leave them out of the nodes. Nothing has been changed.",
                missing=outside,
                classes=classify(observed),
            )


def _stands(group: t.Sequence[Node], replicas: int) -> bool:
    """Tell whether these nodes are a cluster that lacks nothing."""
    if _slots.merged(node.slots for node in group) != _slots.ALL:
        return False
    followers = [node.myself.primary_id for node in group if node.is_replica]
    return all(followers.count(node.id) >= replicas for node in group if node.slots)


def components(observed: Observed) -> list[list[Node]]:
    """Return the nodes in groups of those that know each other, directly or through others."""
    groups: list[list[Node]] = []
    for node in observed.nodes:
        circle = {node.id} | node.known
        related = [g for g in groups if any(other.id in circle or node.id in other.known for other in g)]
        groups = [g for g in groups if g not in related]
        groups.append([*(other for group in related for other in group), node])
    return groups
