# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Item ``failover``: is there a host or a zone whose loss takes the deployment down, whatever fails over?"""

from __future__ import annotations

import typing as t

from .._nodes import ERROR, WARNING, Finding
from .checks_common import CLUSTER, Value, nodes

HOST, ZONE = "host", "zone"
# What role redis_cluster lets a user accept by name, and what of a domain's loss that covers.
MAJORITY, SHARD = "majority", "shard"
ACCEPTED = {
    "primary-majority-on-host": {(HOST, MAJORITY)},
    "replica-on-primary-host": {(HOST, SHARD)},
    "replica-in-primary-zone": {(ZONE, SHARD), (ZONE, MAJORITY)},
}
HINTS = {
    MAJORITY: "Spread the primaries: playbook cluster_switchover makes a replica elsewhere primary.",
    SHARD: "Give it a replica elsewhere.",
    "sentinels": "Spread the Sentinels over three hosts and zones, an odd number of them (redis_sentinel_zone).",
}
BY_NAME = "Or accept it by name: redis_acceptance_accept_domains."


def domains(seen: Value) -> t.Iterator[Finding]:
    """Yield the hosts and zones whose loss takes the deployment down; those that were accepted are warnings."""
    about, data = seen["deployment"], [one for one in nodes(seen) if one["role"] in ("primary", "replica")]
    accepted = {each for name in about.get("accept_placement") or () for each in ACCEPTED.get(name, ())}
    for kind, name in _domains([*data, *about["sentinels"]]):
        for what, reason in _losses(seen, data, kind, name):
            waived = (kind, what) in accepted or name in (seen.get("accept_domains") or ()) or what == "alone"
            yield Finding(
                "failure-domain",
                f"losing {kind} {name} takes {about['deployment']} down: {reason}",
                WARNING if waived else ERROR,
                hint=" ".join(filter(None, [HINTS.get(what, ""), "" if waived else BY_NAME])),
                observed=reason,
                expected=f"the deployment survives the loss of any {kind}",
            )


def _domains(members: t.Sequence[Value]) -> list[tuple[str, str]]:
    """Return hosts and zones; a zone that is one host is reported once."""
    hosts = list(dict.fromkeys(str(one["host"]) for one in members))
    zones: dict[str, set[str]] = {}
    for one in members:
        zones.setdefault(str(one["zone"]), set()).add(str(one["host"]))
    return [*((HOST, name) for name in hosts), *((ZONE, name) for name, inside in zones.items() if len(inside) > 1)]


def _losses(seen: Value, data: t.Sequence[Value], kind: str, name: str) -> t.Iterator[tuple[str, str]]:
    inside = {one["name"] for one in data if one[kind] == name}
    primaries = [one["name"] for one in data if one["role"] == "primary"]
    whole = [
        shard
        for shard in ([one, *(each["name"] for each in data if each["primary"] == one)] for one in primaries)
        if inside.issuperset(shard)
    ]
    if seen["deployment"]["topology"] == CLUSTER:
        lost = sum(one in inside for one in primaries)
        if lost and 2 * (len(primaries) - lost) <= len(primaries):
            yield MAJORITY, f"it holds {lost} of {len(primaries)} primaries, and the others are not a majority"
    else:
        yield from _of_sentinels(seen, inside, kind, name)
    for shard in whole:
        alone = len(shard) == 1
        yield "alone" if alone else SHARD, f"{shard[0]} {'has no replica' if alone else 'and its replicas are there'}"


def _of_sentinels(seen: Value, inside: set[str], kind: str, name: str) -> t.Iterator[tuple[str, str]]:
    watchers = seen["deployment"]["sentinels"]
    lost = sum(one[kind] == name for one in watchers)
    # Where no instance is, nothing has to fail over when it is lost.
    if inside and lost and 2 * (len(watchers) - lost) <= len(watchers):
        yield "sentinels", f"it holds {lost} of {len(watchers)} Sentinels, and the others are not a majority"
