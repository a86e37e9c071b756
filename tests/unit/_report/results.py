# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of acceptances as playbook acceptance puts them together: both topologies, passed and failed."""

from __future__ import annotations

import typing as t

Value = dict[str, t.Any]
HOSTS = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet")
SUMMARIES = {
    "installed": "every host has the engine, the users and the units that the inventory wants",
    "complete": "every slot is served, every primary has a replica on another host",
    "replication": "every replica follows its primary within 3 ms",
    "sentinel": "three Sentinels agree on the primary",
    "failover": "every shard came back after a kill, no acknowledged write was lost",
    "monitoring": "the exporter tells the figures of every instance",
    "client": "a client that knows one node finds all others",
    "load": "up to 98,000 operations per second",
}


def item(name: str, status: str = "passed", *findings: Value) -> Value:
    return {
        "name": name,
        "status": status,
        "summary": SUMMARIES[name],
        "seconds": 1.2,
        "findings": list(findings),
        "data": {},
    }


def finding(severity: str, node: str, message: str) -> Value:
    return {
        "severity": severity,
        "node": node,
        "message": message,
        "observed": "21,034 operations per second",
        "expected": "at least 50 % of 61,022",
        "hint": "See what its host is short of.",
    }


def cluster_nodes(primaries: int) -> list[Value]:
    each = 16384 // primaries
    nodes: list[Value] = []
    for index in range(primaries):
        last = 16383 if index == primaries - 1 else (index + 1) * each - 1
        at = (index + 1) % primaries
        nodes.append(node(HOSTS[index % 10], index, "primary", slots=f"{index * each}-{last}"))
        nodes.append(node(HOSTS[at % 10], index, "replica", primary=nodes[-1]["address"], at=at))
    return nodes


def node(host: str, index: int, role: str, *, at: int | None = None, **more: t.Any) -> Value:
    where = index if at is None else at
    port = {"primary": 7000, "replica": 7001, "sentinel": 26379}[role]
    return {
        "address": f"192.0.2.{11 + where}:{port}",
        "host": host,
        "zone": "abc"[where % 3],
        "role": role,
        "primary": None,
        "slots": "",
        "id": f"{index:040x}",
        "engine": "redis",
        "version": "7.0.15",
        "settings": {"maxmemory": "1073741824", "appendonly": "yes", "requirepass": "correct horse"},
        **more,
    }


def drill(shard: str, fault: str, gap: float | None, primary: str = "192.0.2.11:7000") -> Value:
    """Return a drill of ten seconds, in which the primary goes away after two."""
    end = 2000 + (gap if gap is not None else 8000)
    return {
        "shard": shard,
        "fault": fault,
        "primary": primary,
        "successor": "192.0.2.12:7001" if gap is not None else None,
        "returned": gap is not None,
        "gap_ms": gap,
        "attempted": 12000,
        "acknowledged": 11990,
        "lost": 0,
        "lost_without_wait": 3,
        "healed_ms": 9000,
        "interval_ms": 1,
        "timeline": [
            {"at_ms": 0, "event": "writes begin"},
            {"at_ms": 2000, "event": f"{fault} of {primary}"},
            {"at_ms": end, "event": "192.0.2.12:7001 takes writes"},
        ],
        "writes": [
            [at, 0 if 2000 <= at < end else 95 + at // 100 % 7, 40 if 2000 <= at < end else 0]
            for at in range(0, 10000, 100)
        ],
    }


def run(name: str, pipeline: int, ops: float, node: str | None = None, scale: float = 1.0) -> Value:
    curve = (
        (0, 0.1),
        (25, 0.2),
        (50, 0.3),
        (75, 0.5),
        (90, 0.8),
        (95, 0.9),
        (99, 1.2),
        (99.9, 4.0),
        (99.99, 9.5),
        (100, 12.0),
    )
    return {
        "name": name,
        "scope": "node" if node else "cluster",
        "node": node,
        "pipeline": pipeline,
        "connections": 50,
        "value_bytes": 100,
        "seconds": 6.6,
        "requests": int(ops * 6.6),
        "ops_per_second": ops,
        "p50_ms": 0.3 * scale,
        "p99_ms": 1.2 * scale,
        "p999_ms": 4.0 * scale,
        "percentiles": [[percent, round(value * scale, 3)] for percent, value in curve],
    }


def load(nodes: t.Sequence[str] = (), *, limited: bool = False, ops: float = 98000.0) -> Value:
    runs = [
        run(kind, pipeline, ops * share * (4 if pipeline > 1 else 1), scale=0.8 / share * pipeline**0.6)
        for pipeline in (1, 16)
        for kind, share in (("write", 0.8), ("read", 1.0), ("mix", 0.9))
    ]
    runs += [run("write", 16, ops * (0.3 if index == 1 else 1.0), node=one) for index, one in enumerate(nodes)]
    generator = {
        "host": "generator",
        "cpus": 4,
        "cpu_percent": 97,
        "limited": limited,
        "tool": "redis-benchmark 7.0.15",
    }
    return {"generator": generator, "runs": runs}


def result(topology: str = "cluster", day: int = 1, **more: t.Any) -> Value:
    """Return a result that passed, with what is given on top."""
    nodes = cluster_nodes(3) if topology == "cluster" else replication_nodes()
    shards = ("0-5460", "5461-10921", "10922-16383") if topology == "cluster" else ("main",)
    sentinel = "skipped" if topology == "cluster" else "passed"
    return {
        "schema": 1,
        "collection": "0.1.0",
        "deployment": "shop",
        "topology": topology,
        "started": f"2026-05-{day:02d}T10:00:00.000Z",
        "finished": f"2026-05-{day:02d}T10:04:12.345Z",
        "passed": True,
        "items": [item(name, sentinel if name == "sentinel" else "passed") for name in SUMMARIES],
        "nodes": nodes,
        "drills": [drill(shard, "kill", 2310 + 100 * index) for index, shard in enumerate(shards)],
        "load": load(),
        "targets": [{"name": "ops_per_second", "wanted": 90000, "measured": 98000.0, "met": True}],
        **more,
    }


def replication_nodes() -> list[Value]:
    primary = node("alpha", 0, "primary")
    replicas = [node(HOSTS[at], at, "replica", primary=primary["address"]) for at in (1, 2)]
    return [primary, *replicas, *(node(HOSTS[at], at, "sentinel", settings={}) for at in range(3))]


def failed(day: int = 9) -> Value:
    """Return a result in which a node was slow, a target was missed and a drill never ended."""
    slow = finding(
        "error", "192.0.2.12:7000", "192.0.2.12:7000 does 21034 operations per second, 34 % of its peers' median"
    )
    warned = finding("warning", "generator", "the load generator is the limit, not the servers, in 2 of 9 runs")
    noted = finding("info", "192.0.2.11:7000", "appendfsync is everysec")
    endless = finding("error", "192.0.2.11:7000", "no write succeeded within 8 s of the kill")
    items = [item(name) for name in SUMMARIES]
    items[3] = item("sentinel", "skipped")
    items[4] = item("failover", "failed", endless)
    items[6] = item("client", "passed", noted)
    items[7] = item("load", "failed", warned, slow)
    return result(
        day=day,
        passed=False,
        items=items,
        drills=[drill("0-5460", "kill", None), drill("5461-10921", "freeze", 7310), drill("0-5460", "planned", 12)],
        load=load([f"192.0.2.{last}:7000" for last in (11, 12, 13)], limited=True, ops=52000.0),
        targets=[{"name": "ops_per_second", "wanted": 90000, "measured": 52000.0, "met": False}],
    )


def large(day: int = 1) -> Value:
    """Return a cluster of thirty instances, with a drill of each shard."""
    drills = [drill(f"{index * 1092}-{index * 1092 + 1091}", "kill", 2000 + 37 * index) for index in range(15)]
    return result(day=day, nodes=cluster_nodes(15), drills=drills)
