# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forming a cluster: module ``cluster`` beside ``redis-cli --cluster create``, on the same fresh nodes.

Both are measured from the start of their process to *done*: every node reports cluster_state:ok, all
agree on one view, every replica's link is up (``checks.findings``, the same for both).  Also the cost
of a run with nothing to do, beside ``redis-cli --cluster check``.

    python -m tests.bench.bench_cluster --sizes 6 30 60 120 --runs 3
"""

from __future__ import annotations

import argparse
import pathlib
import statistics
import subprocess
import sys
import time
import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._client import Access, Connections
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.checks import findings
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.desired import Desired, make_desired
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.execute import ClusterOperation
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.observe import observe
from ansible_collections.almashooq.redis.plugins.module_utils._engine.deployment import Deployment

from tests.integration.engines import engines
from tests.integration.fleet import PASSWORD, Fleet, until
from tests.integration.module_runner import finish_module, start_module

NODE_TIMEOUT = 5000  # ms, the collection's default
FIRST_PORT = 14000  # with bus ports below those that the kernel gives to outgoing connections
ACCEPT = ["replica-on-primary-host"]
SETTINGS = {"cluster-node-timeout": NODE_TIMEOUT, "repl-diskless-sync-delay": 5}
FRESH_FOR = 3  # s: a primary stays cluster_state:fail for 2 s after its start, which neither tool shall pay
GIVE_UP = 120.0


def main() -> None:
    """Run the benchmark and print a table of medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[6, 30, 60, 120])
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    engine = engines()[0]
    print(f"engine {engine.parent.name}, cluster-node-timeout {NODE_TIMEOUT} ms, medians of {arguments.runs} runs")
    print(
        "nodes  redis-cli [s]  module [s]  ratio"
        "  |  nothing to do: redis-cli check [ms]  module [ms]  own processor [ms]"
    )
    for size in arguments.sizes:
        tool: list[float] = []
        module: list[float] = []
        idle: list[tuple[float, ...]] = []
        for _run in range(arguments.runs):
            tool.append(timed(engine, size, create_with_redis_cli))
            module.append(timed(engine, size, create_with_module, idle))
        a, b = statistics.median(tool), statistics.median(module)
        check, wall, own = (statistics.median(column) * 1000 for column in zip(*idle))
        print(f"{size:5}  {a:13.2f}  {b:10.2f}  {b / a:5.2f}  |  {check:35.0f}  {wall:11.1f}  {own:18.1f}", flush=True)


def timed(
    engine: pathlib.Path,
    size: int,
    create: t.Callable[[Fleet], None],
    idle: list[tuple[float, float, float]] | None = None,
) -> float:
    """Return the seconds from the start of a tool to done, on fresh servers."""
    with Fleet(engine, size, FIRST_PORT, cluster_node_timeout=str(NODE_TIMEOUT)) as fleet:
        until(lambda: all(uptime(fleet, port) >= FRESH_FOR for port in fleet.ports), "servers older than 2 s", 60)
        desired = make_desired(fleet.nodes(), 1, ACCEPT, SETTINGS)
        started = time.monotonic()
        create(fleet)
        until(lambda: is_done(desired), "a cluster that is done", GIVE_UP)
        seconds = time.monotonic() - started
        if idle is not None:
            idle.append((check_with_redis_cli(fleet), *nothing_to_do(desired)))
        return seconds


def uptime(fleet: Fleet, port: int) -> int:
    """Return how long a server has been up, in seconds."""
    with fleet.client(port) as client:
        return int(client.info("server")["uptime_in_seconds"])


def is_done(desired: Desired) -> bool:
    """Return whether nothing is left to wait for."""
    access = Access(password=PASSWORD)
    return not findings(observe(desired, Connections(desired.nodes, access, lambda node, command: None)), desired)


def create_with_redis_cli(fleet: Fleet) -> None:
    """Run the tool that a user would take instead."""
    addresses = [f"127.0.0.1:{port}" for port in fleet.ports]
    login = ["-a", PASSWORD, "--no-auth-warning"]
    create = ["--cluster", "create", *addresses, "--cluster-replicas", "1", "--cluster-yes"]
    subprocess.run([fleet.program("cli"), *login, *create], check=True, stdout=subprocess.DEVNULL)


def create_with_module(fleet: Fleet) -> None:
    """Run the module as Ansible would, in a process of its own."""
    options = {"nodes": fleet.nodes(), "password": PASSWORD, "accept_placement": ACCEPT, "settings": SETTINGS}
    result = finish_module(start_module("cluster", options))
    if result["rc"]:
        sys.exit(f"module cluster failed: {result['msg']}")


def check_with_redis_cli(fleet: Fleet) -> float:
    """Return the seconds that redis-cli takes to inspect a complete cluster."""
    started = time.monotonic()
    login = ["-a", PASSWORD, "--no-auth-warning"]
    check = ["--cluster", "check", f"127.0.0.1:{fleet.ports[0]}"]
    subprocess.run([fleet.program("cli"), *login, *check], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - started


def nothing_to_do(desired: Desired) -> tuple[float, float]:
    """Return the seconds, and this process' processor seconds, of a run that finds nothing to do."""
    started, own = time.monotonic(), time.process_time()
    deployment = Deployment(lambda node, command: None, timeout=10)
    operation = ClusterOperation(desired, Access(password=PASSWORD), deployment)
    state = operation.observe()
    if operation.plan(state):
        sys.exit("a complete cluster has a plan")
    operation.result(operation.settle(state))
    return time.monotonic() - started, time.process_time() - own


if __name__ == "__main__":
    main()
