# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replicas that only another version brings back in sync: pure functions.

After the switchover of an upgrade, the former primary follows one that runs the newer release, by a partial resync.  If
something makes it ask for a full one, it cannot load that, and stays out of sync until it is upgraded.  So it comes
first, and nothing waits for it.  No other member that is out of sync is passed over.
"""

from __future__ import annotations

import typing as t

from . import releases
from .model import INSTANCE, REPLICA, Member, Need, Pace, State
from .plan import due, plan
from .steps import Step


def lost(state: State, needs: t.Iterable[Need]) -> tuple[str, ...]:
    """Return the names of the members that are lost and that the restart which they need brings back."""
    by_node = {need.node: need for need in needs}
    waiting = ((one, by_node[one.name]) for one in state.members if one.name in by_node)
    return tuple(one.name for one, need in waiting if due(one, need) and is_lost(state, one, need.installed))


def is_lost(state: State, member: Member, installed: str) -> bool:
    """Return whether a member is lost, and a restart that starts the installed version brings it back."""
    primary = state.primary(member.shard)
    if member.kind != INSTANCE or member.role != REPLICA or not member.behind or member.problem or primary is None:
        return False
    return releases.is_lost(member.version, primary.version, installed)


def overtaken(state: State, step: Step, needs: t.Sequence[Need], pace: Pace) -> bool:
    """Return whether a member was lost since a step was planned, and has to be restarted before that step.

    The gate of the step would wait for it in vain.
    """
    return bool(lost(state, needs)) and plan(state, needs, pace)[:1] != [step]
