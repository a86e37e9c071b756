# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which shards are drilled, and why not: a pure function of what was observed.

Invariant: nothing is drilled without consent, nor on a deployment of which any item before this one has failed, nor a
shard of which a replica may not take over.
"""

from __future__ import annotations

import typing as t

from .checks import items
from .checks_common import CLUSTER, FAILED, Value, nodes
from .checks_drills import disabled

BEFORE = ("installed", "complete", "replication", "sentinel")


def plan(seen: Value, consent: Value, chosen: t.Sequence[str] = ()) -> dict[str, t.Any]:
    """Return ``refused`` (why nothing is drilled; empty if something is) and ``shards``, each with its nodes.

    ``consent`` has ``drill`` (whether it is wanted) and ``confirm`` (the name of the deployment, typed); ``chosen`` are
    shards, by their slots, the set's name, or a node's address.
    """
    shards = _shards(seen)
    refused = _refusal(seen, consent)
    names = {name for one in shards for name in _names(one)}
    unknown = [name for name in chosen if name not in names]
    if not refused and unknown:
        refused = f"there is no shard {', '.join(unknown)}; there are {', '.join(one['shard'] for one in shards)}"
    if refused:
        return {"refused": refused, "shards": []}
    wanted = [one for one in shards if not chosen or set(chosen) & set(_names(one))]
    barred = {str(one.node) for one in disabled(seen)}
    ready = [one for one in wanted if one["replicas"] and not barred & set(one["replicas"])]
    said = "" if ready else "no shard has a replica, or all replicas that may take over"
    return {"refused": said, "shards": ready}


def _refusal(seen: Value, consent: Value) -> str:
    if not consent.get("drill"):
        return "not requested (redis_acceptance_drill)"
    name = seen["deployment"]["deployment"]
    if consent.get("confirm") != name:
        return f"not confirmed: type its name (redis_acceptance_confirm={name})"
    failed = [one["name"] for one in items(seen, BEFORE) if one["status"] == FAILED]
    if failed:
        return f"nothing is stopped in an unhealthy deployment: {', '.join(failed)} failed"
    if seen["deployment"]["topology"] != CLUSTER and not seen["deployment"]["sentinels"]:
        return "without Sentinels, no replica takes over"
    return ""


def _shards(seen: Value) -> list[dict[str, t.Any]]:
    found = []
    reported = nodes(seen)
    clustered = seen["deployment"]["topology"] == CLUSTER
    for one in reported:
        if one["role"] != "primary" or one["problem"]:
            continue
        replicas = sorted(
            each["name"] for each in reported if each["primary"] == one["name"] and each["role"] == "replica"
        )
        found.append(
            {
                "shard": one["slot_ranges"] if clustered else seen["deployment"]["deployment"],
                "slots": one["slot_ranges"] if clustered else "",
                "primary": one["name"],
                "host": one["host"],
                "port": int(one["name"].rpartition(":")[2]),
                "replicas": replicas,
                "nodes": [_endpoint(name) for name in (one["name"], *replicas)],
            }
        )
    return sorted(found, key=lambda one: (_first(one["slots"]), one["primary"]))


def _names(shard: Value) -> list[str]:
    return [shard["shard"], shard["primary"], *shard["replicas"]]


def _endpoint(name: str) -> dict[str, t.Any]:
    address, _colon, port = name.rpartition(":")
    return {"address": address.strip("[]"), "port": int(port)}


def _first(slots: str) -> int:
    word = slots.split(" ")[0].partition("-")[0]
    return int(word) if word.isdigit() else 0
