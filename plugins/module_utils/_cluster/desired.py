# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user wants of a cluster, and what of it can be refused before a server is asked."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._errors import Refused
from .._nodes import DesiredNode, make_desired_nodes

MINIMUM_PRIMARIES = 3  # fewer cannot elect: a majority of primaries votes (cluster specification)

REPLICA_ON_PRIMARY_HOST = "replica-on-primary-host"
REPLICA_IN_PRIMARY_ZONE = "replica-in-primary-zone"
PRIMARY_MAJORITY_ON_HOST = "primary-majority-on-host"
COMPROMISES = (REPLICA_ON_PRIMARY_HOST, REPLICA_IN_PRIMARY_ZONE, PRIMARY_MAJORITY_ON_HOST)


@dataclass(frozen=True)
class Desired:
    """The whole desired state.  ``settings`` is what every node has once the cluster stands.

    ``absent`` are nodes that are out of service, with their hosts: they are not asked, and may be known as failed.
    """

    nodes: tuple[DesiredNode, ...]
    replicas: int = 1
    accept: frozenset[str] = frozenset()
    settings: tuple[tuple[str, str], ...] = field(default=())
    absent: tuple[DesiredNode, ...] = ()

    @property
    def primaries(self) -> int:
        """How many shards the nodes make; nodes left over become further replicas."""
        return len(self.nodes) // (self.replicas + 1)

    def wanted(self, name: str) -> DesiredNode:
        """Return the wanted node of that name."""
        return next(node for node in self.nodes if node.name == name)


def make_desired(
    nodes: t.Iterable[t.Mapping[str, t.Any]],
    replicas: int,
    accept: t.Iterable[str] = (),
    settings: t.Mapping[str, t.Any] | None = None,
) -> Desired:
    """Build the desired state from a module's options.

    Raises Refused for what no cluster can be made of: a node named twice, too few nodes for the
    replicas, a compromise that does not exist.
    """
    desired = Desired(
        nodes=make_desired_nodes(nodes),
        replicas=replicas,
        accept=frozenset(accept),
        settings=tuple(sorted((name, str(value)) for name, value in (settings or {}).items())),
    )
    _refuse_unknown_compromises(desired)
    _refuse_too_few(desired)
    return desired


def make_seeds(
    nodes: t.Iterable[t.Mapping[str, t.Any]],
    accept: t.Iterable[str] = (),
    absent: t.Iterable[t.Mapping[str, t.Any]] = (),
) -> Desired:
    """Build a list of nodes to ask, which wants nothing of them; raises Refused for one named twice."""
    away = make_desired_nodes(absent)
    return Desired(nodes=make_desired_nodes(nodes), replicas=0, accept=frozenset(accept), absent=away)


def _refuse_unknown_compromises(desired: Desired) -> None:
    unknown = sorted(desired.accept - set(COMPROMISES))
    if unknown:
        raise Refused(
            f"there is no such placement rule: {', '.join(unknown)}", hint=f"Known: {', '.join(COMPROMISES)}."
        )


def _refuse_too_few(desired: Desired) -> None:
    if desired.replicas < 0:
        raise Refused(f"the number of replicas per primary is {desired.replicas}", hint="Give 0 or more.")
    if desired.primaries < MINIMUM_PRIMARIES:
        needed = MINIMUM_PRIMARIES * (desired.replicas + 1)
        raise Refused(
            f"{len(desired.nodes)} nodes are too few for {desired.replicas} replica(s) per primary: a cluster "
            f"needs {MINIMUM_PRIMARIES} primaries at least, so {needed} nodes",
            hint="Add nodes, or lower the number of replicas.",
            needed=needed,
        )
