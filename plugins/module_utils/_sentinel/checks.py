# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is not as it should be with the Sentinels, and what is awaited until they are settled."""

from __future__ import annotations

import typing as t

from .._nodes import ERROR, WARNING, Finding
from .desired import Desired, DesiredSet
from .model import Observed, Sentinel, Watch
from .plan import OUTSIDER_HINT, is_itself, unwanted

# What a finding is about.
REACHABLE = "sentinel-reachable"
AGREEMENT = "sentinel-agreement"
KNOWN = "sentinel-known"
QUORUM = "sentinel-quorum"
REPLICA_LINK = "replica-link"

LOG_HINT = "Check that it runs, and see its log."
AGREEMENT_HINT = "During a failover this is temporary; otherwise see the logs of the Sentinels, and run site.yml again."
KNOWN_HINT = "See whether it runs and can be reached from there; site.yml makes the Sentinels know all members."
QUORUM_HINT = "Start the Sentinels that are down; those that are gone for good are forgotten (redis_sentinel_forget)."
LINK_HINT = "See the log of the replica: a password, a port, or its primary."
HINTS = {
    REACHABLE: LOG_HINT,
    AGREEMENT: AGREEMENT_HINT,
    KNOWN: KNOWN_HINT,
    QUORUM: QUORUM_HINT,
    REPLICA_LINK: LINK_HINT,
}
Said = tuple[str, str]


def unsettled(observed: Observed, desired: Desired, *, but_for_quorum: bool = False) -> list[str]:
    """Return what is missing until every Sentinel knows all members, names one primary and can reach a quorum.

    ``but_for_quorum`` leaves the last out: it may be the very phantoms that take the quorum away.
    """
    return [text for about, text, _node in _unsettled(observed, desired) if not (but_for_quorum and about == QUORUM)]


def _unsettled(observed: Observed, desired: Desired) -> t.Iterator[tuple[str, str, str | None]]:
    for one in observed.sentinels:
        if one.problem:
            yield REACHABLE, f"Sentinel {one.name} is {one.problem} ({one.detail})", one.name
    for wanted in desired.sets:
        named = {watch.primary for _one, watch in observed.watches(wanted.name)}
        if len(named) > 1:
            yield AGREEMENT, f"the Sentinels name {' and '.join(sorted(named))} as primary of {wanted.name}", None
        for one in observed.sentinels:
            watch = one.watch(wanted.name)
            if not one.problem:
                for about, what in _lacks(one, watch, wanted, desired):
                    yield about, f"{one.name} {what}", one.name
                if watch and watch.quorum_problem:
                    yield QUORUM, f"{one.name} has no quorum for {wanted.name}: {watch.quorum_problem}", one.name
    for text in _misknown(observed, desired):
        yield KNOWN, text, None


def findings(observed: Observed, desired: Desired) -> list[Finding]:
    """Return what a person should know: errors first."""
    found = [Finding(about, text, ERROR, node, HINTS[about]) for about, text, node in _unsettled(observed, desired)]
    if desired.sets:
        found += _numbers(desired)
    expected_names = {wanted.name for wanted in desired.sets} | desired.remove
    names = sorted({watch.set for one in observed.sentinels for watch in one.watches})
    for name in names:
        found += _unexpected(observed, name, desired) if name in expected_names else [_unexpected_set(observed, name)]
    return found


def _unexpected_set(observed: Observed, name: str) -> Finding:
    return Finding(
        "unexpected-set",
        f"{name} is watched by {', '.join(one.name for one, _watch in observed.watches(name))}, "
        "and is not one of the sets",
        WARNING,
        hint="Add it to the sets, or name it among those to remove.",
    )


def _unexpected(observed: Observed, set_name: str, desired: Desired) -> t.Iterator[Finding]:
    """Find what Sentinels count and is not in the desired state, down or up."""
    counting: dict[tuple[str, bool], list[str]] = {}
    for one, watch in observed.watches(set_name):
        for each in unwanted(one, watch, desired):
            if is_itself(each, one, desired):
                yield Finding(
                    "phantom",
                    f"{one.name} counts itself as another Sentinel of {set_name}",
                    WARNING,
                    one.name,
                    "Allow it to forget that (redis_sentinel_forget).",
                )
            else:
                counting.setdefault((each.name, each.down), []).append(one.name)
    for (name, down), sentinels in sorted(counting.items()):
        yield Finding(
            "phantom" if down else "unexpected-member",
            f"{name} of {set_name} is {'down' if down else 'up'} and not a desired member, and counted by "
            f"{', '.join(sentinels)}",
            WARNING if down else ERROR,
            name,
            "Start it; or, if it is gone for good, allow it to be forgotten (redis_sentinel_forget)."
            if down
            else OUTSIDER_HINT,
        )


def _lacks(one: Sentinel, watch: Watch | None, wanted: DesiredSet, desired: Desired) -> t.Iterator[Said]:
    if watch is None:
        yield AGREEMENT, f"does not watch {wanted.name}"
        return
    if watch.flags - {"master"}:
        yield (
            AGREEMENT,
            f"flags the primary {watch.primary} of {wanted.name} as {', '.join(sorted(watch.flags - {'master'}))}",
        )
    known = {each.name: each for each in (*watch.replicas, *watch.peers)}
    others = [desired.known_as(other.name) for other in desired.peers_of(one.name)]
    replicas = [node.name for node in wanted.nodes if node.name != watch.primary]
    for name in (*others, *replicas):
        if name not in known:
            yield KNOWN, f"does not know {name} of {wanted.name}"
        elif known[name].down:
            yield KNOWN, f"cannot reach {name} of {wanted.name}"
    for each in watch.replicas:
        if each.name in replicas and not each.down and not (each.link_ok and each.following == watch.primary):
            yield REPLICA_LINK, f"reports that {each.name} of {wanted.name} has no link to the primary {watch.primary}"


def _misknown(observed: Observed, desired: Desired) -> t.Iterator[str]:
    """Report Sentinels that are known under an id that is not theirs (any more): two voters in one's place."""
    ids = {desired.known_as(one.name): one.id for one in observed.sentinels if not one.problem}
    for wanted in desired.sets:
        for one, watch in observed.watches(wanted.name):
            for peer in watch.peers:
                if is_itself(peer, one, desired):
                    continue
                if peer.id and peer.id != ids.get(peer.name, peer.id):
                    yield f"{one.name} knows {peer.name} of {wanted.name} by the id {peer.id}, which is not its own"


def _numbers(desired: Desired) -> list[Finding]:
    found = []
    number, zones = len(desired.sentinels), len({one.zone for one in desired.sentinels})
    if number % 2 == 0:
        found.append(
            Finding(
                "even-sentinels",
                f"{number} Sentinels survive the loss of no more of them than {number - 1} do",
                WARNING,
                hint="Use an odd number.",
            )
        )
    if zones < 3:
        found.append(
            Finding(
                "sentinel-zones",
                f"the Sentinels are in {zones} failure domain(s): the loss of one can leave no majority",
                WARNING,
                hint="Place them in three (redis_sentinel_zone), if need be one beside an application.",
            )
        )
    return found
