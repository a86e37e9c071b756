# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts as healthy: limits, which checks are made, which are muted, and what was refused of that."""

from __future__ import annotations

import dataclasses
import difflib
import math
import typing as t
from dataclasses import dataclass, field

from .._errors import Refused
from .._nodes import ERROR, WARNING

if t.TYPE_CHECKING:
    from .maintenance import Absence

# Every check: how bad it is when it does not hold, and what it asserts.
CHECKS: dict[str, tuple[str, str]] = {
    "reachable": (ERROR, "every node answers, and accepts the login"),
    "loading": (ERROR, "no node is still loading its data"),
    "unseen": (WARNING, "everything that the other checks need was reported"),
    "versions": (WARNING, "all nodes run one engine and version"),
    "clock": (WARNING, "the clocks of the nodes agree, and no time lies in the future"),
    "clients": (ERROR, "clients stay clear of maxclients"),
    "rejected-connections": (ERROR, "no connection was rejected between the two samples"),
    "restarts": (WARNING, "no instance was restarted by its service manager a short time ago"),
    "memory": (ERROR, "used memory stays clear of maxmemory"),
    "evictions": (WARNING, "no key was evicted between the two samples"),
    "fragmentation": (WARNING, "the process holds not much more memory than its data need"),
    "swap": (WARNING, "no instance is swapped out"),
    "save": (ERROR, "the last snapshot succeeded"),
    "aof": (ERROR, "the last writing and the last rewrite of the append-only file succeeded"),
    "persistence": (WARNING, "what a primary with replicas acknowledged outlives a restart of all of them at once"),
    "start-guard": (ERROR, "a primary without an append-only file cannot erase what its replicas have by a restart"),
    "snapshot-age": (WARNING, "the last good snapshot is young enough"),
    "access": (ERROR, "the user that runs an instance can read, write and enter what the engine needs"),
    "disk": (ERROR, "the disk has room for a rewrite of the data"),
    "role": (ERROR, "it is clear which node is primary, and every replica follows a primary"),
    "replicas": (ERROR, "every primary has enough replicas in sync"),
    "replica-link": (ERROR, "every replica has a link to its primary"),
    "lag": (ERROR, "every replica is near its primary, in bytes and in seconds"),
    "full-resync": (WARNING, "replicas do not take over all the data again and again"),
    "backlog": (WARNING, "the replication backlog bridges an interruption at the present rate of writes"),
    "replica-buffer": (WARNING, "the replicas' output buffers stay clear of their limit"),
    "min-replicas": (ERROR, "every primary has the replicas that it needs to take writes"),
    "replica-errors": (ERROR, "no replica has answered its primary with an error"),
    "address": (ERROR, "every node listens at, and announces, its address in the inventory"),
    "placement": (WARNING, "a replica is on another host, and in another zone, than its primary"),
    "primary-majority": (WARNING, "no host holds a majority of the primaries"),
    "cluster-state": (ERROR, "every node reports cluster_state:ok"),
    "slots-covered": (ERROR, "every slot is served"),
    "slots-open": (ERROR, "no slot is importing or migrating"),
    "one-view": (ERROR, "all nodes see one cluster"),
    "known-address": (ERROR, "members know each other at their configured addresses, and no other node"),
    "epochs-distinct": (ERROR, "no two primaries share a config epoch"),
    "shard-ids": (WARNING, "every node has each replica in the shard of its primary, or it could not start again"),
    "sentinel-reachable": (ERROR, "every Sentinel answers"),
    "sentinel-quorum": (ERROR, "the Sentinels can reach quorum and majority"),
    "sentinel-agreement": (ERROR, "all Sentinels name the same primary, and it is one"),
    "sentinel-known": (
        ERROR,
        "every Sentinel knows and reaches all others and all replicas, and counts no other server",
    ),
    "sentinel-tilt": (ERROR, "no Sentinel is in TILT mode"),
    "sentinel-placement": (WARNING, "the Sentinels are an odd number in three failure domains"),
    "pending-restart": (WARNING, "no instance needs a restart to take over a setting, its program or its unit"),
    "maintenance": (WARNING, "no host is in maintenance for longer than was planned"),
    "drift": (WARNING, "files and running settings are those of the inventory, and the same on all members"),
}
# Without these the others would call healthy what was not seen: they are made whatever is chosen, unless skipped.
ALWAYS = frozenset(["reachable", "loading", "unseen", "sentinel-reachable"])
NEED_TWO_SAMPLES = ("rejected-connections", "evictions", "backlog")
PERCENTAGES = ("memory_percent", "clients_percent", "replica_buffer_percent", "disk_percent")
SHORT_TIME = 600.0  # seconds


@dataclass(frozen=True)
class Limits:
    """The thresholds: bytes, seconds, percent, or the unit in the name."""

    lag_bytes: float = 10485760
    lag_seconds: float = 10
    full_resyncs_per_hour: float = 3
    backlog_seconds: float = 60
    replica_buffer_percent: float = 50
    memory_percent: float = 90
    fragmentation_ratio: float = 1.5
    fragmentation_bytes: float = 268435456
    swap_bytes: float = 67108864
    clients_percent: float = 90
    snapshot_age: float = 90000
    disk_percent: float = 90
    clock_seconds: float = 5


@dataclass(frozen=True)
class Mute:
    """A check that is not counted, on one node or on all, and why."""

    check: str
    reason: str
    node: str = ""


@dataclass(frozen=True)
class Desired:
    """What is asserted of a deployment."""

    name: str = ""
    replicas: int = 1
    limits: Limits = field(default_factory=Limits)
    checks: frozenset[str] = frozenset(CHECKS)
    mutes: tuple[Mute, ...] = ()
    lowered: frozenset[str] = frozenset()
    accept: frozenset[str] = frozenset()
    external: frozenset[str] = frozenset()
    # What nodes announce other than their own address, by ``address:port``.
    announced: t.Mapping[str, str] = field(default_factory=dict)
    # Hosts that are out of service.
    absences: tuple[Absence, ...] = ()


def make_desired(params: t.Mapping[str, t.Any]) -> Desired:
    """Build it from the module's options; raises Refused for a check or a limit that makes no sense."""
    named = params["checks"] or list(CHECKS)
    mutes = tuple(Mute(one["check"], _reason(one), one.get("node") or "") for one in params["mute"])
    for name in (*named, *params["skip"], *params["warn"], *(one.check for one in mutes)):
        _refuse_unknown(name)
    checks = (frozenset(named) | ALWAYS) - set(params["skip"])
    if not checks:
        raise Refused("every check is skipped: nothing would be asserted", hint="Leave some in.")
    if params["replicas"] < 0:
        raise Refused(f"the number of replicas per primary is {params['replicas']}", hint="Give 0 or more.")
    if params["sample"] < 0:
        raise Refused(
            f"sample is {params['sample']:g} s", hint="Give 0 (one sample) or the seconds between two samples."
        )
    return Desired(
        name=params["deployment"],
        replicas=params["replicas"],
        limits=make_limits(params["limits"] or {}),
        checks=checks,
        mutes=mutes,
        lowered=frozenset(params["warn"]),
        accept=frozenset(params["accept_placement"]),
        external=frozenset(params.get("external") or ()),
        announced={str(name): str(address) for name, address in params["announced"].items()},
    )


def make_limits(given: t.Mapping[str, t.Any]) -> Limits:
    """Return the limits with those given; raises Refused for one that could never, or would always, hold."""
    known = {one.name for one in dataclasses.fields(Limits)}
    values = {}
    for name, value in given.items():
        if value is None:
            continue
        if name not in known:
            raise Refused(f"there is no limit {name!r}", hint=f"Known: {', '.join(sorted(known))}.")
        number = _number(name, value)
        if name in PERCENTAGES and not 0 < number <= 100:
            raise Refused(f"limit {name} is {number:g}", hint="It is a percentage: more than 0, at most 100.")
        if number <= 0 or (name == "fragmentation_ratio" and number < 1):
            raise Refused(f"limit {name} is {number:g}: no deployment could ever meet it", hint="Give a larger one.")
        values[name] = number
    return Limits(**values)


def _number(name: str, value: object) -> float:
    try:
        number = float(str(value))
    except ValueError:
        number = float("nan")
    if not math.isfinite(number):
        raise Refused(f"limit {name} is {value!r}", hint="Give a number: bytes, seconds, or percent.")
    return number


def _reason(one: t.Mapping[str, t.Any]) -> str:
    reason = str(one.get("reason") or "").strip()
    if not reason:
        raise Refused(
            f"check {one['check']!r} is muted without a reason", hint="Give the reason, for the next person on call."
        )
    return reason


def _refuse_unknown(name: str) -> None:
    if name not in CHECKS:
        near = difflib.get_close_matches(name, CHECKS, 1)
        meant = f"Did you mean {near[0]!r}? " if near else ""
        raise Refused(f"there is no check {name!r}", hint=f"{meant}Known: {', '.join(CHECKS)}.")
