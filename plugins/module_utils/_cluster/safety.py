# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each node is, and what no plan may ever touch: pure.

A node that holds keys, belongs to another cluster, or cannot be asked stops every run, and the error has the node, the
reason and the remedy.  What only one kind of plan cannot do is refused beside that plan (formation.py).
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
from .addresses import other_address_text, other_addresses
from .model import NOT_CLUSTERED, Member, Node, Observed
from .sides import Sides, components, sides

EMPTY = "empty"
MEMBER = "member"
FOREIGN = "member of another cluster"
HOLDS_KEYS = "holds keys"

PROBLEM_REMEDIES = {
    UNREACHABLE: "Start it, or open the network path to it, and run again.",
    WRONG_PASSWORD: "Give the password that this node runs with, or set it on the node.",
    NOT_PERMITTED: "Log in as a user with all rights on the cluster's commands.",
    LOADING: "It reads its data; run again when it is done.",
    NOT_CLUSTERED: "Start it with cluster-enabled yes, or leave it out of the nodes.",
    UNREADABLE: "Check that this is a Redis or Valkey server of a supported version.",
    FOREIGN: "Correct its address in the inventory, or leave it out: it serves another deployment.",
    HOLDS_KEYS: "Leave it out of the inventory; or, to let it join, save what is needed of its keys, stop it, move its "
    "data directory aside (keep it), and run again.",
}
STALE = (
    "The cluster has these slots without it. If it is to be a member again: stop it, move its data directory aside "
    "(keep it: it may have writes that the others lack), and run again, which takes it back empty."
)
ONLY_COPY = (
    "Leave its files as they are: it may have the only copy of these keys. If it is a member of this cluster, stop it, "
    "put its nodes file back from a backup, start it, and run again."
)
RESTORE = (
    "Stop the instance that was there, put its data directory back from its old disk or a backup (nodes file and data "
    "together), start it, and run again. docs/cluster.md describes what to do when no copy is left."
)


def classify(observed: Observed) -> dict[str, str]:
    """Return for each node, by name, what it is: a problem, or one of the four classes above."""
    found = sides(observed)
    return {node.name: node.problem or _class(node, observed, found) for node in observed.nodes}


def _class(node: Node, observed: Observed, found: Sides) -> str:
    ids = {other.id for other in observed.nodes} | {lost.id for lost in found.lost}
    if node not in found.deployment and (node.known - ids or (node.is_replica and node.myself.primary_id not in ids)):
        return FOREIGN
    if node.keys and not node.slots and not node.is_replica:
        return HOLDS_KEYS
    return MEMBER if node.known or node.slots else EMPTY


def refuse_unsafe(observed: Observed) -> None:
    """Raise Refused unless every node may take part in one cluster with the others, whatever the plan."""
    _refuse_problems(observed)
    _refuse_one_server_twice(observed)
    found = sides(observed)
    _refuse_foreigners(observed, found)
    _refuse_other_addresses(observed)
    _refuse_holders(observed)
    _refuse_stale(observed, found)
    _refuse_claims(observed)
    _refuse_several_with_keys(observed)
    _refuse_lost(found)


def _refuse_problems(observed: Observed) -> None:
    failing = [node for node in observed.nodes if node.problem]
    if not failing:
        return
    said = "; ".join(f"{node.name} {_predicate(node)}" for node in failing)
    hints = list(dict.fromkeys(PROBLEM_REMEDIES[node.problem] for node in failing))
    raise Refused(
        said,
        node=failing[0].name,
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


def _refuse_foreigners(observed: Observed, found: Sides) -> None:
    ids = {node.id for node in observed.nodes}
    for node in observed.nodes:
        if _class(node, observed, found) == FOREIGN:
            further = [member for member in node.view if member.id in node.known - ids]
            raise Refused(
                f"{node.name} is a {FOREIGN}, which has {_listed(further)}",
                node=node.name,
                hint=PROBLEM_REMEDIES[FOREIGN],
                classes=classify(observed),
            )
    if not found.strangers:
        return
    knowing = [node.name for node in found.deployment if node.known & {member.id for member in found.strangers}]
    inside = [node.name for node in found.deployment]
    outside = [node.name for node in observed.nodes if node.name not in inside]
    whose = f"the cluster of {', '.join(inside)}" if outside else "the cluster"
    others = f", while {', '.join(outside)} is not in it" if outside else ""
    raise Refused(
        f"{whose} also has {_listed(found.strangers)} (as {', '.join(knowing)} reports), which is not among the nodes"
        f"{others}",
        hint="Add it to the inventory if it belongs to this deployment. If it does not, find out how the two came to "
        "know each other before anything is started or removed: each may hold data of the other.",
        unwanted=sorted(member.id for member in found.strangers),
        classes=classify(observed),
    )


def _listed(members: t.Iterable[Member]) -> str:
    return ", ".join(f"{m.where} ({'failed, ' if m.failed else ''}id {m.id[:8]})" for m in members)


def _refuse_other_addresses(observed: Observed) -> None:
    found = other_addresses(observed)
    if not found:
        return
    texts = [other_address_text(name, address, knowing) for (name, address), knowing in found.items()]
    raise Refused(
        "; ".join(sentence for sentence, _remedy in texts),
        node=next(iter(found))[0],
        hint=" ".join(dict.fromkeys(remedy for _sentence, remedy in texts)),
    )


def _refuse_holders(observed: Observed) -> None:
    nodes = observed.by_name()
    found = [nodes[name] for name, what in classify(observed).items() if what == HOLDS_KEYS]
    if found:
        said = "; ".join(f"{node.name} holds {node.keys} key(s)" for node in found)
        raise Refused(
            said,
            node=found[0].name,
            hint=PROBLEM_REMEDIES[HOLDS_KEYS],
            classes=classify(observed),
        )


def _refuse_stale(observed: Observed, found: Sides) -> None:
    """An instance that lost its nodes file and kept its data takes the slots of its keys when it starts."""
    if not found.whole:
        return
    served = _slots.merged(node.slots for node in found.deployment)
    for node in observed.nodes:
        if node not in found.deployment and node.slots:
            raise Refused(
                f"{node.name} does not know the cluster of {', '.join(one.name for one in found.deployment)}, and "
                f"claims slots of it ({_slots.text(node.slots)}, {node.keys} key(s)): it started with old data and "
                "without its nodes file, or belongs elsewhere",
                node=node.name,
                hint=ONLY_COPY if _slots.minus(node.slots, served) else STALE,
                classes=classify(observed),
            )


def _refuse_lost(found: Sides) -> None:
    for lost in found.lost:
        if lost.slots and not lost.candidates:
            why = f"{', '.join(lost.followers)} has taken over the data of the new server at its address"
            why = why if lost.followers else "it had no replica"
            raise Refused(
                f"the node with {_slots.count(lost.slots)} slots ({_slots.text(lost.slots)}; {lost.text}) has lost its "
                f"identity, and {why}: no member has the keys of these slots",
                node=lost.name or None,
                hint=RESTORE,
            )
        if not lost.dead:
            raise Refused(
                f"members still reach {lost.text}, although another node answers at its address",
                node=lost.name or None,
                hint="Run again in a minute; if this stays, find the server that has this id: two hosts may have one "
                "address.",
            )


def _refuse_claims(observed: Observed) -> None:
    claims = sorted((first, last, node.name) for node in observed.nodes for first, last in node.slots)
    for (_first, last, one), (first, _last, other) in zip(claims, claims[1:]):
        if first <= last:
            raise Refused(
                f"slot {first} is claimed by {one} and by {other}: they are of two clusters",
                node=other,
                hint="Leave one of the two clusters out of the nodes.",
            )


def _refuse_several_with_keys(observed: Observed) -> None:
    keyed = [group for group in components(observed) if any(node.keys for node in group)]
    if len(keyed) > 1:
        one, other = (next(node.name for node in group if node.keys) for group in keyed[:2])
        raise Refused(
            f"{one} and {other} hold keys and do not know each other: they are of two clusters",
            node=other,
            hint="Leave one of the two clusters out of the nodes.",
        )
