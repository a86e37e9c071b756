# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be true before a step of a whole restart, and after it: pure functions that return what is missing."""

from __future__ import annotations

import typing as t

from .model import State
from .steps import REPLICAS, SENTINELS, Start, Step, Stop


def missing(state: State, step: Step) -> list[str]:
    """Return what keeps a step from being taken now."""
    record = state.of
    # One that hangs has not saved its data, and may come back at any moment.
    found = [f"{one.node} {one.problem}" for one in state.members if one.problem and not one.stopped]
    if record and isinstance(step, Start) and step.what == SENTINELS:
        found += _behind(state)
    if record and isinstance(step, Start) and step.what == REPLICAS:
        found += [f"{one.node} was not found whole" for one in record.shards if not one.whole]
    return found


def unfinished(state: State, step: Step, before: State) -> list[str]:
    """Return what is missing for a step to be done, given the state in which it was taken.

    Steps whose effect takes more than an observation wait for it themselves.
    """
    if isinstance(step, Stop):
        # One that its service manager starts again is another process.
        same = [one for one in step.nodes if state.member(one).run_id in ("", before.member(one).run_id)]
        return [f"{one} still runs" for one in same if not state.member(one).stopped]
    if isinstance(step, Start):
        return [f"{one} {state.member(one).problem}" for one in step.nodes if not state.member(one).answers]
    return []


def _behind(state: State) -> t.Iterator[str]:
    for one in state.members:
        if one.answers and one.loading:
            yield f"{one.node} is loading its data"
        elif one.answers and one.role == "replica" and not one.linked:
            yield f"{one.node} has no link to its primary"
