# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done so that every node follows the primary.

Invariant: the primary is found, never made; no step touches it.  A node is attached only when it
has nothing that the primary never had, or when its loss was agreed to by name.  So every order of
the steps is safe, and every prefix of them leaves less to do.
"""

from __future__ import annotations

import typing as t

from .._errors import Refused
from .._nodes import LOADING, NOT_PERMITTED, UNREACHABLE, UNREADABLE, WRONG_PASSWORD
from . import checks
from .desired import Desired
from .discovery import primary_of
from .model import Node, Observed, newer_bytes
from .steps import Attach

PROBLEM_REMEDIES = {
    UNREACHABLE: "Start it, or open the network path to it, and run again.",
    WRONG_PASSWORD: "Give the password that this node runs with, or set it on the node.",
    NOT_PERMITTED: "Log in as a user that may run INFO, CONFIG and REPLICAOF.",
    LOADING: "It reads its data; run again when it is done.",
    UNREADABLE: "Check that this is a Redis or Valkey server of a supported version.",
}


def plan(observed: Observed, desired: Desired) -> tuple[Attach, ...]:
    """Return the steps that are left; raise Refused where nothing may be done."""
    _refuse_problems(observed)
    _refuse_one_server_twice(observed)
    primary = observed.by_name()[primary_of(observed, desired)]
    refuse_outsiders(observed, desired)
    steps = (_attach(node, primary, observed, desired) for node in observed.nodes if node.name != primary.name)
    return tuple(step for step in steps if step is not None)


def _attach(node: Node, primary: Node, observed: Observed, desired: Desired) -> Attach | None:
    follows = node.following == primary.name
    if follows and node.link_up:
        return None
    refuse_foreign(node, observed.by_name(), desired)
    gives_up = _surplus(node, primary)
    if gives_up and not primary.holds_data and node.name not in desired.discard:
        raise Refused(
            f"{node.name} has {gives_up}, and the primary {primary.name} of {desired.set!r} is empty: {node.name} may "
            "have the only copy",
            node=node.name,
            hint="Save a copy of its data directory first. docs/copies.md describes how a set starts on such a copy.",
        )
    if gives_up and node.name not in desired.discard:
        raise Refused(
            f"{node.name} has more data than the primary {primary.name} of {desired.set!r}: {gives_up}",
            node=node.name,
            hint="Save what is needed of them, then name this node in `discard` (redis_replication_discard) to give "
            "them up.",
        )
    # One that follows already has got the command: only its link is awaited.
    where = desired.wanted(primary.name)
    return None if follows else Attach(node.name, primary.name, (where.address, where.port), gives_up)


def _surplus(node: Node, primary: Node) -> str:
    """Return what a node has and the primary never had, for people; empty for nothing."""
    if not node.holds_data:
        return ""
    newer = newer_bytes(node, primary)
    if newer is None:
        return f"{node.data} of another history"
    return f"{newer} byte(s) of writes that the primary never had" if newer else ""


def refuse_foreign(node: Node, known: t.Container[str], desired: Desired) -> None:
    """Raise Refused for a replica of a server that is not known."""
    if node.following and node.following not in known:
        raise Refused(
            f"{node.name} is a replica of {node.following}, which is not one of the nodes of {desired.set!r}: "
            "it belongs to another deployment",
            node=node.name,
            hint="Correct its address in the inventory, or leave it out: it serves another deployment.",
        )


def refuse_outsiders(observed: Observed, desired: Desired) -> None:
    """Raise Refused where a node has a replica that the inventory does not know."""
    for node in observed.nodes:
        unlisted = [one.name for one in observed.nodes if one.following == node.name and one.name not in node.followers]
        for name in checks.outsiders(node, observed, desired):
            known = f"; {', '.join(unlisted)} follows it and is not among its replicas" if unlisted else ""
            announced = " Or a member announces this address: correct its replica-announce-ip." if unlisted else ""
            raise Refused(
                f"{name} replicates {node.name} of set {desired.set!r}, and is not in the inventory{known}",
                node=name,
                hint=f"{checks.OUTSIDER_HINT}{announced}",
            )


def _refuse_problems(observed: Observed) -> None:
    failing = [node for node in observed.nodes if node.problem]
    if failing:
        said = "; ".join(f"{node.name} is {node.problem}: {node.detail}" for node in failing)
        hints = dict.fromkeys(PROBLEM_REMEDIES[node.problem] for node in failing)
        raise Refused(said, node=failing[0].name, hint=" ".join(hints))
    refuse_clustered(observed)


def refuse_clustered(observed: Observed) -> None:
    """Raise Refused where a node belongs to a cluster."""
    clustered = [node.name for node in observed.nodes if node.clustered]
    if clustered:
        raise Refused(
            f"{', '.join(clustered)} runs as a node of a cluster",
            node=clustered[0],
            hint="Leave it out of the nodes, or run it with cluster-enabled no.",
        )


def _refuse_one_server_twice(observed: Observed) -> None:
    seen: dict[str, str] = {}
    for node in observed.nodes:
        if node.run_id in seen:
            raise Refused(f"{seen[node.run_id]} and {node.name} are one server", hint="Name each instance once.")
        seen[node.run_id] = node.name
