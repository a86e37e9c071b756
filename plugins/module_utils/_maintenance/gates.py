# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be true before a step, and after it: pure functions that return what is missing, as sentences."""

from __future__ import annotations

from .._rolling import gates as rolling_gates
from .._rolling.model import INSTANCE, PRIMARY, State
from .._rolling.prefer import Prioritise
from .._rolling.steps import Hold, Release, SwitchOver
from .plan import lacking, others
from .steps import Start, Step, Stop


def missing(state: State, step: Step, host: str) -> list[str]:
    """Return what keeps a step from being taken now."""
    if isinstance(step, (SwitchOver, Prioritise)):
        return rolling_gates.missing(state, step)
    if isinstance(step, Stop):
        member = state.member(step.node)
        found = lacking(state, host)
        if member is not None and member.kind == INSTANCE and member.role == PRIMARY:
            found.append(f"{step.node} is primary of {member.shard}")
        if member is not None and member.unstartable:
            found.append(member.unstartable)
        return found
    return []


def unfinished(state: State, step: Step, before: State, host: str) -> list[str]:
    """Return what is missing for a step to be done, given the state in which it was taken."""
    if isinstance(step, (SwitchOver, Prioritise, Hold, Release)):
        return rolling_gates.unfinished(state, step, before)
    member = state.member(step.node)
    if member is None:
        return [f"{step.node} is not a member any more"]
    if isinstance(step, Start):
        # Others of the host may be down still: their turn comes.
        return [one for one in (member.failure,) if one]
    left = [] if member.problem else [f"{step.node} still answers"]
    return [*left, *(one.failure for one in others(state, host) if one.failure)]


def unsettled(state: State) -> list[str]:
    """Return what is missing until the deployment is whole again with the host that has come back."""
    return [*(one.failure for one in state.members if one.failure), *state.unwell]
