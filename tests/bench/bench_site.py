# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first and the second run of site.yml: seconds, tasks and module calls, and beside them a role of other authors.

Without an inventory the hosts are addresses of this machine's loopback (see tests/matrix; root, in a network of its
own), two instances each: `cluster` makes one cluster of all, `sentinel` one watched set of three hosts with hooks.

    unshare --net sh -c 'ip link set lo up && exec python -m tests.bench.bench_site --hosts 3 12 30'

With one they are the hosts of that inventory, which have to be new; a role for one plain server for each host is
measured on new hosts of an inventory of its own, in turns with the second run of site.yml.

    python -m tests.bench.bench_site --inventory HOSTS --peer CHECKOUT --peer-inventory OTHER_HOSTS

The processors are those of the controller: on loopback without the modules, elsewhere with the programs that connect.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import typing as t

import yaml

from tests.integration.engines import engines
from tests.integration.module_runner import ROOT
from tests.matrix.test_site import SKIPPED, Site

PASSWORD = "bench secret"
HEADING = f"{'':22}{'wall s':>9}{'cpu s':>9}{'tasks':>8}{'ok':>8}{'skipped':>9}{'modules':>9}"


class Run(t.NamedTuple):
    """Seconds of one run, by the clock and of the controller's processors, and what was counted meanwhile.

    Results and modules are those of the host that has most of them; tasks are those of the run.
    """

    wall: float
    processors: float
    tasks: int
    ok: int
    skipped: int
    modules: int

    def line(self, name: str) -> str:
        """Return the run as a line of the table."""
        return (
            f"{name:22}{self.wall:9.1f}{self.processors:9.1f}{self.tasks:8}{self.ok:8}{self.skipped:9}{self.modules:9}"
        )


class Hosts(Site):
    """Hosts on loopback, two instances each, for one cluster or one watched set."""

    def __init__(self, engine: pathlib.Path, number: int, topology: str) -> None:
        super().__init__(engine)
        self.number = number
        self.topology = topology

    def __enter__(self) -> Hosts:
        """Write the inventory."""
        hosts = {f"127.0.1.{index + 1}": 20000 + 3 * index for index in range(self.number)}
        variables = {
            address: {
                **self._host(address),
                "redis_node_instances": [{"port": port}, {"port": port + 1}],
                "redis_node_maxmemory": "16mb",
                "redis_sentinel_port": port + 2,
            }
            for address, port in hosts.items()
        }
        groups: dict[str, t.Any] = {"all": {"vars": self._common()}}
        if self.topology == "cluster":
            groups["redis_cluster"] = {"hosts": variables}
        else:
            sets = [{"name": f"set{one}", "ports": [port + one for port in hosts.values()]} for one in range(2)]
            sets = [{**each, "primary": next(iter(hosts))} for each in sets]
            groups["redis_replication"] = {"hosts": variables, "vars": {"redis_replication_sets": sets}}
            groups["redis_sentinel"] = {"hosts": dict.fromkeys(hosts)}
        (self.base / "hosts.yml").write_text(yaml.safe_dump(groups))
        return self


def main() -> None:
    """Run the benchmark and print a table for each number of hosts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, nargs="+", default=[3])
    parser.add_argument("--topology", choices=["cluster", "sentinel"], default="cluster")
    parser.add_argument("--runs", type=int, default=3, help="of second runs; the table has their medians")
    parser.add_argument("--calls", action="store_true", help="also print each task with its results and modules")
    parser.add_argument("--inventory", help="of new hosts, instead of loopback")
    parser.add_argument("--peer", type=pathlib.Path, help="the checkout of a role for one plain server per host")
    parser.add_argument("--peer-inventory", help="of new hosts for it")
    parser.add_argument("--peer-variables", help="a YAML file with variables for it")
    arguments = parser.parse_args()
    if arguments.inventory:
        compare(arguments)
        return
    for number in arguments.hosts:
        with Hosts(engines()[0], number, arguments.topology) as hosts:
            print(f"\n{number} hosts, {arguments.topology}\n{HEADING}")
            command = site(str(hosts.base / "hosts.yml"), f"--skip-tags={','.join(SKIPPED)}")
            repeat({"site.yml": command}, arguments)


def compare(arguments: argparse.Namespace) -> None:
    """Measure on real hosts, beside the role of other authors where there is one."""
    commands = {"site.yml": site(arguments.inventory)}
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        if arguments.peer:
            play = {"hosts": "all", "become": True, "roles": [str(arguments.peer.resolve())]}
            playbook = pathlib.Path(directory, "peer.yml")
            playbook.write_text(yaml.safe_dump([play]))
            commands["peer"] = ["ansible-playbook", str(playbook), f"--inventory={arguments.peer_inventory}"]
            if arguments.peer_variables:
                commands["peer"].append(f"--extra-vars=@{arguments.peer_variables}")
        print(HEADING)
        medians = repeat(commands, arguments)
    if arguments.peer:
        for which in ("first", "second"):
            ours, peer = (medians[f"{name}, {which}"] for name in commands)
            print(f"{which} run of site.yml: {ours.wall / peer.wall:.2f} x the peer's")


def site(inventory: str, *options: str) -> list[str]:
    """Return the command of a run of site.yml."""
    return ["ansible-playbook", "site.yml", f"--inventory={inventory}", *options]


def repeat(commands: t.Mapping[str, list[str]], arguments: argparse.Namespace) -> dict[str, Run]:
    """Run each command once, then all of them in turns, and print and return the first run and the median of others."""
    found = {f"{name}, first": measure(command, arguments.calls) for name, command in commands.items()}
    again: dict[str, list[Run]] = {name: [] for name in commands}
    for _run in range(arguments.runs):
        for name, command in commands.items():
            again[name].append(measure(command))
    for name, command in commands.items():
        medians = Run(*(statistics.median(figures) for figures in zip(*again[name])))
        found[f"{name}, second"] = medians._replace(**{key: int(getattr(medians, key)) for key in Run._fields[2:]})
        print(found[f"{name}, first"].line(f"{name}, first"))
        print(found[f"{name}, second"].line(f"{name}, second"), flush=True)
        if arguments.calls:
            measure(command, shown=True)
    return found


def measure(command: t.Sequence[str], shown: bool = False) -> Run:
    """Run a playbook, which has to succeed, and count; `shown` prints each task."""
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        calls = pathlib.Path(directory, "calls")
        environment = {
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_CALLBACK_PLUGINS": str(pathlib.Path(__file__).parent / "callback"),
            "ANSIBLE_CALLBACKS_ENABLED": "count_calls",
            "BENCH_CALLS": str(calls),
        }
        wall, used = time.monotonic(), _children()
        ended = subprocess.run(
            [sys.executable, "-m", "ansible", "playbook", *command[1:]],
            check=False,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        wall, used = time.monotonic() - wall, _children() - used
        if ended.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{ended.stdout[-3000:]}{ended.stderr[-1000:]}")
        lines = [json.loads(line) for line in calls.read_text().splitlines()]
    if shown:
        show(lines)
    return summed(lines, wall, used)


def summed(lines: t.Sequence[dict[str, t.Any]], wall: float, used: float) -> Run:
    """Return what the lines of the callback add up to."""
    results = collections.Counter((line["host"], line["outcome"]) for line in lines if line["kind"] == "result")
    modules = collections.Counter(line["host"] for line in lines if line["kind"] == "module")
    return Run(
        wall,
        used - sum(line["processors"] for line in lines if line["kind"] == "module"),
        sum(line["kind"] == "task" for line in lines),
        max((number for (_host, outcome), number in results.items() if outcome == "ok"), default=0),
        max((number for (_host, outcome), number in results.items() if outcome == "skipped"), default=0),
        max(modules.values(), default=0),
    )


def show(lines: t.Sequence[dict[str, t.Any]]) -> None:
    """Print each task with the number of hosts by result, and the modules that it has started."""
    tasks: list[tuple[str, collections.Counter[str]]] = []
    for line in lines:
        if line["kind"] == "task":
            tasks.append((line["name"], collections.Counter()))
        name = line["outcome"] if line["kind"] == "result" else line.get("name", "")
        for task, counts in reversed(tasks):
            if line["kind"] != "task" and task == line.get("task", line["name"]):
                counts[name] += 1
                break
    for task, counts in tasks:
        print(f"    {task:75} {', '.join(f'{number} {name}' for name, number in counts.items())}")


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
