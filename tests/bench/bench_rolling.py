# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rolling restart of a whole cluster: module rolling_step, the same by hand, and the floor beside both.

Three primaries, a replica each, filled with data, each time on fresh servers, in turns, and under an application that
writes all the time.

- floor: each member is shut down and started.  What counts is the time from SHUTDOWN until it answers, has loaded its
  data and has a link to its primary; all that a roll adds (switchovers, waits, checks) is done outside of it.
- by hand: what the engines' tutorials describe, in a shell: each replica is restarted; then each primary, after
  CLUSTER FAILOVER at its replica.
- module: the calls that role redis_rolling makes, without what Ansible adds to each.

The gap is the longest time between two acknowledged writes; lost is what was acknowledged and is not there at the end.
As root:

    python -m tests.bench.bench_rolling --megabytes 1024 --runs 3
"""

from __future__ import annotations

import argparse
import pwd
import random
import statistics
import string
import subprocess
import sys
import time
import typing as t

import redis

from tests.integration.engines import servers
from tests.integration.fleet import alive, until
from tests.integration.instances import ADMIN, USER
from tests.integration.module_runner import converged
from tests.integration.rolling import Cluster, Counter

if t.TYPE_CHECKING:
    import pathlib

FIRST_PORT = 14300
SHARDS = 3
NODE_TIMEOUT = 5000  # ms, the collection's default
# Seconds after which the engine lets the next switchover of a shard happen at once: four node timeouts.
CALM = 4 * NODE_TIMEOUT / 1000
GIVE_UP = 600.0  # s, for one step
TAGS = 60  # hash slots that are filled
VALUE = 1000  # bytes
AT_A_TIME = 2000  # keys
POLL = 0.1  # s between two looks of a person's loop
FILL = "for i = ARGV[1], ARGV[2] do redis.call('SET', KEYS[1] .. ':' .. i, ARGV[3]) end"


class Seen(t.NamedTuple):
    """One roll: its seconds, the longest gap between two writes (s), and how many acknowledged writes are lost."""

    seconds: float
    gap: float
    lost: int


class Filled(Cluster):
    """A cluster with so much data, whose primaries are old enough for a switchover."""

    def __init__(self, server: pathlib.Path, megabytes: int, switched: bool) -> None:
        limit = f"{2 * megabytes // SHARDS + 64}mb"
        super().__init__(server, FIRST_PORT, **{"maxmemory": limit, "cluster-node-timeout": NODE_TIMEOUT})
        self._megabytes = megabytes
        self._switched = switched

    def __enter__(self) -> Filled:
        """Form the cluster, fill it, and wait until all is quiet."""
        super().__enter__()
        if self._switched:
            for replica, primary in self.shards():
                until(lambda port=primary: self.uptime(port) > CALM, "a primary that is old enough", CALM + 10)
                switch_over(self, replica, primary)
        self._fill()
        began = time.monotonic()
        until(lambda: all(self.uptime(port) > CALM for port in self.ports), "servers that are old enough", CALM + 10)
        if self._switched:
            until(lambda: time.monotonic() - began > CALM, "links that are old enough", CALM + 10)
        until(self.agrees, "the members to agree", GIVE_UP)
        return self

    def _fill(self) -> None:
        # One value: each is compressed by itself, and this one cannot be.
        value = "".join(random.Random(1).choices(string.ascii_letters + string.digits, k=VALUE))
        each = self._megabytes * 1024 * 1024 // VALUE // TAGS
        with self.application() as client:
            for tag in range(TAGS):
                for first in range(1, each + 1, AT_A_TIME):
                    client.eval(FILL, 1, f"{{fill{tag}}}", first, min(first + AT_A_TIME - 1, each), value)
        for replica, _primary in self.shards():
            until(lambda port=replica: in_sync(self, port), "a replica to be in sync", GIVE_UP)

    def uptime(self, port: int) -> int:
        """Return how long a server has been up, in seconds."""
        with self.client(port) as client:
            return int(client.info("server")["uptime_in_seconds"])

    def shards(self) -> list[tuple[int, int]]:
        """Return the ports of each replica and its primary."""
        found = []
        for port in self.ports:
            with self.client(port) as client:
                said = t.cast("list[t.Any]", client.role())
            if said[0] == "slave":
                found.append((port, int(said[2])))
        return found

    def tool(self, port: int, *command: str) -> str:
        """Return what the engine's command-line tool prints; an answer that is an error, too."""
        tool = self.server.with_name(self.server.name.replace("-server", "-cli"))
        login = ["--user", "admin", "--pass", ADMIN, "--no-auth-warning"]
        run = subprocess.run([tool, "-p", str(port), *login, *command], capture_output=True, text=True, check=False)
        return run.stdout

    def start_again(self, port: int) -> None:
        """Start a server as the collection does: a daemon with the same files."""
        account = pwd.getpwnam(USER)
        config, managed = (self.base / "data" / str(port) / "redis.conf", self.managed(port))
        pid_file = self.base / "run" / f"{port}.pid"
        subprocess.run(
            [self.server, config, "--include", managed, "--daemonize", "yes", "--pidfile", pid_file],
            user=account.pw_uid, group=account.pw_gid, extra_groups=[], stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip

    def pid(self, port: int) -> int:
        """Return the process of a server."""
        with self.client(port) as client:
            return int(client.info("server")["process_id"])


def in_sync(cluster: Cluster, port: int) -> bool:
    """Return whether a member answers, has loaded its data, and has a link to its primary."""
    try:
        with cluster.client(port) as client:
            info = t.cast("dict[str, t.Any]", client.info())
    except redis.exceptions.RedisError:
        return False
    return not info["loading"] and info.get("master_link_status") == "up"


def switch_over(cluster: Filled, replica: int, primary: int) -> None:
    """Give the command at the replica, and return when the former primary follows it."""
    cluster.tool(replica, "CLUSTER", "FAILOVER")
    until(lambda: said(cluster, replica, "role") == "master", "the switchover", GIVE_UP)
    await_link(cluster, primary)


def said(cluster: Filled, port: int, name: str) -> str:
    """Return one line of INFO, as a person greps for it; empty while the server does not answer."""
    lines = (line.partition(":") for line in cluster.tool(port, "INFO", "everything").splitlines())
    return next((value.strip() for key, _colon, value in lines if key == name), "")


def await_link(cluster: Filled, port: int) -> None:
    """Wait in a loop of the shell until a member follows its primary."""
    deadline = time.monotonic() + GIVE_UP
    while said(cluster, port, "master_link_status") != "up" or said(cluster, port, "loading") != "0":
        if time.monotonic() > deadline:
            sys.exit(f"{port} has no link to its primary")
        time.sleep(POLL)


def shut_down(cluster: Filled, port: int) -> None:
    """End a server, which saves its data, and return when it is gone."""
    pid = cluster.pid(port)
    cluster.tool(port, "SHUTDOWN")
    until(lambda: not alive(pid), "the end of a server", GIVE_UP)


def floor(cluster: Filled) -> float:
    """Return the sum of the times that the members themselves need."""
    total = 0.0
    shards = cluster.shards()
    for replica, _primary in shards:
        total += restarted(cluster, replica)
    for replica, primary in shards:
        switch_over(cluster, replica, primary)
        total += restarted(cluster, primary)
    return total


def restarted(cluster: Filled, port: int) -> float:
    """Restart one replica, and return the seconds from SHUTDOWN until it is in sync."""
    began = time.monotonic()
    shut_down(cluster, port)
    cluster.start_again(port)
    until(lambda: in_sync(cluster, port), f"{port} to be in sync", GIVE_UP)
    seconds = time.monotonic() - began
    until(cluster.agrees, "the members to agree", GIVE_UP)
    return seconds


def by_hand(cluster: Filled) -> float:
    """Restart all members with the engine's own commands, and return the seconds."""
    shards = cluster.shards()
    began = time.monotonic()
    for replica, _primary in shards:
        shut_down(cluster, replica)
        cluster.start_again(replica)
        await_link(cluster, replica)
    for replica, primary in shards:
        switch_over(cluster, replica, primary)
        shut_down(cluster, primary)
        cluster.start_again(primary)
        await_link(cluster, primary)
    return time.monotonic() - began


def by_module(cluster: Filled) -> float:
    """Plan and take all steps with the module, a process for each call, and return the seconds."""
    needs = [{"node": name, "reasons": ["requested"]} for name in cluster.members()]
    began = time.monotonic()
    known = converged("rolling_step", cluster.options(needs=needs, timeout=GIVE_UP), check=True, timeout=GIVE_UP)
    while known["next"]:
        known = converged("rolling_step", cluster.step(known, timeout=GIVE_UP), timeout=GIVE_UP)
    return time.monotonic() - began


def rolled(server: pathlib.Path, roll: t.Callable[[Filled], float], arguments: argparse.Namespace) -> Seen:
    """Restart every member of a fresh cluster under an application, and return what it took and cost."""
    with Filled(server, arguments.megabytes, arguments.switched) as cluster:
        before = cluster.run_ids()
        with Counter(cluster) as application:
            seconds = roll(cluster)
        after = cluster.run_ids()
        if [name for name in before if before[name] == after[name]]:
            sys.exit(f"{roll.__name__} has not restarted every member")
        return Seen(seconds, application.longest_gap(), len(application.lost()))


def report(seen: t.Mapping[str, list[Seen]]) -> str:
    """Return a line of medians; ratios are of rolls of the same run, with the lowest and the highest."""

    def median(of: str, number: int) -> float:
        return statistics.median(one[number] for one in seen[of])

    def ratio(of: str, to: str) -> str:
        each = [one.seconds / other.seconds for one, other in zip(seen[of], seen[to])]
        return f"{statistics.median(each):.2f} ({min(each):.2f}-{max(each):.2f})"

    seconds = "".join(f"{median(of, 0):10.2f}" for of in seen)
    ratios = [ratio("by_hand", "floor"), ratio("by_module", "floor"), ratio("by_module", "by_hand")]
    gaps = "".join(f"{median(of, 1):10.3f}" for of in seen)
    losses = "".join(f"{sum(one.lost for one in seen[of]):8}" for of in seen)
    return f"{seconds}{''.join(f'{one:>19}' for one in ratios)}{gaps}{losses}"


def main() -> None:
    """Run the benchmark and print a table of medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=1024, help="data of the whole cluster, without its replicas")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(
        "--switched", action="store_true", help="switch every shard over once before, as in a cluster's second roll"
    )
    arguments = parser.parse_args()
    rolls: list[t.Callable[[Filled], float]] = [floor, by_hand, by_module]
    print(
        f"{SHARDS} primaries, {SHARDS} replicas, {arguments.megabytes} MB, cluster-node-timeout {NODE_TIMEOUT} ms; "
        f"medians of {arguments.runs} runs, losses of all; seconds"
    )
    print(f"{'':16}{'seconds':>30}{'ratios, lowest and highest':>57}{'longest gap':>30}{'lost writes':>24}")
    names = "".join(f"{name:>10}" for name in ("floor", "by hand", "module"))
    ratios = "".join(f"{name:>19}" for name in ("hand/floor", "module/floor", "module/hand"))
    print(f"{'engine':16}{names}{ratios}{names}{''.join(f'{name:>8}' for name in ('floor', 'by hand', 'module'))}")
    for server in servers():
        seen: dict[str, list[Seen]] = {roll.__name__: [] for roll in rolls}
        for run in range(arguments.runs):
            # Each run begins with another one.
            for roll in (*rolls[run % len(rolls) :], *rolls[: run % len(rolls)]):
                seen[roll.__name__].append(rolled(server, roll, arguments))
        print(f"{server.parents[1].name:16}{report(seen)}", flush=True)


if __name__ == "__main__":
    main()
