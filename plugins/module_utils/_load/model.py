# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a load test consists of: planned runs, and what was measured in each."""

from __future__ import annotations

from dataclasses import dataclass, replace

READ = "read"
WRITE = "write"
MIX = "mix"
KINDS = (READ, WRITE, MIX)

PREFIX = "almashooq:load:"  # every key of a load test begins so, and nothing else does

# Latency in ms, and how many requests took at most so long: ascending in both.
Points = tuple[tuple[float, int], ...]


@dataclass(frozen=True)
class Run:
    """One run: what is asked of which node, for how long.

    Without a node it is the whole deployment; nodes are asked in turns, counted from 1.
    """

    name: str
    node: str | None
    pipeline: int
    seconds: float
    turn: int = 0


@dataclass(frozen=True)
class Slice:
    """What the tool reported at its end: it takes a number of requests, so a run consists of several of these."""

    requests: int
    seconds: float
    points: Points


@dataclass(frozen=True)
class Cpu:
    """Who was busy during a run: the generating host in percent, the tool and each server in processors."""

    host_percent: float
    tool: float
    tool_threads: int
    servers: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Counters:
    """What a server has counted since it started: processor time, calls of the tool that it rejected, errors."""

    cpu_seconds: float
    rejected: int
    errors: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Measured:
    """The outcome of a run."""

    run: Run
    requests: int
    seconds: float
    points: Points
    cpu: Cpu

    @property
    def ops_per_second(self) -> float:
        """Return the requests answered in a second."""
        return self.requests / self.seconds if self.seconds else 0.0


@dataclass(frozen=True)
class Primary:
    """A primary as it was seen; ``tag`` is a hash tag whose keys it serves, ``room`` what it can still take."""

    name: str
    address: str
    port: int
    tag: str
    room: int
    # Whether it runs on the generating host.
    local: bool = False


@dataclass(frozen=True)
class Generator:
    """The host that generates the load, and the tool that it uses."""

    host: str
    cpus: int
    tool: str


@dataclass(frozen=True)
class State:
    """The primaries that the load is for, and the runs that are over."""

    primaries: tuple[Primary, ...]
    done: tuple[Run, ...] = ()

    def with_done(self, run: Run) -> State:
        """Return the state with the run over."""
        return replace(self, done=(*self.done, run))
