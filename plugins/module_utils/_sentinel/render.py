# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentinels for people and for playbooks: a table, and plain dictionaries."""

from __future__ import annotations

import typing as t

from .._nodes import Finding
from .model import Known, Observed, Watch


def report(observed: Observed, found: t.Sequence[Finding]) -> dict[str, t.Any]:
    """Return what modules give back: Sentinels, sets, findings, and the table for people."""
    return {
        "sentinels": [
            {"name": one.name, "id": one.id, "version": one.version, "problem": one.problem}
            for one in observed.sentinels
        ],
        "sets": {name: _set(observed, name) for name in _names(observed)},
        "findings": [finding.result() for finding in found],
        "summary": summary(observed, found),
    }


def summary(observed: Observed, found: t.Sequence[Finding] = ()) -> str:
    """Return the table for a person, a line for each set and Sentinel; then the findings."""
    names = _names(observed)
    head = f"Sentinels: {len(observed.sentinels)}, sets watched: {len(names)}"
    rows = [("set", "sentinel", "primary", "quorum", "sentinels", "replicas", "epoch")]
    for name in names:
        for one, watch in observed.watches(name):
            peers, replicas = _up(watch.peers), _up(watch.replicas)
            quorum = watch.setting("quorum") or ""
            rows.append((name, one.name, watch.primary, quorum, f"1+{peers}", replicas, str(watch.config_epoch)))
    rows += [("", one.name, one.problem, "", "", "", "") for one in observed.sentinels if one.problem]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    said = [f"{finding.severity}: {finding.text()}" for finding in found]
    return "\n".join([head, "", *table, *([""] if said else []), *said]) + "\n"


def _up(known: t.Sequence[Known]) -> str:
    """Return how many there are, and how many of them cannot be reached."""
    down = sum(one.down for one in known)
    return f"{len(known)}" + (f" ({down} down)" if down else "")


def _names(observed: Observed) -> list[str]:
    return sorted({watch.set for one in observed.sentinels for watch in one.watches})


def _set(observed: Observed, name: str) -> dict[str, t.Any]:
    watches = observed.watches(name)
    primaries = sorted({watch.primary for _one, watch in watches})
    return {
        "primary": primaries[0] if len(primaries) == 1 else None,
        "primaries": primaries,
        "sentinels": {one.name: _view(watch) for one, watch in watches},
    }


def _view(watch: Watch) -> dict[str, t.Any]:
    return {
        "primary": watch.primary,
        "flags": sorted(watch.flags),
        "config_epoch": watch.config_epoch,
        "settings": dict(watch.settings),
        "replicas": {one.name: "down" if one.down else "up" for one in watch.replicas},
        "sentinels": {one.name: "down" if one.down else "up" for one in watch.peers},
        "quorum": watch.quorum_problem or "ok",
    }
