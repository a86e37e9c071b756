# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cluster's and the Sentinels' own checks find, under the names of the checks of health."""

from __future__ import annotations

import dataclasses
import typing as t

from .. import _slots
from .._cluster import checks as cluster_checks
from .._cluster.desired import Desired as DesiredCluster
from .._cluster.model import Observed as ClusterObserved
from .._nodes import DesiredNode, Finding
from .._sentinel import checks as sentinel_checks
from .._sentinel.desired import Desired as DesiredSentinels
from .._sentinel.desired import DesiredSet
from .._sentinel.model import Observed as SentinelObserved
from .checks_common import finding, unseen
from .checks_replicas import agreed_primary
from .model import Observed, Server, Watcher

# Under which name a finding of the cluster's own checks goes here; those that have a better one here are left out.
CLUSTER_NAMES = {
    "state": "cluster-state",
    "slots-open": "slots-open",
    "one-view": "one-view",
    "address": "known-address",
    "epochs-distinct": "epochs-distinct",
    cluster_checks.SHARD_IDS: "shard-ids",
    "replica-chain": "role",
    "role": "role",
    "cluster-nodes-line": "unseen",
    "replica-on-primary-host": "placement",
    "replica-in-primary-zone": "placement",
    "primary-majority-on-host": "primary-majority",
}
CLUSTER_HINTS = {
    "cluster-state": "See which slots are not served, and whether most primaries are there; it passes within "
    "seconds of their return.",
    "slots-open": "A migration is under way, or was interrupted: finish it (the next run of what moved it does).",
    "epochs-distinct": "It settles by itself within seconds; if not, CLUSTER BUMPEPOCH on one of them.",
    "role": "Run site.yml: it gives every node its role.",
}
SENTINEL_NAMES = {
    "phantom": "sentinel-known",
    "unexpected-member": "known-address",
    "even-sentinels": "sentinel-placement",
    "sentinel-zones": "sentinel-placement",
}
PASSED_OVER = ("unexpected-set",)  # Sentinels may watch other sets as well


def cluster_findings(
    seen: ClusterObserved, desired: DesiredCluster, servers: t.Sequence[Server]
) -> t.Iterator[Finding]:
    """Yield what is wrong with the cluster as a whole."""
    answers = {one.name for one in servers if one.answers}
    for node in seen.nodes:
        if node.problem and node.name in answers:
            message = f"{node.name} did not report a cluster: {node.problem} {node.detail}".rstrip()
            hint = "It runs without cluster mode, or the login may not run CLUSTER NODES."
            yield finding("reachable", message, node.name, observed=node.problem, hint=hint)
    for one in cluster_checks.findings(seen, desired):
        name = CLUSTER_NAMES.get(one.check)
        if name:
            yield dataclasses.replace(one, check=name, hint=one.hint or CLUSTER_HINTS.get(name, ""))
    yield from _uncovered(seen)


def _uncovered(seen: ClusterObserved) -> t.Iterator[Finding]:
    """Report the slots that no node serves that was reached: an owner that only others name is not enough."""
    left = _slots.minus(_slots.ALL, _slots.merged(node.slots for node in seen.nodes if not node.problem))
    if not left or all(node.problem for node in seen.nodes):
        return
    owners = sorted({member.where for node in seen.nodes for member in node.view if _slots.common(member.slots, left)})
    yield finding(
        "slots-covered",
        f"{_slots.count(left)} slots are not served: {_slots.text(left)}"
        + (f" (last owner: {', '.join(owners)})" if owners else ""),
        observed=f"{_slots.count(_slots.ALL) - _slots.count(left)} slots served",
        expected=f"{_slots.count(_slots.ALL)}",
        hint="Start the owner or a replica of it; if the whole shard is lost, its data are, too."
        if owners
        else "They have no owner: run site.yml.",
    )


def sentinel_findings(
    seen: SentinelObserved,
    watchers: t.Sequence[Watcher],
    observed: Observed,
    wanted: tuple[tuple[DesiredNode, ...], tuple[tuple[str, str], ...]],
    external: frozenset[str] = frozenset(),
) -> t.Iterator[Finding]:
    """Yield what is wrong with the Sentinels; ``wanted`` are they, and the names by which they know each other."""
    sentinels, announced = wanted
    watches = seen.watches(observed.set)
    nodes = tuple(_wanted(one) for one in observed.servers)
    sets = tuple(
        DesiredSet(observed.set, watch.primary, nodes, int(watch.setting("quorum") or 1)) for _one, watch in watches[:1]
    ) or (DesiredSet(observed.set, "", nodes, 1),)
    for one in sentinel_checks.findings(
        seen, DesiredSentinels(sentinels, sets, announced=announced, external=external)
    ):
        if one.check not in PASSED_OVER:
            name = SENTINEL_NAMES.get(one.check, one.check)
            severity = finding(name, "").severity if one.check == "phantom" else one.severity
            yield dataclasses.replace(one, check=name, severity=severity)
    yield from agreed_primary(observed, {sentinel.name: watch.primary for sentinel, watch in watches})
    for watcher in watchers:
        if watcher.problem:
            hint = "Find out why INFO does not work: whether it runs, and the rights of the login."
            yield unseen("sentinel-tilt", f"Sentinel {watcher.name} is {watcher.problem}", watcher.name, hint)
        elif watcher.info.get("sentinel_tilt", "0") != "0":
            yield finding(
                "sentinel-tilt",
                f"Sentinel {watcher.name} is in TILT mode: it watches, but does not act",
                watcher.name,
                observed="sentinel_tilt 1",
                expected="0",
                hint="Its clock has jumped, or the process was held up: it leaves TILT 30 s after the last such event.",
            )
        elif "sentinel_tilt" not in watcher.info:
            hint = "It may not be a Sentinel: correct address and port."
            yield unseen("sentinel-tilt", f"{watcher.name} does not report sentinel_tilt", watcher.name, hint)


def _wanted(server: Server) -> DesiredNode:
    address, _colon, port = server.name.rpartition(":")
    return DesiredNode(address.strip("[]"), int(port), server.host, server.zone)
