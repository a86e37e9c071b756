# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict for playbooks: findings, counts, one line for people, and the figures of every node."""

from __future__ import annotations

import collections
import typing as t

from .._nodes import ERROR, WARNING
from .checks import Verdict
from .desired import CHECKS, NEED_TWO_SAMPLES, Desired
from .model import PRIMARY, REPLICA, Observed, Server


def report(observed: Observed, desired: Desired, verdict: Verdict) -> dict[str, t.Any]:
    """Return what module ``health`` gives back, but for the timing."""
    counts = collections.Counter(one.severity for one in verdict.findings)
    looked_twice = any(one.later for one in observed.servers)
    not_made = sorted(set(CHECKS) - desired.checks | (set() if looked_twice else set(NEED_TWO_SAMPLES)))
    return {
        "deployment": desired.name,
        "topology": "cluster" if observed.clustered else "replication",
        "healthy": verdict.healthy,
        "findings": [one.result() for one in verdict.findings],
        "muted": [{**one.result(), "reason": mute.reason} for one, mute in verdict.muted],
        "counts": {ERROR: counts[ERROR], WARNING: counts[WARNING], "muted": len(verdict.muted)},
        "checks": [name for name in CHECKS if name not in not_made],
        "not_made": not_made,
        "summary": summary(observed, desired, verdict),
        "nodes": [node(one, observed) for one in observed.servers],
        "sentinels": [
            {"name": one.name, "problem": one.problem, "tilt": one.info.get("sentinel_tilt", "0") != "0"}
            for one in observed.watchers
        ],
    }


def summary(observed: Observed, desired: Desired, verdict: Verdict) -> str:
    """Return one line: what, how it is, how many nodes, how many findings of which kind."""
    counts = collections.Counter(one.severity for one in verdict.findings)
    numbers = [_many(counts[kind], kind) for kind in (ERROR, WARNING) if counts[kind]]
    if verdict.muted:
        numbers.append(f"{len(verdict.muted)} muted")
    answering = len(observed.answering)
    nodes = f"{answering} of {len(observed.servers)} nodes answer"
    sentinels = f", {sum(not one.problem for one in observed.watchers)} of {len(observed.watchers)} Sentinels"
    what = f"{'cluster' if observed.clustered else 'set'} {desired.name}".strip()
    state = "is healthy" if verdict.healthy else "is NOT healthy"
    return f"{what} {state}: {nodes}{sentinels if observed.watchers else ''}; {', '.join(numbers) or 'no findings'}."


def node(server: Server, observed: Observed) -> dict[str, t.Any]:
    """Return one node's figures: bytes, seconds, counts; null where it was not reported."""
    primary = observed.by_name().get(server.following)
    listed = next((one for one in primary.followers if one.name == server.name), None) if primary else None
    head = primary.figure("master_repl_offset") if primary else None
    behind = None if listed is None or listed.offset is None or head is None else max(0, int(head - listed.offset))
    return {
        "name": server.name,
        "host": server.host,
        "zone": server.zone,
        "problem": server.problem or ("loading" if server.loading else ""),
        "role": role(server),
        "primary": server.following or None,
        "link_up": server.info.get("master_link_status") == "up" if server.role == REPLICA else None,
        "lag_bytes": behind,
        "lag_seconds": _whole(listed.lag) if listed else None,
        "replicas": len(server.followers) if server.role == PRIMARY else None,
        "slots": server.slots,
        "slot_ranges": server.slots_text,
        "memory_used": _whole(server.figure("used_memory")),
        "memory_max": _whole(server.figure("maxmemory")),
        "clients": _whole(server.figure("connected_clients")),
        "operations_per_second": _whole(server.figure("instantaneous_ops_per_sec")),
        "uptime": _whole(server.figure("uptime_in_seconds")),
        "version": server.version,
    }


def role(server: Server) -> str:
    """Return primary, replica, empty (a cluster node that owns no slot), or an empty text."""
    if not server.answers:
        return ""
    return "empty" if server.role == PRIMARY and server.slots == 0 else server.role


def _whole(figure: float | None) -> int | None:
    return None if figure is None else int(figure)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
