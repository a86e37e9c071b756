# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is the primary: asked of the Sentinels and of the nodes, never guessed."""

from __future__ import annotations

import collections
import typing as t

from .._errors import Refused
from .._nodes import UNREACHABLE
from .desired import Desired
from .model import Node, Observed, Opinion


def primary_of(observed: Observed, desired: Desired) -> str:
    """Return the name of the node that is the primary, or that starts as such.

    A majority of the Sentinels that watch the set, or may watch it, decides; without any that
    does, the nodes do, if they agree.  Only where no node follows another, and no node but the
    desired primary holds data, the desired state decides: at the very first start.

    Raises Refused in every other case.
    """
    knowing = [one for one in observed.opinions if one.primary]
    silent = [one for one in observed.opinions if one.problem]
    if knowing:
        return _named_by_sentinels(knowing, silent, observed, desired)
    _refuse_what_may_know([one for one in silent if one.silent or one.problem != UNREACHABLE], desired)
    return _named_by_nodes(observed, desired)


def undecided(observed: Observed, attached: t.Container[str] = ()) -> str:
    """Return what of a failover still goes on, or is being heard of; empty when time will change nothing.

    ``attached`` are the nodes that this run has attached: their links do not count.
    """
    knowing = [one for one in observed.opinions if one.primary]
    busy = [one.sentinel for one in knowing if one.failing_over]
    if busy:
        return f"a failover is in progress, according to {', '.join(busy)}"
    named = {one.primary for one in knowing}
    if len(named) > 1:
        return f"the Sentinels name {' and '.join(sorted(named))}"
    nodes = observed.by_name()
    for name in named & set(nodes):
        if not nodes[name].problem and not nodes[name].is_primary:
            return f"{name} is named as primary and reports that it is a replica"
    listed = {name for one in knowing for name in one.replicas}
    for node in observed.nodes:
        leader = nodes.get(node.following)
        # After a restart of its primary a replica takes a second or two, and has another history meanwhile.
        if leader is not None and leader.is_primary and not node.link_up and node.name not in attached:
            return f"{node.name} has no link to {leader.name} yet"
        # Sentinel attaches the members that it knows by itself, some ten seconds after they are back.
        if node.name in listed - named and node.following not in named and not node.problem:
            return f"Sentinel has yet to attach {node.name}"
    return ""


def opinions_text(opinions: t.Iterable[Opinion]) -> str:
    """Return each Sentinel's opinion, for people."""
    return "; ".join(
        f"{one.sentinel} {'names ' + one.primary if one.primary else one.problem or 'does not watch it'}"
        for one in opinions
    )


def _refuse_what_may_know(opinions: t.Sequence[Opinion], desired: Desired) -> None:
    """Refuse to go by the nodes alone while a Sentinel runs that cannot be asked."""
    if opinions:
        one = opinions[0]
        raise Refused(
            f"Sentinel {one.sentinel} may know who is primary of {desired.set!r}, and cannot be queried: "
            f"{one.problem}, {one.detail}",
            node=one.sentinel,
            hint="Let it answer: see its log, the user and the password; or stop it, if it hangs.",
        )


def _named_by_sentinels(
    knowing: t.Sequence[Opinion], silent: t.Sequence[Opinion], observed: Observed, desired: Desired
) -> str:
    (name, votes), *others = collections.Counter(one.primary for one in knowing).most_common()
    if votes * 2 <= len(knowing) + len(silent):
        raise Refused(
            f"{'the Sentinels disagree' if others else 'too few Sentinels answer to agree'} on the primary of "
            f"{desired.set!r}: {opinions_text(observed.opinions)}",
            hint="Bring the Sentinels up, or make them agree, and run again.",
            opinions={one.sentinel: one.primary or one.problem for one in observed.opinions},
        )
    node = observed.by_name().get(name)
    if node is None:
        raise Refused(
            f"the primary of {desired.set!r} is {name}, according to the Sentinels "
            f"({opinions_text(observed.opinions)}), which is not one of the nodes",
            node=name,
            hint="Add it to the nodes; or switch over to one of them, if it is to leave.",
        )
    if not node.is_primary:
        raise Refused(
            f"no primary found for {desired.set!r}: the Sentinels name {name}, which reports that it is a replica of "
            f"{node.following}",
            node=name,
            hint="See the logs of both and of the Sentinels; run again when one of them is primary.",
        )
    return name


def _named_by_nodes(observed: Observed, desired: Desired) -> str:
    followed = {_end_of_line(node, observed).name for node in observed.nodes if not node.is_primary}
    heads = [node for node in observed.nodes if node.is_primary and node.name in followed]
    if len(heads) == 1:
        return heads[0].name
    if len(heads) > 1:
        raise _two_primaries(heads, desired, "have replicas")
    primaries = [node for node in observed.nodes if node.is_primary]
    if len(primaries) < len(observed.nodes):
        raise Refused(
            f"no primary found for {desired.set!r}: "
            + "; ".join(f"{node.name} follows {node.following}" for node in observed.nodes if not node.is_primary),
            hint="Name the primary that they follow among the nodes; or, if it is gone for good, promote the one that "
            "has the most data (REPLICAOF NO ONE), and run again: the others follow it.",
        )
    holders = [node for node in primaries if node.holds_data]
    if len(holders) > 1:
        raise _two_primaries(holders, desired, "hold data")
    if holders and holders[0].name != desired.primary:
        raise Refused(
            f"{holders[0].name} holds {holders[0].data}, and {desired.primary}, which holds none, is to start "
            f"as primary of {desired.set!r}",
            node=holders[0].name,
            hint=f"Name {holders[0].name} as the primary to start with (`primary` of the set).",
        )
    return desired.primary


def _end_of_line(node: Node, observed: Observed) -> Node:
    nodes = observed.by_name()
    for _hop in observed.nodes:
        if node.is_primary or node.following not in nodes:
            break
        node = nodes[node.following]
    return node


def _two_primaries(nodes: t.Sequence[Node], desired: Desired, what: str) -> Refused:
    return Refused(
        f"two primaries found for {desired.set!r}: "
        + " and ".join(f"{node.name} ({node.data})" for node in nodes)
        + f" {what}, and no Sentinel reports which it is",
        node=nodes[0].name,
        hint="Find out which of them the applications use, and save what only the other one has. Then stop the other "
        "one, move its data directory aside (keep it), and run again: it starts empty, and follows.",
    )
