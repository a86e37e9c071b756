# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is not as it should be in a replication set, and what is awaited until it is in sync."""

from __future__ import annotations

from .._nodes import WARNING, DesiredNode, Finding
from .desired import Desired
from .model import Node, Observed

OUTSIDER_HINT = (
    "Add it to the inventory if it is a member. If it is a special-purpose replica, such as a backup, name it "
    "in redis_replication_external. If it runs on a copy of a member's files, stop that copy."
)


def out_of_sync(observed: Observed, primary: str, offset: int) -> list[str]:
    """Return which nodes do not follow the primary yet, or have not all that it had at that offset (bytes)."""
    said = (_lacks(node, observed.by_name()[primary], offset) for node in observed.nodes)
    return [words for words in said if words]


def _lacks(node: Node, primary: Node, offset: int) -> str:
    listed = ", ".join(primary.followers) or "none"
    if node.name == primary.name and not node.problem:
        return "" if node.is_primary else f"{node.name} is no longer a primary"
    reasons = (
        (bool(node.problem), f"is {node.problem} ({node.detail})"),
        (node.following != primary.name, f"follows {node.following or 'no node'}"),
        (node.syncing, "is taking over the data"),
        (not node.link_up, f"has no link to {primary.name}"),
        (node.offset < offset, f"is {offset - node.offset} bytes behind"),
        (node.name not in primary.followers, f"is not among the replicas that {primary.name} lists ({listed})"),
    )
    return next((f"{node.name} {what}" for holds, what in reasons if holds), "")


def outsiders(node: Node, observed: Observed, desired: Desired) -> list[str]:
    """Return the replicas of a node that the inventory does not know.

    What has no port is a client that takes the replication stream (redis-cli --rdb), and no server.
    """
    known = observed.by_name().keys() | desired.external
    return [name for name in node.followers if name not in known and not name.endswith(":0")]


def findings(observed: Observed, desired: Desired, primary: str) -> list[Finding]:
    """Return what a person should know of a set that works."""
    node = observed.by_name()[primary]
    replicas = [desired.wanted(one.name) for one in observed.nodes if one.name != primary]
    found = [
        Finding(
            "unexpected-replica",
            f"{name} replicates {primary} and is not one of the nodes",
            WARNING,
            name,
            OUTSIDER_HINT,
        )
        for name in outsiders(node, observed, desired)
    ]
    if len(replicas) < node.min_replicas:
        found.append(
            Finding(
                "min-replicas",
                f"{primary} takes writes only with {node.min_replicas} replica(s), and the set has {len(replicas)}",
                WARNING,
                primary,
                "Add replicas, or lower redis_node_min_replicas_to_write.",
            )
        )
    if not replicas:
        found.append(
            Finding(
                "only-member",
                f"{primary} is the only node of the set: no node can take over from it",
                WARNING,
                primary,
                "Add replicas.",
            )
        )
    return found + _placement(desired.wanted(primary), replicas)


def _placement(home: DesiredNode, replicas: list[DesiredNode]) -> list[Finding]:
    places = (("host", home.host, [one.host for one in replicas]), ("zone", home.zone, [one.zone for one in replicas]))
    for what, place, others in places:
        if others and set(others) == {place}:
            finding = Finding(
                f"replicas-on-primary-{what}",
                f"all replicas share {what} {place} with the primary, and it fails as a whole",
                WARNING,
                home.name,
                f"Place one on another {what}.",
            )
            return [finding]
    return []
