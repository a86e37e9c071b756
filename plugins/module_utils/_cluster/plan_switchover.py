# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a planned switchover of a shard is safe, and to which node: a pure function of what is observed.

Invariant: nothing is planned unless every node answers, all see one working cluster, and the candidate has a link to
its primary.  The engine then holds the primary's clients until the candidate has everything (CLUSTER FAILOVER), so
that no acknowledged write is lost.  When the command may be sent, and what proves that it was done: plan_takeover.
"""

from __future__ import annotations

from .. import _slots
from .._errors import Refused, Unsettled
from .._nodes import ERROR
from . import plan_takeover
from .checks import findings
from .desired import Desired
from .model import Node, Observed
from .steps_roles import TakeOver


def plan(state: Observed, desired: Desired, candidate: str, primary: str) -> tuple[TakeOver, ...]:
    """Return the switchover to ``candidate``, or away from ``primary`` (one of them is given); nothing if it is done.

    Raises Refused where it would not be safe, or where there is no such node.
    """
    nodes = state.by_name()
    for name in filter(None, (candidate, primary)):
        if name not in nodes:
            raise Refused(f"{name} is not one of the nodes", hint=f"There are: {', '.join(nodes)}.")
    named = nodes[candidate or primary]
    if not named.problem and named.is_replica != bool(candidate):
        _refuse_doubtful(state, named)
        return ()
    problems = [one.message for one in findings(state, desired) if one.severity == ERROR]
    if problems:
        raise Unsettled(f"the cluster is not healthy: {'; '.join(problems[:5])}", hint="Fix it, then switch over.")
    chosen = named if candidate else _candidate(state, desired, named)
    old = state.by_id()[chosen.myself.primary_id or ""]
    return (TakeOver(chosen.name, old.name),)


def _refuse_doubtful(state: Observed, named: Node) -> None:
    """A node that calls itself primary is one if most of the other primaries see it so."""
    others = [one for one in state.nodes if one.slots and one.name != named.name]
    against = plan_takeover.doubters(state, named.name) if named.slots else ()
    if others and 2 * len(against) > len(others):
        raise Refused(
            f"{named.name} claims to be primary, and {', '.join(against)} do not agree",
            node=named.name,
            hint="A switchover may be under way, or may just have failed: run again in some seconds.",
        )


def _candidate(state: Observed, desired: Desired, primary: Node) -> Node:
    """Return the replica with a link that has most of the data; raise Refused where there is none.

    Of equals the one whose zone, then whose host, has the fewest other primaries; then the first by name.
    """
    near = [one for one in state.nodes if one.myself.primary_id == primary.id and one.is_replica and one.link_up]
    if not near:
        raise Refused(
            f"no replica of {primary.name} ({_slots.text(primary.slots)}) could take over",
            node=primary.name,
            hint="Give it a replica, or wait until one is in sync.",
        )
    others = [desired.wanted(one.name) for one in state.nodes if one.slots and one.name != primary.name]

    def order(one: Node) -> tuple[int, int, int, str]:
        place = desired.wanted(one.name)
        in_zone = sum(other.zone == place.zone for other in others)
        return (-one.offset, in_zone, sum(other.host == place.host for other in others), one.name)

    return min(near, key=order)
