# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several members restarted at the same time, on request: always of one host, each of another shard. Pure.

A deployment has to bear the loss of any one host, so it bears the restart of some of its members: no shard lacks more
than one, and no second host is touched before the first is in sync again.  What gains is the wait for full syncs.
"""

from __future__ import annotations

import typing as t

from .model import INSTANCE, State
from .steps import Restart, Step, SwitchOver, Together


def grouped(steps: t.Sequence[Restart | SwitchOver], state: State, most: int) -> list[Step]:
    """Return the steps with up to so many neighbouring restarts made one; the switchovers for them come before it.

    ``steps`` are restarts in their order, each after the switchover that it needs, if any; ``state`` is the one before
    the first of them.  A member that is not well, a primary that is restarted in place, and a Sentinel stay alone.
    """
    if most < 2:
        return list(steps)
    found: list[Step] = []
    group: list[Restart] = []
    switches: list[SwitchOver] = []

    def close() -> None:
        found.extend(switches)
        found.extend([Together(tuple(group))] if len(group) > 1 else group)
        group.clear()
        switches.clear()

    before: list[SwitchOver] = []
    for step in steps:
        if isinstance(step, SwitchOver):
            before.append(step)
            continue
        if not group or len(group) == most or not _beside(step, group, state):
            close()
        switches += before
        group.append(step)
        before = []
    close()
    return found


def _beside(step: Restart, group: t.Sequence[Restart], state: State) -> bool:
    members = [state.member(one.node) for one in (*group, step)]
    known = [one for one in members if one is not None and one.kind == INSTANCE and not one.failure]
    shards = {one.shard for one in known}
    hosts = {one.host for one in known}
    return len(shards) == len(members) and len(hosts) == 1 and not any(one.alone for one in (*group, step))
