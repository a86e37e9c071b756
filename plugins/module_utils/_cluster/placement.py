# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which node is a primary, and whose replica each other node is: a pure decision.

Hosts and zones are failure domains.  The rules, in the order of their weight:

1. A node that owns slots or has replicas is a primary; an attached replica stays where it is.
2. Primaries spread evenly: over zones first, over hosts within them.
3. No host holds a majority of the primaries where there are three hosts or more, because failover
   needs the votes of a majority of primaries (redis/redis#6771).
4. No replica on its primary's host, nor in its zone where there are other zones.

What the hosts do not allow is refused, unless the user accepted the compromise by name.
"""

from __future__ import annotations

import collections
import typing as t
from dataclasses import dataclass

from .._errors import Refused
from .._nodes import DesiredNode
from .desired import (
    PRIMARY_MAJORITY_ON_HOST,
    REPLICA_IN_PRIMARY_ZONE,
    REPLICA_ON_PRIMARY_HOST,
    Desired,
)

HOSTS_FOR_MAJORITY_RULE = 3


@dataclass(frozen=True)
class Placement:
    """Names of the primaries in the order of their slots, and (replica, primary) pairs."""

    primaries: tuple[str, ...]
    replicas: tuple[tuple[str, str], ...]


def place(desired: Desired, primaries: t.Iterable[str] = (), replicas: t.Mapping[str, str] | None = None) -> Placement:
    """Complete what already stands (``primaries``, ``replicas`` as name -> primary's name) to a placement.

    Raises Refused where a rule cannot be kept for a node that is still to be placed, and its breach is
    not accepted.  What stands is never refused: failovers move primaries together, and no run undoes that.
    """
    standing = dict(replicas or {})
    fixed = tuple(dict.fromkeys([*primaries, *standing.values()]))
    chosen = _choose_primaries(desired, fixed, set(standing))
    free = [node for node in desired.nodes if node.name not in standing and node.name not in chosen]
    pairs = {**standing, **_attach(desired, chosen, free, standing)}
    placement = Placement(
        primaries=tuple(node.name for node in desired.nodes if node.name in chosen),
        replicas=tuple((node.name, pairs[node.name]) for node in desired.nodes if node.name in pairs),
    )
    _refuse_compromises(desired, placement, standing={*fixed, *standing})
    return placement


class Compromise(t.NamedTuple):
    """One breach of a rule: its name, one sentence, and the nodes whose place breaks it."""

    rule: str
    sentence: str
    nodes: tuple[str, ...]


def compromises(desired: Desired, placement: Placement) -> list[Compromise]:
    """Return the breaches of the rules."""
    host = {node.name: node.host for node in desired.nodes}
    zone = {node.name: node.zone for node in desired.nodes}
    found: list[Compromise] = []
    for replica, primary in placement.replicas:
        both = f"{replica} and its primary {primary} are both"
        if host[replica] == host[primary]:
            found.append(Compromise(REPLICA_ON_PRIMARY_HOST, f"{both} on {host[primary]}", (replica,)))
        elif zone[replica] == zone[primary] and len(set(zone.values())) > 1:
            found.append(Compromise(REPLICA_IN_PRIMARY_ZONE, f"{both} in {zone[primary]}", (replica,)))
    if len(set(host.values())) >= HOSTS_FOR_MAJORITY_RULE:
        for name in sorted(set(host.values())):
            here = tuple(primary for primary in placement.primaries if host[primary] == name)
            if here and len(here) * 2 >= len(placement.primaries):
                held = f"{len(here)} of {len(placement.primaries)} primaries"
                said = f"{name} holds {held}, so the others are not a majority"
                found.append(Compromise(PRIMARY_MAJORITY_ON_HOST, said, here))
    return found


def _refuse_compromises(desired: Desired, placement: Placement, standing: t.Collection[str]) -> None:
    broken = [
        compromise
        for compromise in compromises(desired, placement)
        if compromise.rule not in desired.accept and not set(compromise.nodes) <= set(standing)
    ]
    if broken:
        rules = sorted({compromise.rule for compromise in broken})
        raise Refused(
            f"the hosts do not allow a safe placement: {'; '.join(compromise.sentence for compromise in broken)}",
            hint=f"Spread the instances over more hosts, or accept it by name: {', '.join(rules)}.",
            compromises=rules,
        )


def _choose_primaries(desired: Desired, fixed: tuple[str, ...], taken: set[str]) -> tuple[str, ...]:
    """Add to the fixed primaries, each time where zone and host hold the fewest so far."""
    by_name = {node.name: node for node in desired.nodes}
    chosen = [by_name[name] for name in fixed]
    free = [node for node in desired.nodes if node.name not in taken and node.name not in fixed]
    # Of equally filled hosts the one with the most instances goes first: its other instances
    # need the primaries elsewhere that are still to be chosen.
    room = collections.Counter(node.host for node in free)
    zones = collections.Counter(node.zone for node in chosen)
    hosts = collections.Counter(node.host for node in chosen)
    # The others must be a majority without this host.
    most = (desired.primaries - 1) // 2

    def rank(node: DesiredNode) -> tuple[bool, int, int, int]:
        return (hosts[node.host] >= most, zones[node.zone], hosts[node.host], -room[node.host])

    while len(chosen) < desired.primaries and free:
        best = min(free, key=rank)
        chosen.append(best)
        free.remove(best)
        zones[best.zone] += 1
        hosts[best.host] += 1
    return tuple(node.name for node in chosen)


def _attach(
    desired: Desired, primaries: tuple[str, ...], free: list[DesiredNode], standing: t.Mapping[str, str]
) -> dict[str, str]:
    """Give each free node a primary, under the strictest rule under which all find one."""
    by_name = {node.name: node for node in desired.nodes}
    have = collections.Counter(standing.values())
    total = len(free) + len(standing)
    quota = dict.fromkeys(primaries, 0)
    # Even numbers of replicas: what is left over goes to the first primaries.
    for index, name in enumerate(sorted(primaries, key=lambda name: -have[name])):
        share = total // len(primaries) + (1 if index < total % len(primaries) else 0)
        quota[name] = max(share - have[name], 0)
    rules: list[t.Callable[[DesiredNode, DesiredNode], bool]] = [
        lambda replica, primary: replica.zone != primary.zone,
        lambda replica, primary: replica.host != primary.host,
        lambda replica, primary: True,
    ]
    best: dict[str, str] = {}
    for allowed in rules:
        best = _match(free, [by_name[name] for name in primaries], quota, allowed, best, _company(by_name, standing))
        if len(best) == len(free):
            break
    return best


def _company(by_name: t.Mapping[str, DesiredNode], standing: t.Mapping[str, str]) -> dict[str, list[DesiredNode]]:
    company: dict[str, list[DesiredNode]] = collections.defaultdict(list)
    for replica, primary in standing.items():
        company[primary].append(by_name[replica])
    return company


def _match(
    free: list[DesiredNode],
    primaries: list[DesiredNode],
    quota: t.Mapping[str, int],
    allowed: t.Callable[[DesiredNode, DesiredNode], bool],
    start: t.Mapping[str, str],
    company: t.Mapping[str, list[DesiredNode]],
) -> dict[str, str]:
    """Match replicas to primaries with a quota each, by augmenting paths (Kuhn's algorithm).

    A pair from an earlier, stricter round may move on, but its node never loses its place.
    """
    pairs = dict(start)

    def crowd(replica: DesiredNode, primary: DesiredNode) -> tuple[int, int, int]:
        mates = company.get(primary.name, []) + [n for n in free if pairs.get(n.name) == primary.name]
        return (
            sum(mate.zone == replica.zone for mate in mates),
            sum(mate.host == replica.host for mate in mates),
            len(mates),
        )

    def seat(replica: DesiredNode, visited: set[str]) -> bool:
        choices = [primary for primary in primaries if allowed(replica, primary)]
        for primary in sorted(choices, key=lambda primary: crowd(replica, primary)):
            if primary.name in visited:
                continue
            visited.add(primary.name)
            mates = [node for node in free if pairs.get(node.name) == primary.name]
            if len(mates) < quota[primary.name]:
                pairs[replica.name] = primary.name
                return True
            for mate in mates:
                if seat(mate, visited):
                    pairs[replica.name] = primary.name
                    return True
        return False

    for replica in free:
        if replica.name not in pairs:
            seat(replica, set())
    return pairs
