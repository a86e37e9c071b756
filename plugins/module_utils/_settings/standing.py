# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a member still stands in its deployment as it did before a change: pure comparisons of two observations."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

# Settings that change nothing for peers, replicas and clients that are connected or connect, by their beginnings.
# After a change of any other setting, those of later versions included, the peers have to hear from the member anew.
LOCAL = (
    "active-",
    "activedefrag",
    "activerehashing",
    "aof-",
    "append",
    "auto-aof-",
    "busy-reply-threshold",
    "commandlog-",
    "crash-",
    "hash-",
    "hz",
    "dynamic-hz",
    "jemalloc-",
    "latency-",
    "lazyfree-",
    "lfu-",
    "list-",
    "loglevel",
    "lua-time-limit",
    "maxmemory",
    "no-appendfsync-on-rewrite",
    "notify-keyspace-events",
    "oom-score-adj",
    "rdb",
    "replica-priority",
    "save",
    "set-max-",
    "slave-priority",
    "slowlog-",
    "stop-writes-on-bgsave-error",
    "stream-",
    "tracking-",
    "zset-",
)
REMOTE = ("maxmemory-clients",)
FAILED = ("fail", "fail?")


@dataclass(frozen=True)
class Sight:
    """A member as one of its peers lists it; ``problem`` is why that peer was not asked."""

    endpoint: str = ""
    flags: tuple[str, ...] = ()
    link: str = ""
    pong: int = 0
    problem: str = ""


@dataclass(frozen=True)
class Standing:
    """What a member says of its place in the deployment, and how its peers see it, by their names."""

    role: str = ""
    state: str = ""
    link: str = ""
    replicas: int = 0
    endpoint: str = ""
    sights: t.Mapping[str, Sight] = field(default_factory=dict)
    # Seconds since the slowest replica that is in sync was heard of.
    lag: int = 0
    # Why there is no new connection to its address; empty where there is one.
    unreached: str = ""


def is_local(names: t.Iterable[str]) -> bool:
    """Return whether none of these settings concerns anything but the instance itself."""
    return all(name.startswith(LOCAL) and name not in REMOTE for name in names)


def worse(before: Standing, after: Standing) -> str:
    """Return what a member has lost, for people; nothing where it stands as before."""
    if after.unreached:
        return f"a new connection to its address fails: {after.unreached}"
    if before.state == "ok" and after.state != "ok":
        return f"it says cluster_state:{after.state}"
    if before.link == "up" and after.role == before.role and after.link != "up":
        return "its link to its primary is down"
    if after.role == before.role and after.replicas < before.replicas:
        return f"{after.replicas} of its {before.replicas} replicas are online"
    for name, sight in before.sights.items():
        trouble = "" if _trouble(sight) else _trouble(after.sights.get(name, Sight(problem="it is gone")))
        if trouble:
            return f"for its peer {name}, {trouble}"
    return ""


def unheard(baseline: Standing, after: Standing) -> str:
    """Return which peer has not heard from a member since the baseline; nothing where all have."""
    for name, sight in baseline.sights.items():
        if not _trouble(sight) and after.sights.get(name, Sight()).pong <= sight.pong:
            return f"its peer {name} has not heard from it since"
    return ""


def is_known(standing: Standing) -> bool:
    """Return whether all peers have the address by which the member calls itself."""
    reported = [one.endpoint for one in standing.sights.values() if not one.problem]
    return all(endpoint == standing.endpoint for endpoint in reported)


def _trouble(sight: Sight) -> str:
    if sight.problem:
        return f"which does not answer ({sight.problem})"
    failed = [flag for flag in sight.flags if flag in FAILED]
    if failed:
        return f"it is flagged {failed[0]}"
    return "" if sight.link == "connected" else f"the link to it is {sight.link or 'missing'}"
