# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lay out Prometheus, Alertmanager and the exporter that tests run: ``DIRECTORY/bin``, from Debian's packages.

Unpacked, never installed: none of them gets to start by itself.

    python tests/tools/monitoring.py
"""

from __future__ import annotations

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

from engines import ROOT, Apt, Missing, Wanted, codename, explain

PACKAGES = ("prometheus", "prometheus-alertmanager", "prometheus-redis-exporter")
PROGRAMS = ("prometheus", "promtool", "prometheus-alertmanager", "amtool", "prometheus-redis-exporter")


def main() -> int:
    """Lay them out, unless they are there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--directory", type=pathlib.Path, default=ROOT / ".cache" / "monitoring")
    target: pathlib.Path = parser.parse_args().directory.resolve() / "bin"
    if all((target / program).exists() for program in PROGRAMS):
        return 0
    target.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-") as temporary:
            lay_out(pathlib.Path(temporary), target)
    except (Missing, subprocess.CalledProcessError) as error:
        print(f"\n!!! MISSING, ALERTS AND METRICS CANNOT BE TESTED: {explain(error)}\n", file=sys.stderr)
        return 1
    return 0


def lay_out(work: pathlib.Path, target: pathlib.Path) -> None:
    """Fetch the packages and keep their programs."""
    apt = Apt(work, Wanted("prometheus", codename(), ("updates", "security")))
    apt.run("apt-get", "download", *PACKAGES)
    for package in sorted(work.glob("*.deb")):
        subprocess.run(["dpkg-deb", "--extract", str(package), str(work / "tree")], check=True)
    for program in PROGRAMS:
        shutil.copy2(work / "tree" / "usr" / "bin" / program, target / program)


if __name__ == "__main__":
    sys.exit(main())
