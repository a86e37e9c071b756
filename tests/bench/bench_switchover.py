# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A planned switchover: what a writing client sees of it, with the module and with SENTINEL FAILOVER by hand.

Both on fresh servers, round after round in turn.  The client is redis-py's, through Sentinel, one write after the other
without retries of its own.  The gap is the longest time between two acknowledged writes, from before the switchover
until every Sentinel and every instance follow the new primary; lost is what was acknowledged and is not there then.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import statistics
import subprocess
import sys
import typing as t

from tests.integration.engines import engines
from tests.integration.fleet import until
from tests.integration.module_runner import run_module
from tests.integration.sentinel_fleet import SECRETS, SentinelFleet
from tests.integration.sentinel_writer import Writer

if t.TYPE_CHECKING:
    import pathlib

FIRST_PORT = 14200
SETTLED_WITHIN = 60.0  # s: Sentinel makes a replica of the old primary by itself after some ten


class Seen(t.NamedTuple):
    """What a writing client saw of one switchover: the longest gap (s), and how many acknowledged writes are lost."""

    gap: float
    lost: int


def main() -> None:
    """Run the benchmark and print a table of medians, and of all losses."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    print(f"a primary, two replicas, three Sentinels; medians of {arguments.runs} runs")
    print("engine            by hand: gap [s]  lost       module: gap [s]  lost    ratio of gaps")
    for engine in engines():
        hand, module = [], []
        for _run in range(arguments.runs):
            # What the servers log is for tests that fail.
            with contextlib.redirect_stdout(io.StringIO()):
                hand.append(switched(engine, by_hand))
                module.append(switched(engine, by_module))
        a, b = (statistics.median(seen.gap for seen in column) for column in (hand, module))
        losses = [f"{statistics.median(seen.lost for seen in column):.0f}" for column in (hand, module)]
        print(
            f"{engine.parent.name:16}  {a:16.3f}  {losses[0]:>6}  {b:19.3f}  {losses[1]:>6}  {b / a:14.2f}", flush=True
        )


def switched(engine: pathlib.Path, switch: t.Callable[[SentinelFleet], None]) -> Seen:
    """Switch over under a writing client, and return what it saw."""
    with SentinelFleet(engine, range(FIRST_PORT, FIRST_PORT + 3), range(FIRST_PORT + 3, FIRST_PORT + 6)) as fleet:
        old = fleet.ports[0]
        with Writer(fleet) as writer:
            switch(fleet)
            until(lambda: fleet.primary() not in (None, old), "another primary", SETTLED_WITHIN)
            new = fleet.primary() or 0
            until(lambda: fleet.settled(new), "all to follow it", SETTLED_WITHIN)
            until(lambda: writer.silent_for() < 0.5, "writes to go on", SETTLED_WITHIN)
        return Seen(writer.longest_gap(), writer.lost(new))


def by_hand(fleet: SentinelFleet) -> None:
    """Give the command that a person would give."""
    login = ["--user", "admin", "--pass", SECRETS["admin"], "--no-auth-warning"]
    where = ["-p", str(fleet.sentinel_ports[0])]
    command = ["SENTINEL", "FAILOVER", fleet.name]
    subprocess.run([fleet.program("cli"), *where, *login, *command], check=True, stdout=subprocess.DEVNULL)


def by_module(fleet: SentinelFleet) -> None:
    """Run the module as Ansible would, in a process of its own."""
    options = {
        "username": "admin",
        "password": SECRETS["admin"],
        "sentinels": fleet.sentinels(),
        "set": fleet.name,
        "nodes": fleet.nodes(),
    }
    result = run_module("sentinel_switchover", options)
    if result["rc"]:
        sys.exit(f"module sentinel_switchover failed: {result['msg']}")


if __name__ == "__main__":
    main()
