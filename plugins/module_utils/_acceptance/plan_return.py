# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which primaries interrupted drills have replaced, from what is written down on the hosts."""

from __future__ import annotations

import typing as t

from .._text import node_name
from .model import REMEMBER
from .plan_steps import Step, return_steps

Value = t.Mapping[str, t.Any]


def steps(notes: t.Mapping[str, t.Sequence[Value]], deployment: Value, asks: str) -> list[Step]:
    """Return the steps that give each of these primaries its role back, one shard after the other.

    ``notes`` are those of each host, ``asks`` the host that asks.  What is not a node of the deployment any more is
    left out: there is nothing to give back.
    """
    nodes = {(node["host"], int(node["port"])): node for node in deployment["nodes"]}
    found = [
        (note["run"], nodes.get((host, int(note["port"]))))
        for host in sorted(notes)
        for note in notes[host]
        if note["fault"] == REMEMBER and note["deployment"] == deployment["deployment"]
    ]
    return [
        step for run, node in found if node for step in return_steps(_shard(node), deployment["topology"], run, asks)
    ]


def _shard(node: Value) -> dict[str, t.Any]:
    port = int(node["port"])
    return {"primary": node_name(node["address"], port), "host": node["host"], "port": port}
