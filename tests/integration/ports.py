# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports of tests on loopback, of which two tests that follow each other never have the same."""

from __future__ import annotations

import itertools
import typing as t

PORTS_A_TEST = 10


def first_ports(start: int, end: int) -> t.Iterator[int]:
    """Return the first ports of one test after the other, endlessly."""
    return itertools.cycle(range(start, end, PORTS_A_TEST))
