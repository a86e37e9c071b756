# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The topology as values: numbers of shards, zones of hosts of instances, the band of slots."""

from __future__ import annotations

import itertools
import typing as t

from .render_plot import COLOURS, Svg, drawing
from .render_text import plural

Value = dict[str, t.Any]
SLOTS = 16384


def shard_numbers(nodes: t.Sequence[Value]) -> dict[str, int]:
    """Return the number of each instance's shard, by its address: primaries in the order of their slots."""
    primaries = sorted((n for n in nodes if n["role"] == "primary"), key=lambda n: (_first(n), n["address"]))
    numbers = {node["address"]: number for number, node in enumerate(primaries, 1)}
    replicas = {n["address"]: numbers[n["primary"]] for n in nodes if n.get("primary") in numbers}
    return {**replicas, **numbers}


def slot_ranges(node: Value) -> list[tuple[int, int]]:
    """Return the ranges of text such as ``0-5460 6000``; what is not a range is passed over."""
    ranges: list[tuple[int, int]] = []
    for word in str(node.get("slots") or "").replace(",", " ").split():
        first, _hyphen, last = word.partition("-")
        if first.isdigit() and (last or first).isdigit() and int(first) <= int(last or first) < SLOTS:
            ranges.append((int(first), int(last or first)))
    return ranges


def _first(node: Value) -> int:
    ranges = slot_ranges(node)
    return ranges[0][0] if ranges else SLOTS


def slot_band(nodes: t.Sequence[Value]) -> tuple[Svg, str] | None:
    """Return the slots that primaries serve, from left to right and in words; nothing where none does."""
    shards = shard_numbers(nodes)
    primaries = [node for node in nodes if node["role"] == "primary"]
    pieces = sorted((*piece, shards[node["address"]]) for node in primaries for piece in slot_ranges(node))
    if not pieces:
        return None
    covered = sum(last - first + 1 for first, last, _shard in pieces)
    servers = plural(len({shard for _first, _last, shard in pieces}), "primary", "primaries")
    described = f"{covered} of {SLOTS} slots are served, by {servers}"
    rail = f'<rect width="{SLOTS}" height="100" class="rail"/>'
    body = [
        f'<rect x="{first}" width="{last - first + 1}" height="100" class="slots c{(shard - 1) % COLOURS}"/>'
        for first, last, shard in pieces
    ]
    return drawing(described, [rail, *body], f"{SLOTS} 100", ' preserveAspectRatio="none"'), described


def zones(nodes: t.Sequence[Value]) -> list[tuple[str, list[tuple[str, list[Value]]]]]:
    """Return the instances of each host of each zone, all sorted by name; hosts without a zone are in zone ``""``."""
    ordered = sorted(nodes, key=lambda node: (*_place(node), node["address"]))
    by_host = [(place, list(group)) for place, group in itertools.groupby(ordered, _place)]
    return [
        (zone, [(host, group) for (_zone, host), group in hosts])
        for zone, hosts in itertools.groupby(by_host, lambda pair: pair[0][0])
    ]


def _place(node: Value) -> tuple[str, str]:
    return str(node.get("zone") or ""), str(node["host"])
