# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the figures mean: a node that is slow beside its peers, a generator that is the limit, targets."""

from __future__ import annotations

import statistics
import typing as t

from .._nodes import ERROR, WARNING, Finding
from .desired import Desired
from .model import Counters, Cpu, Generator, Measured, Primary
from .parse import added, percentile

BUSY_HOST = 95.0  # percent of all processors of the generating host
BUSY_TOOL = 0.95  # of each thread of the tool
# Errors with which a server answers every write, or everything.
REJECTIONS = {
    "OOM": "It is full: raise maxmemory, or make room, before measuring.",
    "MISCONF": "It cannot save: see its log and the disk.",
    "NOREPLICAS": "It has too few replicas in sync for min-replicas-to-write: fix them first.",
    "CLUSTERDOWN": "Fix the cluster first: playbook health reports what is wrong.",
}
BUSY_SERVER = 0.9  # processors of a server, which does commands in one thread


def findings(
    desired: Desired, generator: Generator, primaries: t.Sequence[Primary], measured: t.Sequence[Measured]
) -> list[Finding]:
    """Return everything that is not as it should be."""
    return [*slow_nodes(desired, measured), *limits(generator, measured), *shared(generator, primaries)]


def joined_turns(measured: t.Sequence[Measured]) -> list[Measured]:
    """Return the runs with all turns of a node as one.

    What else runs on the generator or on the way is then shared by all nodes, and does not meet one of them alone.
    """
    turns: dict[tuple[str, str | None, int], list[Measured]] = {}
    for one in measured:
        turns.setdefault((one.run.name, one.run.node, one.run.pipeline), []).append(one)
    return [_joined(each) for each in turns.values()]


def _joined(turns: t.Sequence[Measured]) -> Measured:
    cpus = [one.cpu for one in turns]
    servers = [dict(one.servers) for one in cpus]
    return Measured(
        turns[0].run,
        sum(one.requests for one in turns),
        sum(one.seconds for one in turns),
        added([one.points for one in turns]),
        Cpu(
            statistics.fmean(one.host_percent for one in cpus),
            statistics.fmean(one.tool for one in cpus),
            cpus[0].tool_threads,
            tuple((node, statistics.fmean(used[node] for used in servers)) for node in servers[0]),
        ),
    )


def slow_nodes(desired: Desired, measured: t.Sequence[Measured]) -> t.Iterator[Finding]:
    """Yield the nodes that do far fewer operations than the median of their peers, each run alone."""
    alone = [one for one in measured if one.run.node is not None]
    for one in alone:
        kind = (one.run.name, one.run.pipeline)
        peers = [
            peer.ops_per_second for peer in alone if (peer.run.name, peer.run.pipeline) == kind and peer is not one
        ]
        median = statistics.median(peers) if peers else 0.0
        if one.ops_per_second < median * desired.node_percent / 100:
            percent = round(100 * one.ops_per_second / median)
            yield Finding(
                "slow-node",
                f"{one.run.node} does {one.ops_per_second:.0f} operations per second ({one.run.name}, pipeline "
                f"{one.run.pipeline}), {percent} % of the {median:.0f} that is the median of its peers",
                severity=ERROR,
                node=one.run.node,
                observed=f"{one.ops_per_second:.0f} operations per second, p99 {percentile(one.points, 99):.2f} ms",
                expected=f"at least {desired.node_percent:g} % of {median:.0f}",
                hint="See what its host is short of: processors (limits of the unit or container, other programs,"
                " a power-saving governor), swap, disk of the append-only file, network.",
            )


def is_limited(cpu: Cpu) -> bool:
    """Return whether the generator, and not the servers, was the limit of a run."""
    if cpu.host_percent >= BUSY_HOST:
        return True
    server = max((used for _node, used in cpu.servers), default=0.0)
    return cpu.tool >= BUSY_TOOL * cpu.tool_threads and server < BUSY_SERVER


def limits(generator: Generator, measured: t.Sequence[Measured]) -> t.Iterator[Finding]:
    """Yield one warning where the generator was the limit in some run."""
    limited = [one for one in measured if is_limited(one.cpu)]
    if not limited:
        return
    most = max(limited, key=lambda one: one.cpu.host_percent)
    yield Finding(
        "generator",
        f"the load generator {generator.host} is the limit, not the servers, in {len(limited)} of {len(measured)} runs:"
        f" its {generator.cpus} processors were busy to {most.cpu.host_percent:.0f} %, {generator.tool} used"
        f" {most.cpu.tool:.1f} of {most.cpu.tool_threads} threads",
        severity=WARNING,
        node=generator.host,
        observed=f"{most.cpu.host_percent:.0f} % of {generator.cpus} processors",
        expected=f"below {BUSY_HOST:g} %",
        hint="Generate the load on a larger host of its own, or raise threads; the servers may do more than this.",
    )


def shared(generator: Generator, primaries: t.Sequence[Primary]) -> t.Iterator[Finding]:
    """Yield a warning where servers share the host of the generator."""
    here = [one.name for one in primaries if one.local]
    if here:
        yield Finding(
            "generator-shared",
            f"the load generator {generator.host} is also the host of {', '.join(here)}: they share its processors",
            severity=WARNING,
            node=generator.host,
            hint="Figures are lower than with a generator on a host of its own; name one that is not a member.",
        )


def rejected(before: Counters, after: Counters) -> str:
    """Return the error with which a server rejected commands of the tool; nothing where it did not.

    The tools count such answers as operations and end well.  Errors of other clients, which are counted, too, differ in
    their kind: these meet all clients.
    """
    known = dict(before.errors)
    errors = {name: count - known.get(name, 0) for name, count in after.errors if name in REJECTIONS}
    most = max(errors, key=lambda name: errors[name], default="")
    return most if most and errors[most] > 0 and after.rejected > before.rejected else ""


def targets(desired: Desired, measured: t.Sequence[Measured]) -> list[dict[str, t.Any]]:
    """Return each target beside what was measured.

    Throughput is the best that the whole deployment did; p99 the worst of its runs with the shallowest pipeline, for
    in a deeper one a request waits for its neighbours.
    """
    whole = [one for one in measured if one.run.node is None]
    if not whole:
        return []
    shallow = min(one.run.pipeline for one in whole)
    ops = max(one.ops_per_second for one in whole)
    p99 = max(percentile(one.points, 99) for one in whole if one.run.pipeline == shallow)
    rows = (
        ("ops_per_second", desired.targets.ops_per_second, round(ops, 1), True),
        ("p99_ms", desired.targets.p99_ms, round(p99, 3), False),
    )
    return [
        {
            "name": name,
            "wanted": wanted,
            "measured": value,
            "met": value >= wanted if more_is_better else value <= wanted,
        }
        for name, wanted, value, more_is_better in rows
        if wanted is not None
    ]
