# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A load test as modules give it back, and as people read it."""

from __future__ import annotations

import typing as t

from .checks import is_limited, targets
from .desired import Desired
from .model import Generator, Measured, Run
from .parse import percentile
from .plan import TURNS

PERCENTILES = (0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100)
Value = dict[str, t.Any]


def describe(desired: Desired, run: Run) -> str:
    """Return a run as one line."""
    scope = run.node or ("the whole cluster" if desired.clustered else "the primary")
    kind = f"mix with {desired.read_percent} % reads" if run.name == "mix" else run.name
    return (
        f"{kind}, {scope}, pipeline {run.pipeline}, {desired.connections} connections, "
        f"values of {desired.value_bytes} bytes, {run.seconds:g} s"
        + (f", turn {run.turn} of {TURNS}" if run.turn else "")
    )


def load(desired: Desired, generator: Generator, measured: t.Sequence[Measured]) -> Value:
    """Return what was measured, as the report takes it."""
    busiest = max((one.cpu.host_percent for one in measured), default=0.0)
    return {
        "generator": {
            "host": generator.host,
            "cpus": generator.cpus,
            "cpu_percent": round(busiest, 1),
            "limited": any(is_limited(one.cpu) for one in measured),
            "tool": generator.tool,
            "threads": desired.threads,
        },
        "runs": [_run(desired, one) for one in measured],
    }


def _run(desired: Desired, one: Measured) -> Value:
    return {
        "name": one.run.name,
        "scope": "cluster" if one.run.node is None else "node",
        "node": one.run.node,
        "pipeline": one.run.pipeline,
        "connections": desired.connections,
        "value_bytes": desired.value_bytes,
        "seconds": round(one.seconds, 3),
        "requests": one.requests,
        "ops_per_second": round(one.ops_per_second, 1),
        "p50_ms": round(percentile(one.points, 50), 3),
        "p99_ms": round(percentile(one.points, 99), 3),
        "p999_ms": round(percentile(one.points, 99.9), 3),
        "percentiles": [[percent, round(percentile(one.points, percent), 3)] for percent in PERCENTILES],
        "generator_cpu_percent": round(one.cpu.host_percent, 1),
        "tool_cpus": round(one.cpu.tool, 2),
        "server_cpus": {node: round(used, 2) for node, used in one.cpu.servers},
    }


def summary(desired: Desired, measured: t.Sequence[Measured]) -> str:
    """Return one line for people."""
    whole = [one for one in measured if one.run.node is None]
    if not whole:
        return "nothing was measured"
    best = max(whole, key=lambda one: one.ops_per_second)
    shallow = min(one.run.pipeline for one in whole)
    worst = max(percentile(one.points, 99) for one in whole if one.run.pipeline == shallow)
    missed = [row["name"] for row in targets(desired, measured) if not row["met"]]
    return (
        f"up to {best.ops_per_second:.0f} operations per second ({best.run.name}, pipeline {best.run.pipeline}), "
        f"p99 up to {worst:.2f} ms (pipeline {shallow})" + (f"; not reached: {', '.join(missed)}" if missed else "")
    )
