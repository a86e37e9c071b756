# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding a node whose processor is limited: module load_test, and the engine's own tool called once for each node.

Three primaries on this machine, one of them held to some percent of a processor (cpulimit); 100 is no limit.  The share
is what that node does of the median of its peers; of several runs the smallest and the largest.  A share of a healthy
node far from 100 is the error of a way to measure: run it beside other work.

    python -m tests.bench.bench_slow_node --limits 100 10 3 --runs 5
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import statistics
import subprocess
import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._load.parse import parse_output

from tests.integration.engines import engines
from tests.integration.fleet import PASSWORD, Fleet
from tests.integration.module_runner import converged

FIRST_PORT = 14300
CONNECTIONS, PIPELINE, SECONDS = 50, 16, 12.0


def main() -> None:
    """Run the benchmark and print a table of shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limits", type=int, nargs="+", default=[100, 10, 3])
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    subprocess.run(["bash", "tests/tools/system.sh", "cpulimit"], check=True, capture_output=True)
    print(f"smallest and largest share of {arguments.runs} runs, load {os.getloadavg()[0]:.1f} before")
    print("limit [%]   by hand [%]   load_test [%]   named by load_test")
    with Fleet(engines()[0], 3, FIRST_PORT) as fleet:
        converged("cluster", {"password": PASSWORD, "nodes": fleet.nodes(), "replicas": 0})
        for limit in arguments.limits:
            hand, module, named = [], [], 0
            for _run in range(arguments.runs):
                with limited(fleet, limit):
                    hand.append(share([by_hand(fleet, port) for port in fleet.ports]))
                    told = by_module(fleet)
                module.append(share([run["ops_per_second"] for run in told["load"]["runs"] if run["scope"] == "node"]))
                named += any(one["check"] == "slow-node" for one in told["findings"])
            columns = [f"{min(each):.0f} to {max(each):.0f}" for each in (hand, module)]
            print(f"{limit:9}   {columns[0]:>11}   {columns[1]:>13}   {named} of {arguments.runs}", flush=True)


@contextlib.contextmanager
def limited(fleet: Fleet, percent: int) -> t.Iterator[None]:
    """Hold the first node to some percent of a processor."""
    if percent >= 100:
        yield
        return
    with fleet.client(fleet.ports[0]) as client:
        pid = client.info("server")["process_id"]
    process = subprocess.Popen(["cpulimit", "-l", str(percent), "-p", str(pid), "-q"], stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()
        os.kill(pid, signal.SIGCONT)


def share(ops: t.Sequence[float]) -> float:
    """Return what the first does of the median of the others, in percent."""
    return 100 * ops[0] / statistics.median(ops[1:])


def by_hand(fleet: Fleet, port: int) -> float:
    """Return what the engine's own tool measures of one node: operations per second."""
    words = ["-c", str(CONNECTIONS), "-P", str(PIPELINE), "-n", "300000", "-a", PASSWORD, "--precision", "3"]
    command = [fleet.program("benchmark"), "-h", "127.0.0.1", "-p", str(port), *words, "PING"]
    ended = subprocess.run(command, check=True, capture_output=True, text=True)
    told = parse_output(ended.stdout)
    if told is None:
        raise SystemExit(ended.stdout + ended.stderr)
    return told.requests / told.seconds


def by_module(fleet: Fleet) -> dict[str, t.Any]:
    """Return what load_test measures: each node alone, in turns."""
    desired = {"kinds": ["read"], "pipelines": [PIPELINE], "connections": CONNECTIONS, "seconds": SECONDS}
    return converged(
        "load_test", {"password": PASSWORD, "nodes": fleet.nodes(), "tool": fleet.program("benchmark"), **desired}
    )


if __name__ == "__main__":
    main()
