# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the data fit into memory, are they kept on disk, and is there room to write them?"""

from __future__ import annotations

import collections
import typing as t

from .._nodes import WARNING, Finding, refused_writes
from .checks_common import (
    UNREPORTED_HINT,
    duration,
    finding,
    host_figure,
    reported,
    size,
    unreported,
    unreported_growth,
    unseen,
)
from .desired import Desired
from .model import Observed, Server


def data(observed: Observed, desired: Desired) -> t.Iterator[Finding]:
    """Yield what is wrong with memory, persistence and disks."""
    for server in observed.answering:
        yield from _memory(server, desired)
        yield from _evictions(server)
        yield from _fragmentation(server, desired)
        yield from _persistence(server)
        yield from _snapshot_age(server, desired)
        yield from _swap(server, observed, desired)
        yield from _access(server, observed)
    yield from _disks(observed, desired)


def _memory(server: Server, desired: Desired) -> t.Iterator[Finding]:
    yield from unreported(server, "memory", "used_memory", "maxmemory")
    values = reported(server, "used_memory", "maxmemory")
    if not values:
        return
    used, most = values
    limit = desired.limits.memory_percent
    # Buffers of replicas do not count towards maxmemory (INFO, mem_not_counted_for_evict).
    counted = used - (server.figure("mem_not_counted_for_evict") or 0)
    whole = most or server.figure("total_system_memory") or 0
    if whole and counted * 100 >= whole * limit:
        what = "maxmemory" if most else "the host's memory, without a maxmemory"
        yield finding(
            "memory",
            f"{server.name} uses {size(counted)} of {size(whole)} ({what})",
            server.name,
            observed=f"{counted * 100 / whole:.0f} %",
            expected=f"below {limit:g} %",
            hint=_full(server),
        )


def _full(server: Server) -> str:
    policy = server.info.get("maxmemory_policy", "")
    then = (
        "writes will be refused" if policy == "noeviction" else f"keys will be evicted ({policy or 'unknown policy'})"
    )
    return f"When it is full, {then}: raise redis_node_maxmemory, add shards, or find what fills it (--bigkeys)."


def _evictions(server: Server) -> t.Iterator[Finding]:
    yield from unreported_growth(server, "evictions", "evicted_keys")
    grown = server.growth("evicted_keys")
    if grown:
        yield finding(
            "evictions",
            f"{server.name} evicted {grown:.0f} keys in {server.seconds:g} s",
            server.name,
            observed=f"{grown:.0f}",
            expected="0",
            hint="Of a cache this is the purpose, so mute it with that reason; otherwise raise redis_node_maxmemory.",
        )


def _fragmentation(server: Server, desired: Desired) -> t.Iterator[Finding]:
    values = reported(server, "mem_fragmentation_ratio", "mem_fragmentation_bytes")
    yield from unreported(server, "fragmentation", "mem_fragmentation_ratio", "mem_fragmentation_bytes")
    limits = desired.limits
    if values and values[0] > limits.fragmentation_ratio and values[1] > limits.fragmentation_bytes:
        yield finding(
            "fragmentation",
            f"{server.name} holds {size(values[1])} more memory than its data need",
            server.name,
            observed=f"ratio {values[0]:g}",
            expected=f"at most {limits.fragmentation_ratio:g}",
            hint="MEMORY DOCTOR reports more; activedefrag yes, MEMORY PURGE, or a restart as a replica releases it.",
        )


def _persistence(server: Server) -> t.Iterator[Finding]:
    yield from refused_writes(server.name, server.info)
    for check, figure in (("save", "rdb_last_bgsave_status"), ("aof", "aof_enabled")):
        if figure not in server.info:
            yield from _unnamed(server, check, figure)


def _snapshot_age(server: Server, desired: Desired) -> t.Iterator[Finding]:
    if not server.settings.get("save"):
        return  # no snapshots are wanted
    yield from unreported(server, "snapshot-age", "rdb_last_save_time", "rdb_changes_since_last_save")
    values = reported(server, "rdb_last_save_time", "rdb_changes_since_last_save")
    now = server.figure("server_time_usec")
    if not values or not now:
        return
    age = now / 1e6 - values[0]
    if age < -desired.limits.clock_seconds:
        yield finding(
            "clock",
            f"the last snapshot of {server.name} is {duration(-age)} in the future: its clock has jumped back",
            server.name,
            observed=f"{age:.0f} s",
            expected="in the past",
            hint="Synchronise its clock; until then the age of its snapshots is unknown.",
        )
    elif values[1] > 0 and age > desired.limits.snapshot_age:
        yield finding(
            "snapshot-age",
            f"the last good snapshot of {server.name} is {duration(age)} old, with {values[1]:.0f} changes since",
            server.name,
            observed=f"{age:.0f} s",
            expected=f"at most {desired.limits.snapshot_age:g} s",
            hint="See its log for saves that failed, and the save lines of its configuration; BGSAVE makes one now.",
        )


def _swap(server: Server, observed: Observed, desired: Desired) -> t.Iterator[Finding]:
    swapped, lacking = host_figure(observed, server, "swap", "swap_bytes")
    yield from lacking
    if swapped is not None and swapped > desired.limits.swap_bytes:
        yield finding(
            "swap",
            f"{size(swapped)} of {server.name} are swapped out",
            server.name,
            observed=size(swapped),
            expected=f"at most {size(desired.limits.swap_bytes)}",
            hint="The host has too little memory for its instances: every touched page waits for the disk.",
        )


def _access(server: Server, observed: Observed) -> t.Iterator[Finding]:
    """What the service's user cannot use: a running instance may have opened it before, the next start cannot."""
    host = observed.hosts.get(server.host)
    for denied in host.instances.get(server.port, {}).get("denied") or () if host else ():
        yield finding("access", f"{server.name}: {denied}", server.name)


def _disks(observed: Observed, desired: Desired) -> t.Iterator[Finding]:
    """A rewrite or a snapshot needs, at worst, as much as the data take in memory."""
    devices: dict[tuple[str, str], list[tuple[Server, t.Mapping[str, t.Any]]]] = collections.defaultdict(list)
    for server in observed.answering:
        free, lacking = host_figure(observed, server, "disk", "disk_free_bytes")
        yield from lacking
        if free is not None:
            facts = observed.hosts[server.host].instances[server.port]
            devices[server.host, str(facts.get("device"))].append((server, facts))
    for (host_name, _device), users in devices.items():
        yield from _disk(host_name, users, desired)


def _disk(host: str, users: list[tuple[Server, t.Mapping[str, t.Any]]], desired: Desired) -> t.Iterator[Finding]:
    free, total = users[0][1]["disk_free_bytes"], users[0][1]["disk_total_bytes"]
    needs = {server.name: server.figure("used_memory") or 0 for server, _facts in users}
    largest = max(needs, key=lambda name: needs[name])
    hint = "Make room on it, or move the data to a larger one: a rewrite that fails stops writes in the end."
    where = f"the disk of {', '.join(needs)} on {host} has {size(free)} free"
    if free < needs[largest]:
        message = f"{where}, and a rewrite of {largest} may need {size(needs[largest])}"
        yield finding(
            "disk", message, largest, observed=size(free), expected=f"at least {size(needs[largest])}", hint=hint
        )
    elif free < sum(needs.values()):
        message = f"{where}, and rewrites of all its instances together may need {size(sum(needs.values()))}"
        yield Finding("disk", message, WARNING, largest, hint, size(free), f"at least {size(sum(needs.values()))}")
    elif total and (total - free) * 100 >= total * desired.limits.disk_percent:
        used = f"{(total - free) * 100 / total:.0f} % used"
        expected = f"below {desired.limits.disk_percent:g} %"
        yield Finding("disk", f"{where} of {size(total)}", WARNING, largest, hint, used, expected)


def _unnamed(server: Server, check: str, name: str) -> t.Iterator[Finding]:
    yield unseen(check, f"{server.name} does not report {name}", server.name, UNREPORTED_HINT)
