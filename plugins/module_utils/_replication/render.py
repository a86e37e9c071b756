# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A replication set for people and for playbooks: a table, and plain dictionaries."""

from __future__ import annotations

import typing as t

from .._nodes import Finding
from .desired import Desired
from .model import Node, Observed


def topology(observed: Observed, desired: Desired, primary: str) -> dict[str, t.Any]:
    """Return the primary and the replicas as dictionaries."""
    nodes = [_describe(node, desired) for node in observed.nodes]
    return {
        "set": desired.set,
        "primary": next((node for node in nodes if node["name"] == primary), None),
        "replicas": [node for node in nodes if node["name"] != primary],
    }


def summary(observed: Observed, desired: Desired, primary: str, found: t.Sequence[Finding] = ()) -> str:
    """Return the set as a table for a person; then the findings."""
    replicas = len(observed.nodes) - 1
    many = f"{replicas} replica{'' if replicas == 1 else 's'}"
    moved = f" (the inventory starts with {desired.primary})" if primary != desired.primary else ""
    head = f"Replication set {desired.set}: primary {primary}{moved}, {many}"
    rows = [("role", "node", "follows", "link", "keys", "host", "zone")]
    for node in sorted(observed.nodes, key=lambda node: node.name != primary):
        wanted = desired.wanted(node.name)
        link = "" if node.is_primary else "up" if node.link_up else "down"
        role = node.problem or node.role
        rows.append((role, node.name, node.following, link, str(node.keys), wanted.host, wanted.zone))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    said = [f"{finding.severity}: {finding.text()}" for finding in found]
    return "\n".join([head, "", *table, *([""] if said else []), *said]) + "\n"


def _describe(node: Node, desired: Desired) -> dict[str, t.Any]:
    wanted = desired.wanted(node.name)
    return {
        "name": node.name,
        "address": wanted.address,
        "port": wanted.port,
        "host": wanted.host,
        "zone": wanted.zone,
        "role": node.role,
        "following": node.following,
        "link_up": node.link_up,
        "offset": node.offset,
        "keys": node.keys,
        "version": node.version,
        "problem": node.problem,
    }
