# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The topology: zones around hosts around instances, the slots as a band, what differs from the defaults."""

from __future__ import annotations

import typing as t

from .render_html import Html, el, figure, section, table
from .render_text import plural

Value = dict[str, t.Any]
SLOTS = 16384
COLOURS = 8


def topology(result: Value) -> Html:
    """Return the drawing, and the band of slots of a cluster."""
    shards = shard_numbers(result["nodes"])
    zones: dict[str, dict[str, list[Value]]] = {}
    for node in result["nodes"]:
        hosts = zones.setdefault(str(node.get("zone") or ""), {})
        hosts.setdefault(str(node["host"]), []).append(node)
    drawing = el("div", *(_zone(zone, hosts, shards) for zone, hosts in sorted(zones.items())), class_="zones")
    caption = (
        "A filled mark is a primary, an outlined one a replica; one number and colour is one shard."
        if result["topology"] == "cluster"
        else "A filled mark is the primary, an outlined one a replica; S is a Sentinel."
    )
    return section("Topology", "topology", _band(result["nodes"], shards), figure(caption, drawing))


def settings(result: Value) -> Html:
    """Return versions and settings: what instances have in common is told once."""
    groups: dict[tuple[t.Any, ...], list[str]] = {}
    for node in result["nodes"]:
        for name, value in sorted((node.get("settings") or {}).items()):
            groups.setdefault((name, str(value)), []).append(node["address"])
    total = len(result["nodes"])
    rows = [
        (el("code", name), el("code", value), "all" if len(where) == total else _places(where))
        for (name, value), where in sorted(groups.items())
    ]
    engines: dict[str, list[str]] = {}
    for node in result["nodes"]:
        engine = f"{node.get('engine') or 'unknown'} {node.get('version') or ''}".strip()
        engines.setdefault(engine, []).append(node["address"])
    versions = [
        (version, str(len(where)), "all" if len(where) == total else _places(where))
        for version, where in engines.items()
    ]
    return section(
        "Versions and settings",
        "settings",
        table("Versions", ("Version", "Instances", "Which"), versions),
        table("Settings that differ from the engine's defaults", ("Setting", "Value", "Instances"), rows)
        if rows
        else el("p", "No setting differs from the engine's defaults.", class_="quiet"),
    )


def shard_numbers(nodes: t.Sequence[Value]) -> dict[str, int]:
    """Return the number of each instance's shard, by its address: primaries in the order of their slots."""
    primaries = sorted((n for n in nodes if n["role"] == "primary"), key=lambda n: (_first(n), n["address"]))
    numbers = {node["address"]: number for number, node in enumerate(primaries, 1)}
    replicas = {n["address"]: numbers[n["primary"]] for n in nodes if n.get("primary") in numbers}
    return {**replicas, **numbers}


def slot_ranges(node: Value) -> list[tuple[int, int]]:
    """Return the ranges that ``0-5460 6000`` tells; what is no range is passed over."""
    found: list[tuple[int, int]] = []
    for word in str(node.get("slots") or "").replace(",", " ").split():
        first, _hyphen, last = word.partition("-")
        if first.isdigit() and (last or first).isdigit() and int(first) <= int(last or first) < SLOTS:
            found.append((int(first), int(last or first)))
    return found


def _first(node: Value) -> int:
    ranges = slot_ranges(node)
    return ranges[0][0] if ranges else SLOTS


def _band(nodes: t.Sequence[Value], shards: dict[str, int]) -> Html | None:
    pieces = sorted(
        (first, last, shards[node["address"]])
        for node in nodes
        if node["role"] == "primary"
        for first, last in slot_ranges(node)
    )
    if not pieces:
        return None
    covered = sum(last - first + 1 for first, last, _shard in pieces)
    told = f"{covered} of {SLOTS} slots are served, by {plural(len({p[2] for p in pieces}), 'primary', 'primaries')}"
    svg = el(
        "svg",
        el("title", told),
        el("rect", x=0, y=0, width=SLOTS, height=100, class_="rail"),
        *(
            el("rect", x=first, y=0, width=last - first + 1, height=100, class_=f"slots c{(shard - 1) % COLOURS}")
            for first, last, shard in pieces
        ),
        viewBox=f"0 0 {SLOTS} 100",
        preserveAspectRatio="none",
        role="img",
        aria_label=told,
    )
    scale = el("div", el("span", "slot 0"), el("span", str(SLOTS - 1)), class_="scale", aria_hidden="true")
    return figure(told, el("div", svg, scale, class_="band"))


def _zone(zone: str, hosts: dict[str, list[Value]], shards: dict[str, int]) -> Html:
    boxes = [
        el(
            "div",
            el("h4", host),
            el("ul", *(_node(node, shards) for node in sorted(nodes, key=lambda n: n["address"]))),
            class_="host",
        )
        for host, nodes in sorted(hosts.items())
    ]
    return el("div", el("h3", f"Zone {zone}" if zone else "No zone"), el("div", *boxes, class_="hosts"), class_="zone")


def _node(node: Value, shards: dict[str, int]) -> Html:
    number = shards.get(node["address"])
    mark = "S" if node["role"] == "sentinel" else "?" if number is None else str(number)
    colour = "" if number is None else f" c{(number - 1) % COLOURS}"
    ranges = slot_ranges(node)
    told = "slots " + ", ".join(f"{a}-{b}" if a != b else str(a) for a, b in ranges[:3]) if ranges else ""
    more = f" and {len(ranges) - 3} more" if len(ranges) > 3 else ""
    return el(
        "li",
        el("span", mark, class_=f"shard {node['role']}{colour}", aria_hidden="true"),
        el(
            "span",
            el("span", node["address"], class_="address"),
            el(
                "span",
                f"{node['role']}{f' of shard {number}' if number and node['role'] == 'replica' else ''}",
                class_="quiet",
            ),
            el("span", told + more, class_="quiet") if told else None,
            class_="told",
        ),
    )


def _places(where: t.Sequence[str]) -> str:
    return ", ".join(where[:4]) + (f" and {len(where) - 4} more" if len(where) > 4 else "")
