# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which primaries interrupted drills have replaced: from what their hosts have written down."""

from __future__ import annotations

import typing as t

from .._text import node_name
from .model import REMEMBER

Value = t.Mapping[str, t.Any]


def remembered(notes: t.Mapping[str, t.Sequence[Value]], deployments: t.Iterable[Value]) -> list[dict[str, t.Any]]:
    """Return ``run``, ``deployment`` (all of it) and ``shard`` (``primary``, ``host``, ``port``) of each.

    ``notes`` are those of each host.  What is no node of these deployments any more is left out: there is nothing to
    have back.
    """
    nodes = {
        (one["deployment"], node["host"], int(node["port"])): (one, node)
        for one in deployments
        for node in one["nodes"]
    }
    found = [
        (note["run"], nodes.get((note["deployment"], host, int(note["port"]))))
        for host in sorted(notes)
        for note in notes[host]
        if note["manner"] == REMEMBER
    ]
    return [{"run": run, "deployment": known[0], "shard": _shard(known[1])} for run, known in found if known]


def _shard(node: Value) -> dict[str, t.Any]:
    port = int(node["port"])
    return {"primary": node_name(node["address"], port), "host": node["host"], "port": port}
