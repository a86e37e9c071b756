# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a restart must not cost while other members are out of service, with their hosts in maintenance: pure.

They count as lost: with one more member away, each shard that they belong to still has a primary and a replica, and the
Sentinels a majority and their quorum.  In a cluster the voters are the primaries, and none is restarted as such.
"""

from __future__ import annotations

from .._errors import Refused
from .model import INSTANCE, REPLICA, SENTINEL, Member, State

HINT = (
    "Bring the host back first (playbook almashooq.redis.maintenance, redis_maintenance_state=ended); or restart only "
    "members that can be spared (redis_rolling_members)."
)


def refuse_loss(state: State, member: Member) -> None:
    """Raise Refused, with what would be lost, where the deployment cannot spare a member as well."""
    if member.kind == SENTINEL:
        _refuse_minority(state, member)
        return
    away = [one for one in state.absent if one.kind == INSTANCE and one.shard == member.shard]
    left = [one for one in state.replicas(member.shard) if one.name != member.name]
    # One that is not in sync is no copy to lose.
    if away and not left and member.role == REPLICA and not member.failure:
        raise Refused(
            f"{member.name} is the last replica of {member.shard} while {_hosts(away)} is in maintenance: while it "
            "restarts, its data would be on one host only",
            node=member.name,
            hint=HINT,
        )


def _refuse_minority(state: State, member: Member) -> None:
    present = [one for one in state.members if one.kind == SENTINEL]
    away = [one for one in state.absent if one.kind == SENTINEL]
    number, left = len(present) + len(away), len(present) - 1
    needed = max(number // 2 + 1, state.quorum)
    if away and left < needed:
        raise Refused(
            f"{left} of {number} Sentinels would be left while {member.name} restarts and {_hosts(away)} is in "
            f"maintenance, and a failover needs {needed}",
            node=member.name,
            hint=HINT,
        )


def _hosts(away: list[Member]) -> str:
    return " and ".join(dict.fromkeys(one.host for one in away))
