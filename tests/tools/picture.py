# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw the architecture: hosts, their processes with ports and users, and who connects to what.

What is drawn is described below as values; ports are the defaults of the roles. generate.py writes the result to
docs/images/architecture.svg. It has a background of its own, so that it is readable on a light and on a dark page.
"""

from __future__ import annotations

import dataclasses
import html
import pathlib
import typing as t

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Ports of instances, as the README's inventories have them: roles have no default that a file could be read for.
REPLICATION_PORT, CLUSTER_PORTS = 6379, (7000, 7001)
BUS_OFFSET = 10000

WIDTH, MARGIN, GAP, PADDING = 1200, 24, 24, 14
TITLE, LINE, PROCESS = 40, 20, 48
BADGE = 8


@dataclasses.dataclass(frozen=True)
class Process:
    """A server process: its name, what it listens on, its user, and the connections that it opens."""

    name: str
    about: str
    opens: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True)
class Host:
    """A host in a topology, with its processes."""

    name: str
    processes: tuple[Process, ...]


@dataclasses.dataclass(frozen=True)
class Topology:
    """One of the topologies: its title, what is written below it, and its hosts side by side."""

    title: str
    about: str
    hosts: tuple[Host, ...]


@dataclasses.dataclass(frozen=True)
class Visitor:
    """A host outside of the topologies: its lines, and the connections that it opens to all of them."""

    kind: str
    title: str
    lines: tuple[str, ...]
    opens: tuple[int, ...]


def port(role: str, name: str = "port") -> int:
    """Return a port that a role has by default; raises KeyError for a variable without a default."""
    text = (ROOT / "roles" / role / "defaults" / "main.yml").read_text(encoding="utf-8")
    return int(yaml.safe_load(text)[f"{role}_{name}"])


SENTINEL, EXPORTER, ENDPOINT = port("redis_sentinel"), port("redis_exporter"), port("redis_endpoint")
PROMETHEUS = port("redis_monitoring", "prometheus_port")
ALERTMANAGER = port("redis_monitoring", "alertmanager_port")


def figures(*opens: int) -> tuple[Process, ...]:
    """Return the processes for monitoring that every host with instances has."""
    return (
        Process(f"exporter :{EXPORTER}", "redis-exporter", opens),
        Process(f"endpoint :{ENDPOINT}", "redis-endpoint", (8,)),
    )


def set_host(name: str, role: str) -> Host:
    """Return a host of the replication set, which has a Sentinel, too."""
    server = Process(f"redis-server :{REPLICATION_PORT}", f"redis · {role}", (4,) if role == "replica" else ())
    return Host(name, (server, Process(f"Sentinel :{SENTINEL}", "redis", (5,)), *figures(7)))


def cluster_host(name: str) -> Host:
    """Return a host of the cluster: a primary, and a replica of the primary of another host."""
    primary, replica = (f"redis-server :{one}" for one in CLUSTER_PORTS)
    return Host(
        name, (Process(primary, "redis · primary", (6,)), Process(replica, "redis · replica", (4, 6)), *figures(7))
    )


VISITORS = (
    Visitor("run", "Controller", ("ansible-playbook, from any machine", "nothing runs here between two runs"), (1,)),
    Visitor("application", "Application hosts", ("group redis_client", "/etc/redis-client: how to connect"), (2, 3)),
    Visitor(
        "watch",
        "Monitoring host",
        ("group redis_monitoring, user prometheus", f"Prometheus :{PROMETHEUS}, Alertmanager :{ALERTMANAGER}"),
        (9,),
    ),
)
TOPOLOGIES = (
    Topology(
        "Primary, replicas and Sentinel",
        "groups redis_replication and redis_sentinel",
        (set_host("redis1", "primary"), set_host("redis2", "replica"), set_host("redis3", "replica")),
    ),
    Topology(
        "Redis Cluster",
        f"group redis_cluster; the cluster bus is at the port + {BUS_OFFSET}",
        (cluster_host("redis4"), cluster_host("redis5"), cluster_host("redis6")),
    ),
)
# What each number means: who connects to what, and as which user of the servers.
CONNECTIONS = (
    "SSH to every host; there, modules log in as admin",
    f"Sentinels :{SENTINEL}, as client: who is primary?",
    "instances, as the application's own user",
    "replica to its primary, as replication",
    "instances and other Sentinels, as sentinel",
    f"cluster bus between nodes :{CLUSTER_PORTS[0] + BUS_OFFSET} ..., no login",
    "servers of its own host, as exporter",
    "instances of its own host, as health",
    f"Prometheus to :{EXPORTER} and :{ENDPOINT}, no login",
)

STYLE = """
  .ground { fill: #ffffff; stroke: #d0d7de; }
  .panel { fill: #f6f8fa; stroke: #d0d7de; }
  .host { fill: #ffffff; stroke: #8c959f; }
  .process { fill: #eaf2fb; stroke: #54aeff; }
  text { fill: #1f2328; font-family: "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; font-size: 13px; }
  .title { font-size: 16px; font-weight: 600; }
  .name { font-weight: 600; }
  .about { fill: #59636e; font-size: 12px; }
  .number { fill: #ffffff; font-size: 11px; font-weight: 600; text-anchor: middle; }
  .badge { fill: #59636e; }
  .run { --line: #0969da; } .application { --line: #1a7f37; } .watch { --line: #8250df; }
  .arrow { fill: none; stroke: var(--line); stroke-width: 1.6; }
  .head, .arrow-badge { fill: var(--line); }
  .visitor { fill: #ffffff; stroke: var(--line); stroke-width: 1.6; }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; stroke: #3d444d; }
    .panel { fill: #151b23; stroke: #3d444d; }
    .host, .visitor { fill: #0d1117; }
    .host { stroke: #656c76; }
    .process { fill: #10233d; stroke: #316dca; }
    text { fill: #f0f6fc; }
    .about { fill: #9198a1; }
    .number { fill: #ffffff; }
    .run { --line: #316dca; } .application { --line: #2c8f45; } .watch { --line: #8e63e0; }
  }
"""


def svg() -> str:
    """Return the picture."""
    heights = visitors_height(), topologies_height(), legend_height()
    between = LINE * (len(VISITORS) + 1)
    top = MARGIN
    middle = top + heights[0] + between
    bottom = middle + heights[1] + GAP
    height = bottom + heights[2] + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="t">',
        '<title id="t">Hosts, processes, ports and users of a deployment</title>',
        f"<style>{STYLE}</style>",
        box("ground", 0.5, 0.5, WIDTH - 1, height - 1, 10),
        *(line for index in range(len(VISITORS)) for line in visitor(index, top, heights[0], middle)),
        *(line for index in range(len(TOPOLOGIES)) for line in topology(index, middle, heights[1])),
        *legend(bottom),
        "</svg>",
        "",
    ]
    return "\n".join(parts)


def column(index: int, count: int, left: float = MARGIN, width: float = WIDTH - 2 * MARGIN) -> tuple[float, float]:
    """Return where one of several equal columns begins, and how wide it is."""
    each = (width - GAP * (count - 1)) / count
    return left + index * (each + GAP), each


def visitors_height() -> int:
    """Return the height of the upper row."""
    return TITLE + LINE * max(len(one.lines) for one in VISITORS)


def topologies_height() -> int:
    """Return the height of the topologies."""
    most = max(len(host.processes) for one in TOPOLOGIES for host in one.hosts)
    return TITLE + LINE + 34 + most * (PROCESS + PADDING // 2) + PADDING


def legend_height() -> int:
    """Return the height of the list of connections, which has three columns."""
    return LINE * -(-len(CONNECTIONS) // len(VISITORS))


def visitor(index: int, top: float, height: float, target: float) -> t.Iterator[str]:
    """Yield the lines of a host outside of the topologies, and its arrows to them."""
    about = VISITORS[index]
    left, width = column(index, len(VISITORS))
    yield f'<g class="{about.kind}">'
    yield box("visitor", left, top, width, height)
    yield words("title", left + PADDING, top + 25, about.title)
    for row, line in enumerate(about.lines):
        yield words("about", left + PADDING, top + TITLE + 10 + row * LINE, line)
    # Each one's arrows run at a height of their own, so that lines cross and never lie on each other.
    level = top + height + LINE * (index + 1)
    start = left + width / 2
    ends = [entry(column(place, len(TOPOLOGIES)), index) for place in range(len(TOPOLOGIES))]
    reach = [start, *ends]
    yield f'<path class="arrow" d="M{start:g} {top + height:g}V{level:g}M{min(reach):g} {level:g}H{max(reach):g}"/>'
    for end in ends:
        yield f'<path class="arrow" d="M{end:g} {level:g}V{target - 7:g}"/>'
        yield f'<path class="head" d="M{end - 5:g} {target - 8:g}h10l-5 8z"/>'
    for place, number in enumerate(reversed(about.opens)):
        yield from badge("arrow-badge", left + width - PADDING - BADGE - place * 20, top + 20, number)
    yield "</g>"


def entry(across: tuple[float, float], index: int) -> float:
    """Return where a visitor's arrow meets a topology that begins and is as wide as given."""
    left, width = across
    return left + width * (index + 1) / (len(VISITORS) + 1)


def topology(index: int, top: float, height: float) -> t.Iterator[str]:
    """Yield the lines of a topology with its hosts."""
    about = TOPOLOGIES[index]
    left, width = column(index, len(TOPOLOGIES))
    yield box("panel", left, top, width, height)
    yield words("title", left + PADDING, top + 27, about.title)
    yield words("about", left + PADDING, top + TITLE + 8, about.about)
    each = (width - PADDING * (len(about.hosts) + 1)) / len(about.hosts)
    for place, host in enumerate(about.hosts):
        begin, above = left + PADDING + place * (each + PADDING), top + TITLE + LINE
        yield box("host", begin, above, each, height - TITLE - LINE - PADDING)
        yield words("name", begin + 10, above + 22, host.name)
        for row, process in enumerate(host.processes):
            yield from drawn(process, begin + 7, above + 34 + row * (PROCESS + PADDING // 2), each - 14)


def drawn(process: Process, left: float, top: float, width: float) -> t.Iterator[str]:
    """Yield the lines of a process, with the numbers of the connections that it opens."""
    yield box("process", left, top, width, PROCESS, 4)
    yield words("name", left + 8, top + 19, process.name)
    yield words("about", left + 8, top + 37, process.about)
    for place, number in enumerate(reversed(process.opens)):
        yield from badge("badge", left + width - 6 - BADGE - place * 19, top + PROCESS - 6 - BADGE, number)


def legend(top: float) -> t.Iterator[str]:
    """Yield the lines that say what the numbers mean."""
    rows = -(-len(CONNECTIONS) // len(VISITORS))
    for index, text in enumerate(CONNECTIONS):
        left, _width = column(index // rows, len(VISITORS))
        above = top + LINE / 2 + index % rows * LINE
        yield from badge("badge", left + BADGE, above, index + 1)
        yield words("", left + 2 * BADGE + 8, above + 4.5, text)


def box(kind: str, left: float, top: float, width: float, height: float, radius: int = 6) -> str:
    """Return a rectangle."""
    return f'<rect class="{kind}" x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" rx="{radius}"/>'


def words(kind: str, left: float, base: float, text: str) -> str:
    """Return a line of text."""
    return f'<text class="{kind}" x="{left:g}" y="{base:g}">{html.escape(text)}</text>'


def badge(kind: str, x: float, y: float, number: int) -> t.Iterator[str]:
    """Yield a number in a circle."""
    yield f'<circle class="{kind}" cx="{x:g}" cy="{y:g}" r="{BADGE}"/>'
    yield f'<text class="number" x="{x:g}" y="{y + 4:g}">{number}</text>'
