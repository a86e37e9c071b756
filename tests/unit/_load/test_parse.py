# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tools of three engines really print, and percentiles from it."""

from __future__ import annotations

import pathlib
import re

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._load.parse import (
    added,
    ascending,
    parse_fault,
    parse_output,
    parse_version,
    percentile,
)

# Carriage returns, with which the tools overwrite their progress, stand there as their picture.
OUTPUTS = sorted((pathlib.Path(__file__).parent / "outputs").glob("*.txt"))


def read(path: pathlib.Path) -> str:
    """Return an output as its tool printed it."""
    return path.read_text(encoding="utf-8").replace("␍", "\r")


def test_there_are_outputs_of_three_engines() -> None:
    assert {path.stem.rpartition("-")[0] for path in OUTPUTS} == {"redis-7.0.15", "valkey-8.0.1", "valkey-9.1.2"}


@pytest.mark.parametrize("path", OUTPUTS, ids=lambda path: path.stem)
def test_percentiles_are_those_of_the_tools_own_summary(path: pathlib.Path) -> None:
    text = read(path)
    told = parse_output(text)
    assert told is not None
    assert told.requests == 5000
    assert told.points[-1][1] == 5000
    summary = re.findall(r"^ +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+)$", text, re.MULTILINE)[-1]
    _average, _least, p50, p95, p99, most = map(float, summary)
    assert percentile(told.points, 50) == pytest.approx(p50, abs=0.011 + p50 / 50)
    assert percentile(told.points, 95) == pytest.approx(p95, rel=0.15)
    assert percentile(told.points, 99) == pytest.approx(p99, rel=0.15)
    assert most == pytest.approx(percentile(told.points, 100), rel=0.1)
    assert percentile(told.points, 99) <= percentile(told.points, 99.9) <= percentile(told.points, 100)


@pytest.mark.parametrize("path", OUTPUTS, ids=lambda path: path.stem)
def test_the_rate_is_the_tools_own(path: pathlib.Path) -> None:
    text = read(path)
    told = parse_output(text)
    assert told is not None
    rate = re.search(r"throughput summary: ([\d.]+)", text)
    assert rate is not None
    assert told.requests / told.seconds == pytest.approx(float(rate[1]))


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("redis-benchmark 7.0.15\n", "redis-benchmark 7.0.15"),
        ("valkey-benchmark 8.0.1\n", "valkey-benchmark 8.0.1"),
        ("valkey-benchmark 9.1.2 (git:4e253242)\n", "valkey-benchmark 9.1.2"),
        ("redis-cli 7.0.15\n", ""),
    ],
)
def test_version(text: str, version: str) -> None:
    assert parse_version(text) == version


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "WARNING: Could not fetch server CONFIG\nError from server: MOVED 16287 127.0.0.1:29703\n",
            "Error from server: MOVED 16287 127.0.0.1:29703",
        ),
        (
            "Node 127.0.0.1:7000 replied with error:\nWRONGPASS invalid username-password pair or user is disabled.\n",
            "WRONGPASS invalid username-password pair or user is disabled.",
        ),
        ("", "nothing"),
    ],
)
def test_fault(text: str, fault: str) -> None:
    assert parse_fault(text) == fault


@pytest.mark.parametrize("text", ["", "nothing of it", "5 requests completed in 1.0 seconds\n"])
def test_what_is_no_result_is_none(text: str) -> None:
    assert parse_output(text) is None


def test_curves_add_up_to_the_curve_of_all_requests() -> None:
    fast, slow = ((0.1, 50), (0.2, 100)), ((1.0, 50), (2.0, 100))
    both = added([fast, slow])
    assert both == ((0.1, 50), (0.2, 100), (1.0, 150), (2.0, 200))
    assert percentile(both, 50) == 0.2
    assert percentile(both, 75) == 1.0


def test_between_two_points_a_percentile_lies_between_them() -> None:
    assert percentile(((1.0, 90), (2.0, 100)), 95) == pytest.approx(1.5)


def test_points_out_of_order_become_one_rising_curve() -> None:
    assert ascending([(2.0, 5), (1.0, 7), (1.0, 3)]) == ((1.0, 7), (2.0, 7))
