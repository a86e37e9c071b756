# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports of tests on loopback, of which two workers of pytest never have the same."""

from __future__ import annotations

import itertools
import os
import typing as t

PORTS_A_TEST = 10


def first_ports(start: int, end: int) -> t.Iterator[int]:
    """Return the first ports of one test after the other, endlessly: this worker's share of a range.

    Workers have networks of their own, but see each other's processes, and a port is part of a server's title.
    A file with fixed ports needs none of this: all its tests run in one worker (``conftest.py``).
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    share = (end - start) // PORTS_A_TEST // workers * PORTS_A_TEST
    return itertools.cycle(range(start + worker * share, start + (worker + 1) * share, PORTS_A_TEST))
