# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a set know only its members?  A server of elsewhere may follow it, be followed, or be promoted."""

from __future__ import annotations

import typing as t

from .._nodes import Finding
from .checks_common import finding
from .desired import Desired
from .model import Observed

CHECK = "known-address"
FOLLOWER_HINT = (
    "Add it to the inventory if it is a member. If it is a special-purpose replica, name it in "
    "redis_replication_external. If it runs on a copy of a member's files, stop that copy."
)
LEADER_HINT = (
    "It follows another deployment, or a primary that has left: see its own redis.conf (replicaof) before anything is "
    "started again, and what the Sentinels name as primary."
)


def addresses(observed: Observed, desired: Desired) -> t.Iterator[Finding]:
    """Yield the servers that members of a set know and that the inventory does not; a cluster has views of its own."""
    if observed.clustered:
        return
    known = {server.name for server in observed.servers}
    for server in observed.answering:
        for follower in server.followers:
            # What has no port is a client that takes the replication stream (redis-cli --rdb), and no server.
            if follower.name not in known | desired.external and not follower.name.endswith(":0"):
                yield finding(
                    CHECK,
                    f"{follower.name} replicates {server.name}, and is not in the inventory",
                    follower.name,
                    observed=follower.name,
                    expected="members of the inventory",
                    hint=FOLLOWER_HINT,
                )
        if server.following and server.following not in known:
            yield finding(
                CHECK,
                f"{server.name} follows {server.following}, which is not in the inventory",
                server.name,
                observed=server.following,
                expected="a member of the inventory",
                hint=LEADER_HINT,
            )
