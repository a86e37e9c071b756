# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be true before a step, and after it: pure functions that return what is missing, as sentences.

The rules (docs/rolling.md): a member is restarted only while every other member of the deployment answers and is in
sync; a primary only after another member has taken over; and a switchover only to a replica that is in sync and that a
majority of the voters can reach.  A gate that cannot be met stops the run before anything is touched.
"""

from __future__ import annotations

from .lost import is_lost
from .model import INSTANCE, PRIMARY, REPLICA, Member, State
from .prefer import PREFERRED, Prioritise, lacking
from .steps import Hold, Release, Restart, Step, SwitchOver, Together
from .steps import hold as left_to_hold
from .steps import release as left_to_release

HEALTH_HINT = "See playbook almashooq.redis.health; run again when the deployment is healthy."


def missing(state: State, step: Step) -> list[str]:
    """Return what keeps a step from being taken now."""
    if isinstance(step, (Hold, Release)):
        return []
    if isinstance(step, Together):
        return list(dict.fromkeys(said for one in step.restarts for said in missing(state, one)))
    if isinstance(step, Prioritise):
        # It is for a switchover, or undoes that.
        return [*_failures(state), *state.unwell] if step.priority == PREFERRED else []
    return _before_restart(state, step) if isinstance(step, Restart) else _before_switch(state, step)


def unfinished(state: State, step: Step, before: State) -> list[str]:
    """Return what is missing for a step to be done, given the state in which it was taken."""
    if isinstance(step, (Hold, Release)):
        # Of those that answer: another one comes back with the value of its file.
        left = (left_to_hold if isinstance(step, Hold) else left_to_release)(state, step.nodes)
        return [f"{', '.join(each.nodes)} has another value still" for each in left]
    if isinstance(step, Together):
        return list(dict.fromkeys(said for one in step.restarts for said in unfinished(state, one, before)))
    if isinstance(step, Prioritise):
        return lacking(state, step)
    found = [*_failures(state), *(() if before.unwell else state.unwell)]
    if isinstance(step, SwitchOver):
        primary = state.primary(step.shard)
        changed = primary is not None and primary.name != step.primary
        return found if changed else [f"{step.primary} is still primary of {step.shard}", *found]
    member, old = state.member(step.node), before.member(step.node)
    if member is None or old is None:
        return [f"{step.node} is not a member any more"]
    if not member.problem and member.run_id == old.run_id:
        return [f"{step.node} still runs the process from before"]
    # Where others were not in sync before, the user has named this member: they are not the business of this step.
    return found if not any(one.failure for one in before.members) else [member.failure] if member.failure else []


def _before_restart(state: State, step: Restart) -> list[str]:
    member = state.member(step.node)
    if member is None:
        return [f"{step.node} is not a member any more"]
    others = [one for one in state.members if one.failure and one.name != step.node]
    if is_lost(state, member, step.installed):
        # Several may be lost, of different shards: each would wait for the others for ever.
        others = [one for one in others if not is_lost(state, one, step.installed)]
    found = [one.failure for one in others]
    if not member.failure:
        # What is wrong with the views of others may be this member's own problem, which the restart is to fix.
        found += state.unwell
    # Another release may read what this one does not, so an upgrade is the remedy where it stays.
    if member.unstartable and step.installed in ("", member.version):
        found.append(member.unstartable)
    if member.kind == INSTANCE and member.role == PRIMARY and not step.alone:
        found.append(f"{member.name} is primary of {member.shard}")
    if member.kind == INSTANCE and member.role == REPLICA and not step.unwritable:
        found += _writes_refused(state, member)
    return found


def _writes_refused(state: State, replica: Member) -> list[str]:
    primary = state.primary(replica.shard)
    others = [one for one in state.replicas(replica.shard) if one.name != replica.name and not one.failure]
    if primary is None or len(others) >= primary.min_replicas or replica.failure:
        return []
    needed = f"{primary.name} accepts writes only with {primary.min_replicas} replica(s) (min-replicas-to-write)"
    return [f"{needed}, and {len(others)} would be left while {replica.name} restarts"]


def _before_switch(state: State, step: SwitchOver) -> list[str]:
    found = [*_failures(state), *state.unwell]
    primary = state.primary(step.shard)
    if primary is None or primary.name != step.primary:
        found.append(f"{step.primary} is not primary of {step.shard} any more")
    if step.candidate:
        candidate = state.member(step.candidate)
        if candidate is None or candidate.role != REPLICA or candidate.shard != step.shard:
            found.append(f"{step.candidate} is not a replica of {step.shard} any more")
        elif candidate.unfit:
            found.append(candidate.unfit)
        elif not candidate.preferred:
            found.append(f"not all Sentinels would choose {step.candidate}")
    return found


def _failures(state: State) -> list[str]:
    return [one.failure for one in state.members if one.failure]
