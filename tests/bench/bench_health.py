# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking whether a cluster is healthy: ``redis-cli --cluster check``, module ``health``, and playbook status.

On the same nodes, in one run.

The tool checks slots and views alone; the module makes all its checks. One sample (``sample`` 0), as playbook status,
which is run whole: Ansible's own start, the inspection of the host, the tree. All nodes are on this machine.

    python -m tests.bench.bench_health --sizes 6 30 --runs 5
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import typing as t

from tests.integration.engines import engines
from tests.integration.fleet import PASSWORD, Fleet
from tests.integration.module_runner import ROOT, converged

FIRST_PORT = 14000
ACCEPT = ["replica-on-primary-host"]
OF_HOSTS = ["disk", "swap", "restarts", "drift", "persistence"]


def main() -> None:
    """Run the benchmark and print a table of medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[6, 30])
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    engine = engines()[0]
    print(f"engine {engine.parent.name}, medians of {arguments.runs} runs")
    print("nodes  redis-cli check [s]  module, as a process [s]  ratio  in the module [s]  commands a node  status [s]")
    for size in arguments.sizes:
        with Fleet(engine, size, FIRST_PORT, repl_diskless_sync_delay="0") as fleet:
            options: dict[str, t.Any] = {"password": PASSWORD, "nodes": fleet.nodes(), "accept_placement": ACCEPT}
            converged("cluster", options)
            tool, module, own, playbook = [], [], [], []
            for _run in range(arguments.runs):
                tool.append(seconds(lambda: check(fleet)))
                started = time.monotonic()
                result = converged("health", {**options, "skip": OF_HOSTS, "sample": 0})
                module.append(time.monotonic() - started)
                own.append(result["timing"])
                playbook.append(seconds(lambda: status(fleet)))
            a, b = statistics.median(tool), statistics.median(module)
            inside = statistics.median(one["seconds"] for one in own)
            print(
                f"{size:5}  {a:19.2f}  {b:24.2f}  {b / a:5.2f}  {inside:17.3f}  {own[0]['commands_per_node']:15}"
                f"  {statistics.median(playbook):10.2f}",
                flush=True,
            )


def check(fleet: Fleet) -> None:
    """Let the engine's own tool check the cluster."""
    program = [fleet.program("cli"), "-a", PASSWORD, "--no-auth-warning", "--cluster", "check"]
    subprocess.run([*program, f"127.0.0.1:{fleet.ports[0]}"], check=True, stdout=subprocess.DEVNULL)


def status(fleet: Fleet) -> None:
    """Run playbook status, as a person does."""
    host = {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "redis_node_address": "127.0.0.1",
        "redis_node_admin_user": "default",
        "redis_node_admin_password": PASSWORD,
        "redis_node_instances": [{"port": port} for port in fleet.ports],
        "redis_cluster_accept_placement": ACCEPT,
        "redis_health_skip": OF_HOSTS,
    }
    with tempfile.TemporaryDirectory() as directory:
        inventory = pathlib.Path(directory) / "hosts.json"
        inventory.write_text(json.dumps({"redis_cluster": {"hosts": {"localhost": host}}}))
        command = ["ansible-playbook", "playbooks/status.yml", f"--inventory={inventory}"]
        environment = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
        ended = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    if ended.returncode or f"{len(fleet.ports)} of {len(fleet.ports)} nodes answer" not in ended.stdout:
        sys.exit(ended.stdout + ended.stderr)


def seconds(act: t.Callable[[], object]) -> float:
    """Return how long something takes."""
    started = time.monotonic()
    act()
    return time.monotonic() - started


if __name__ == "__main__":
    main()
