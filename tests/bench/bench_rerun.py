# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running site.yml again, with nothing to do, beside Ansible's own price: module ping on the same hosts, once.

A cluster of six nodes on one host and a watched set on three, all on this machine's loopback (see tests/matrix); root.
Seconds by the clock, and of processors: of Ansible and of every module that it ran.

    python -m tests.bench.bench_rerun --runs 5
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import resource
import statistics
import subprocess
import sys
import time
import typing as t

from tests.integration.engines import engines
from tests.integration.module_runner import ROOT
from tests.matrix.test_site import Site


class Took(t.NamedTuple):
    """Seconds by the clock, and of processors."""

    wall: float
    processors: float


def main() -> None:
    """Run the benchmark and print a table of medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    with Site(engines()[0]) as site:
        first = took(lambda: run(site))
        print(f"the first run, which deploys: {first.wall:.1f} s, {first.processors:.1f} s of processors")
        pings, reruns = [], []
        for _run in range(arguments.runs):
            pings.append(took(lambda: ping(site)))
            reruns.append(took(lambda: unchanged(site)))
    print(f"medians of {arguments.runs} runs")
    print("           ping [s]  site.yml again [s]  ratio")
    for name in Took._fields:
        a, b = (statistics.median(getattr(one, name) for one in column) for column in (pings, reruns))
        print(f"{name:10} {a:8.2f}  {b:18.2f}  {b / a:5.1f}")


def run(site: Site) -> dict[str, int]:
    """Run site.yml, and print nothing of it."""
    with contextlib.redirect_stdout(io.StringIO()):
        return site.run()


def unchanged(site: Site) -> None:
    """Run site.yml, which has to change nothing."""
    if any(run(site).values()):
        sys.exit("site.yml has changed something")


def ping(site: Site) -> None:
    """Have Ansible run the least that there is, on all hosts."""
    command = [sys.executable, "-m", "ansible", "adhoc", "all", "-m", "ping", f"--inventory={site.base / 'hosts.yml'}"]
    environment = {**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def took(act: t.Callable[[], object]) -> Took:
    """Return how long something takes."""
    wall, used = time.monotonic(), _children()
    act()
    return Took(time.monotonic() - wall, _children() - used)


def _children() -> float:
    told = resource.getrusage(resource.RUSAGE_CHILDREN)
    return told.ru_utime + told.ru_stime


if __name__ == "__main__":
    main()
