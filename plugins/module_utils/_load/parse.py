# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading what redis-benchmark and valkey-benchmark print, and adding up what several of them print.

Without ``--csv`` they print how many requests took at most how long, at two sets of points.  From both together
any percentile can be reported; ``--csv`` has none beyond p99.
"""

from __future__ import annotations

import bisect
import re
import typing as t

from .model import Points, Slice

_POINT = re.compile(r"^\s*[\d.]+% <= ([\d.]+) milliseconds \(cumulative count (\d+)\)\s*$", re.MULTILINE)
_DONE = re.compile(r"^\s*(\d+) requests completed in ([\d.]+) seconds\s*$", re.MULTILINE)
_RATE = re.compile(r"^\s*throughput summary: ([\d.]+) requests per second\s*$", re.MULTILINE)
_VERSION = re.compile(r"^(\S+-benchmark) (\d\S*)", re.MULTILINE)
_FAULT = re.compile(
    r"^(?:Error from server|Error: |ERROR|NOAUTH|WRONGPASS|Could not|Node |Failed|.*rror).*$", re.MULTILINE
)


def parse_output(text: str) -> Slice | None:
    """Return what the tool measured, or nothing where it printed something else."""
    # What it prints meanwhile, for a terminal, ends in carriage returns.
    text = text.replace("\r", "\n")
    done, rate = _DONE.search(text), _RATE.search(text)
    points = ascending((float(latency), int(count)) for latency, count in _POINT.findall(text))
    if not done or not rate or not points:
        return None
    requests, per_second = int(done[1]), float(rate[1])
    return Slice(requests, requests / per_second if per_second else float(done[2]), points)


def parse_version(text: str) -> str:
    """Return the tool's name and version, as ``redis-benchmark 7.0.15``."""
    found = _VERSION.search(text)
    return f"{found[1]} {found[2]}" if found else ""


def parse_fault(text: str) -> str:
    """Return the tool's last words that report an error."""
    found = [line.strip() for line in _FAULT.findall(text.replace("\r", "\n"))]
    # Without the right to read settings it only warns, for it would have printed them.
    reported = [line for line in found if not line.startswith("Could not fetch")]
    return reported[-1] if reported else text.strip().splitlines()[-1].strip() if text.strip() else "nothing"


def ascending(points: t.Iterable[tuple[float, int]]) -> Points:
    """Return points as one curve that rises in both directions, each latency once."""
    most: dict[float, int] = {}
    for latency, count in points:
        most[latency] = max(count, most.get(latency, 0))
    found: list[tuple[float, int]] = []
    for latency in sorted(most):
        count = max(most[latency], found[-1][1] if found else 0)
        found.append((latency, count))
    return tuple(found)


def added(curves: t.Sequence[Points]) -> Points:
    """Return the curve of all requests of several curves."""
    if len(curves) == 1:
        return curves[0]
    latencies = sorted({latency for curve in curves for latency, _count in curve})
    return ascending((latency, round(sum(_count_at(curve, latency) for curve in curves))) for latency in latencies)


def percentile(points: Points, percent: float) -> float:
    """Return the latency that so many percent of the requests did not exceed, in ms."""
    if not points:
        return 0.0
    wanted = points[-1][1] * percent / 100
    index = bisect.bisect_left([count for _latency, count in points], wanted)
    index = min(index, len(points) - 1)
    latency, count = points[index]
    if index == 0:
        return latency
    before, less = points[index - 1]
    share = (wanted - less) / (count - less) if count > less else 1.0
    return before + (latency - before) * min(1.0, max(0.0, share))


def _count_at(curve: Points, latency: float) -> float:
    index = bisect.bisect_right([at for at, _count in curve], latency)
    if index == 0:
        return 0.0
    at, count = curve[index - 1]
    if index == len(curve) or at == latency:
        return count
    following, more = curve[index]
    return count + (more - count) * (latency - at) / (following - at)
