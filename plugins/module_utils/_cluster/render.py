# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The model for people and for playbooks: a table, and plain dictionaries."""

from __future__ import annotations

import typing as t

from .. import _slots
from .._nodes import ERROR, Finding
from .checks import findings
from .desired import Desired
from .model import Node, Observed

UNASSIGNED = "none"


def report(observed: Observed, desired: Desired) -> dict[str, t.Any]:
    """Return what modules give back: topology, findings, and the table for people."""
    found = findings(observed, desired)
    return {
        "topology": topology(observed, desired, found),
        "findings": [finding.result() for finding in found],
        "refused_writes": [finding.result() for node in observed.nodes for finding in node.refused_writes],
        "summary": summary(observed, desired, found),
    }


def topology(observed: Observed, desired: Desired, found: t.Sequence[Finding]) -> dict[str, t.Any]:
    """Return state, shards in the order of their slots, and nodes that are in none."""
    shards = _shards(observed)
    return {
        "state": _state(found),
        "shards": [
            {
                "slots": _slots.text(primary.slots),
                "slot_count": _slots.count(primary.slots),
                "primary": describe(primary, desired),
                "replicas": [describe(node, desired) for node in replicas],
            }
            for primary, replicas in shards
        ],
        "unattached": [describe(node, desired) for node in _unattached(observed, shards)],
        "slots_covered": _slots.count(_slots.merged(node.slots for node in observed.nodes)),
        "hosts": sorted({node.host for node in desired.nodes}),
    }


def describe(node: Node, desired: Desired) -> dict[str, t.Any]:
    """Return one node as a dictionary for playbooks."""
    wanted = desired.wanted(node.name)
    return {
        "id": node.id,
        "name": node.name,
        "address": wanted.address,
        "port": wanted.port,
        "host": wanted.host,
        "zone": wanted.zone,
        "role": _role(node),
        "config_epoch": node.myself.config_epoch,
        "link_up": node.link_up,
        "keys": node.keys,
        "version": node.version,
        "problem": node.problem,
    }


def summary(observed: Observed, desired: Desired, found: t.Sequence[Finding]) -> str:
    """Return the topology as a table for a person: shards, slots, roles, nodes, hosts; then the findings."""
    shards = _shards(observed)
    covered = _slots.count(_slots.merged(node.slots for node in observed.nodes))
    hosts = {node.host for node in desired.nodes}
    head = (
        f"Redis Cluster: state {_state(found)}, {_many(len(shards), 'shard')}, {_many(len(observed.nodes), 'node')} "
        f"on {_many(len(hosts), 'host')}, {covered} of {_slots.SLOTS} slots covered"
    )
    rows = [("shard", "slots", "role", "node", "host", "zone", "id")]
    for number, (primary, replicas) in enumerate(shards, start=1):
        rows.append((str(number), _slots.text(primary.slots), *_cells(primary, desired)))
        rows += [("", "", *_cells(node, desired)) for node in replicas]
    rows += [("", UNASSIGNED, *_cells(node, desired)) for node in _unattached(observed, shards)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    said = [f"{f.severity}: {f.text()}" for f in found]
    return "\n".join([head, "", *table, *([""] if said else []), *said]) + "\n"


def _cells(node: Node, desired: Desired) -> tuple[str, str, str, str, str]:
    wanted = desired.wanted(node.name)
    return (_role(node), node.name, wanted.host, wanted.zone, node.id[:8])


def _shards(observed: Observed) -> list[tuple[Node, list[Node]]]:
    owners = sorted((node for node in observed.nodes if node.slots), key=lambda node: node.slots)
    return [
        (owner, [n for n in observed.nodes if n.is_replica and n.myself.primary_id == owner.id]) for owner in owners
    ]


def _unattached(observed: Observed, shards: list[tuple[Node, list[Node]]]) -> list[Node]:
    placed = {node.name for primary, replicas in shards for node in (primary, *replicas)}
    return [node for node in observed.nodes if node.name not in placed]


def _state(found: t.Sequence[Finding]) -> str:
    return "fail" if any(finding.severity == ERROR for finding in found) else "ok"


def _role(node: Node) -> str:
    if node.problem:
        return node.problem
    if node.is_replica:
        return "replica"
    return "primary" if node.slots else "empty"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
