# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the formation of a cluster cannot do, and refuses: moves of slots, growth, nodes that do not fit. Pure."""

from __future__ import annotations

import typing as t

from .. import _slots
from .._errors import Refused
from .desired import Desired
from .model import Node, Observed
from .placement import Placement
from .safety import classify
from .sides import components, sides


def refuse_unfinished(observed: Observed, desired: Desired) -> None:
    """Raise Refused where a move of slots is to be finished first, or where a complete cluster would have to grow."""
    _refuse_open_slots(observed)
    _refuse_outsiders(observed, desired)
    _refuse_unknown_settings(observed, desired)


def refuse_misfit(observed: Observed, desired: Desired, placement: Placement) -> None:
    """Raise Refused where what stands leaves another number of primaries than is desired."""
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
        hint="Name the nodes and replicas that the cluster has, or change the cluster first.",
        primaries_observed=owners,
        primaries_wanted=desired.primaries,
    )


def _refuse_open_slots(observed: Observed) -> None:
    for node in observed.nodes:
        if node.myself.open_slots:
            slots = ", ".join(one.text for one in node.myself.open_slots)
            raise Refused(
                f"{node.name} has open slots ({slots}): a move was interrupted",
                node=node.name,
                hint="Finish the move first (redis-cli --cluster fix).",
            )


def _refuse_outsiders(observed: Observed, desired: Desired) -> None:
    found = sides(observed)
    for group in components(observed):
        others = [node for node in observed.nodes if node not in group]
        back = found.takes_back(others) if group == list(found.deployment) else []
        outside = [node.name for node in others if node not in back]
        if outside and _stands(group, desired.replicas):
            raise Refused(
                f"a complete cluster of {len(group)} nodes exists, and differs from the desired state: "
                f"{', '.join(outside)} not in it",
                node=outside[0],
                hint="This module does not grow a cluster: leave them out of the nodes.",
                missing=outside,
                classes=classify(observed),
            )


def _stands(group: t.Sequence[Node], replicas: int) -> bool:
    """Return whether these nodes are a cluster that lacks nothing."""
    if _slots.merged(node.slots for node in group) != _slots.ALL:
        return False
    followers = [node.myself.primary_id for node in group if node.is_replica]
    return all(followers.count(node.id) >= replicas for node in group if node.slots)


def _refuse_unknown_settings(observed: Observed, desired: Desired) -> None:
    for node in observed.nodes:
        known = dict(node.settings)
        unknown = [name for name, _value in desired.settings if known and name not in known]
        if unknown:
            raise Refused(
                f"{node.name} ({node.version}) has no setting {', '.join(unknown)}",
                node=node.name,
                hint="Correct the name in `settings`, or leave it out.",
            )
