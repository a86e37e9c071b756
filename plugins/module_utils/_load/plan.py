# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which runs make a load test, what the tool is asked in each, and how many requests make a second."""

from __future__ import annotations

import typing as t

from .._errors import Refused
from .desired import SHORTEST_RUN, Desired
from .model import MIX, PREFIX, READ, WRITE, Primary, Run

EXPIRE_SECONDS = 3600  # what an interrupted test leaves goes away by itself
KEY_OVERHEAD = 200  # of a key with an expiry in memory, with its name, rounded up
FIRST_REQUESTS = 1000
MAX_GROWTH = 5
LONGEST_SLICE = 2.5
SHORTEST_SLICE = 0.25
TURNS = 3
FILL_ROUNDS = 3  # so many random writes for each key leave one in twenty out


def make_runs(desired: Desired, primaries: t.Sequence[Primary]) -> tuple[Run, ...]:
    """Return the runs, which share the seconds of the whole evenly.

    The whole deployment is asked for every kind with every pipeline, writes first, for they make the keys that
    reads find.  Then each primary alone, deepest pipeline: there a slow node has no peers to hide behind.  They take
    turns, so that whatever else keeps the generator busy for a while does not meet one of them alone.
    Raises Refused where a run would be too short to measure anything.
    """
    order = [kind for kind in (WRITE, READ, MIX) if kind in desired.kinds]
    whole = [(kind, None, pipeline) for pipeline in desired.pipelines for kind in order]
    alone: list[tuple[str, str | None, int]] = []
    if desired.per_node and len(primaries) > 1:
        alone = [(order[0], primary.name, desired.pipelines[-1]) for primary in primaries]
    all_of_them = [*whole, *alone]
    each = desired.seconds / len(all_of_them)
    if each < SHORTEST_RUN:
        raise Refused(
            f"{desired.seconds:g} seconds are too few for {len(all_of_them)} runs",
            hint=f"Give {len(all_of_them) * SHORTEST_RUN:g} or more, fewer kinds and pipelines, or no per_node.",
        )
    runs = (
        *(Run(name, node, pipeline, round(each, 3)) for name, node, pipeline in whole),
        *(
            Run(name, node, pipeline, round(each / TURNS, 3), turn)
            for turn in range(1, TURNS + 1)
            for name, node, pipeline in alone
        ),
    )
    fewest = min(connections for run in runs for _command, connections, _share in parts(desired, run))
    if fewest < len(primaries):
        raise Refused(
            f"{desired.connections} connections are too few for {len(primaries)} primaries"
            + (f": {fewest} of them are left for one side of the mix" if fewest < desired.connections else ""),
            hint="Give more connections: reads and writes each need one to every primary.",
        )
    return runs


def left(runs: t.Sequence[Run], done: t.Sequence[Run]) -> list[Run]:
    """Return the runs that are not over yet."""
    return [run for run in runs if run not in done]


def refuse_without_room(desired: Desired, primaries: t.Sequence[Primary]) -> None:
    """Raise Refused where the keys of the test could take memory that a primary does not have."""
    needed = desired.keys * (desired.value_bytes + KEY_OVERHEAD)
    for primary in primaries:
        if needed > primary.room:
            raise Refused(
                f"{desired.keys} keys of {desired.value_bytes} bytes take {needed} bytes, and {primary.room} are free",
                node=primary.name,
                hint="Choose fewer keys or smaller values, or raise maxmemory.",
            )


def parts(desired: Desired, run: Run) -> tuple[tuple[str, int, float], ...]:
    """Return what runs side by side in a run: command (read or write), connections, and share of the requests."""
    if run.name != MIX:
        return ((run.name, desired.connections, 1.0),)
    share = desired.read_percent / 100
    readers = min(max(1, round(desired.connections * share)), max(1, desired.connections - 1))
    return ((READ, readers, share), (WRITE, max(1, desired.connections - readers), 1 - share))


def next_requests(previous: int, rate: float, remaining: float, batch: int) -> int:
    """Return how many requests to ask for next, at the rate of the last time.

    The first rate may be that of a burst which a limit of the processor ends: so it grows by steps.
    """
    wanted = rate * min(remaining, LONGEST_SLICE)
    requests = min(wanted, previous * MAX_GROWTH) if previous else FIRST_REQUESTS
    return max(1, round(requests / batch)) * batch


def key_of(desired: Desired, primary: Primary | None) -> str:
    """Return the key with its placeholders: the tool's own for a whole cluster, a tag of the node for one alone."""
    if primary is not None and desired.clustered:
        return f"{PREFIX}{{{primary.tag}}}:__rand_int__"
    return f"{PREFIX}{{tag}}:__rand_int__" if desired.clustered else f"{PREFIX}__rand_int__"


def arguments(command: str, key: str) -> list[str]:
    """Return the command that the tool is to send; of a write the value comes last, from its standard input."""
    return ["-x", "SETEX", key, str(EXPIRE_SECONDS)] if command == WRITE else ["GET", key]


def options(desired: Desired, run: Run, connections: int, requests: int) -> list[str]:
    """Return the tool's options for one call."""
    words = ["-c", str(connections), "-n", str(requests), "-P", str(run.pipeline), "-r", str(desired.keys)]
    words += ["--precision", "3"]
    if desired.threads > 1:
        words += ["--threads", str(min(desired.threads, connections))]
    return [*words, "--cluster"] if desired.clustered and run.node is None else words
