# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user wants measured, and what of that makes no sense."""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass

from .._errors import Refused
from .model import KINDS

Params = t.Mapping[str, t.Any]

CLUSTER = "cluster"
MAX_VALUE_BYTES = 512 * 1024 * 1024  # of a string, in either engine
MAX_THREADS = 500  # of the tool
SHORTEST_RUN = 1.0


@dataclass(frozen=True)
class Targets:
    """What the deployment has to reach; nothing means no target."""

    ops_per_second: float | None = None
    p99_ms: float | None = None


@dataclass(frozen=True)
class Desired:
    """A load test as the user wants it."""

    clustered: bool
    kinds: tuple[str, ...]
    pipelines: tuple[int, ...]
    connections: int
    value_bytes: int
    keys: int
    read_percent: int
    per_node: bool
    seconds: float
    timeout: float
    threads: int
    node_percent: float
    targets: Targets


def make_desired(params: Params, cpus: int) -> Desired:
    """Return the desired test of a module's parameters; raises Refused for what could never be measured."""
    seconds = float(params["seconds"])
    targets = params["targets"] or {}
    desired = Desired(
        clustered=params["topology"] == CLUSTER,
        kinds=tuple(kind for kind in KINDS if kind in params["kinds"]),
        pipelines=tuple(sorted(set(params["pipelines"]))),
        connections=params["connections"],
        value_bytes=params["value_bytes"],
        keys=params["keys"],
        read_percent=params["read_percent"],
        per_node=params["per_node"],
        seconds=seconds,
        timeout=float(params["timeout"] or 2 * seconds + 60),
        # Half of the processors: the rest is for the kernel, which does half of the work of every request.
        threads=params["threads"] or max(1, min(8, cpus // 2)),
        node_percent=params["node_percent"],
        targets=Targets(targets.get("ops_per_second"), targets.get("p99_ms")),
    )
    _refuse(desired)
    return desired


def _refuse(desired: Desired) -> None:
    for wrong, what, hint in (
        (not desired.kinds, "kinds is empty", f"Name some of {', '.join(KINDS)}."),
        (
            not desired.pipelines or desired.pipelines[0] < 1,
            "pipelines has no positive number",
            "1 means no pipelining.",
        ),
        (desired.connections < 1, f"connections is {desired.connections}", "Give a positive number, for example 50."),
        (
            not 1 <= desired.value_bytes <= MAX_VALUE_BYTES,
            f"value_bytes is {desired.value_bytes}",
            "Give 1 to 536870912.",
        ),
        (desired.keys < 1, f"keys is {desired.keys}", "Give a positive number, for example 10000."),
        (not 1 <= desired.read_percent <= 99, f"read_percent is {desired.read_percent}", "Give 1 to 99."),
        (not 0 <= desired.node_percent <= 100, f"node_percent is {desired.node_percent:g}", "Give 0 to 100."),
        (
            not 1 <= desired.threads <= MAX_THREADS,
            f"threads is {desired.threads}",
            "Give 1 to 500, or 0 for a good number.",
        ),
        (
            not math.isfinite(desired.seconds) or desired.seconds <= 0,
            "seconds is not positive",
            "Give 60, for example.",
        ),
        (desired.timeout < desired.seconds, f"timeout is {desired.timeout:g}", "Give more than seconds."),
    ):
        if wrong:
            raise Refused(f"a load test is not possible: {what}", hint=hint)
