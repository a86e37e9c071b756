# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making Sentinel choose a certain replica, for a former primary that takes over again: pure functions.

SENTINEL FAILOVER takes no name.  Of the replicas that are fit Sentinel takes the one with the lowest replica-priority
(sentinel.c, sentinelSelectReplica), which it reads every ten seconds.  So the former primary has the lowest for as long
as that takes.  The configuration is the record of what it had before: a run that was cut anywhere leaves a node with
this value which is not configured so, and the next plan ends with its restoration.
"""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

from .._errors import Refused
from .model import Member, State

PRIORITY = "replica-priority"
PREFERRED = 1  # the lowest that Sentinel may choose; 0 is never
WITHOUT = "or leave out redis_rolling_return_primaries (redis_maintenance_return_primaries)"

Priorities = t.Mapping[str, int]


@dataclass(frozen=True)
class Prioritise:
    """Set the replica-priority of a node; with ``PREFERRED``, until every Sentinel has read it."""

    node: str
    priority: int

    def describe(self) -> str:
        """Return the line for people."""
        why = ", so that Sentinel chooses it" if self.priority == PREFERRED else ""
        return f"set {PRIORITY} of {self.node} to {self.priority}{why}"

    def apply(self, state: State) -> State:
        """The node has the value, and the Sentinels have read it."""
        old = state.member(self.node)
        if old is None:
            return state
        preferred = self.priority == PREFERRED
        return state.replacing(dataclasses.replace(old, priority=self.priority, preferred=preferred))


def prefer(state: State, member: Member, configured: Priorities) -> list[Prioritise]:
    """Return the step that makes Sentinel choose this replica; raise Refused where nothing can."""
    others = [one for one in state.replicas(member.shard) if one.name != member.name and one.priority]
    cannot = f"{member.name} cannot become primary again"
    if not member.priority:
        raise Refused(
            f"{cannot}: its {PRIORITY} is 0, so Sentinel never chooses it",
            node=member.name,
            hint=f"Give it another one, {WITHOUT}.",
        )
    if all(member.priority < one.priority for one in others):
        return []
    first = [one.name for one in others if one.priority <= PREFERRED]
    if first:
        raise Refused(
            f"{cannot}: Sentinel could choose {', '.join(first)}, whose {PRIORITY} is {PREFERRED}",
            node=member.name,
            hint=f"Give that a higher one, {WITHOUT}.",
        )
    if member.name not in configured:
        raise Refused(
            f"{cannot}: its {PRIORITY} has to be changed for that, and its managed file, which says what to restore, "
            "cannot be read",
            node=member.name,
            hint=f"Run site.yml, {WITHOUT}.",
        )
    return [Prioritise(member.name, PREFERRED)]


def restore(state: State, configured: Priorities) -> list[Prioritise]:
    """Return the steps that give nodes which are preferred, and not configured so, their priority back."""
    return [
        Prioritise(one.name, configured[one.name])
        for one in state.members
        if one.priority == PREFERRED and configured.get(one.name, PREFERRED) != PREFERRED and not one.problem
    ]


def lacking(state: State, step: Prioritise) -> list[str]:
    """Return what is missing for the step to be done, as sentences."""
    member = state.member(step.node)
    if member is None or member.problem:
        return [f"{step.node} does not answer"]
    if member.priority != step.priority:
        return [f"{step.node} has {PRIORITY} {member.priority} still"]
    if step.priority == PREFERRED and not member.preferred:
        return [f"not every Sentinel has read that {PRIORITY} of {step.node} is {step.priority}"]
    return []
