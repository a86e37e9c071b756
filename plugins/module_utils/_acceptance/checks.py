# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All verdicts together: the result as it is written, from what was observed."""

from __future__ import annotations

import typing as t

from . import checks_drills, checks_servers, checks_uses
from .checks_common import FAILED, ITEMS, Value, Verdict, looked, many, nodes

CHECKS: dict[str, t.Callable[[Value], Verdict]] = {
    "installed": checks_servers.installed,
    "complete": checks_servers.complete,
    "replication": checks_servers.replication,
    "sentinel": checks_servers.sentinel,
    "failover": checks_drills.failover,
    "monitoring": checks_uses.monitoring,
    "client": checks_uses.client,
    "load": checks_uses.load,
}


def items(seen: Value, wanted: t.Collection[str] = ITEMS) -> list[dict[str, t.Any]]:
    """Return the verdict of each item, in the order of the list."""
    found = []
    for name in ITEMS:
        verdict = CHECKS[name](seen) if name in wanted else Verdict(skipped="left out (redis_acceptance_items)")
        found.append(
            {
                "name": name,
                "status": verdict.status,
                "summary": _summary(verdict),
                "seconds": float((seen.get("seconds") or {}).get(name) or 0.0),
                "findings": [one.result() for one in verdict.findings],
                "data": dict(verdict.data or {}),
            }
        )
    return found


def result(seen: Value) -> dict[str, t.Any]:
    """Return the whole result but for load, targets and availability, which are others' to measure."""
    evaluated = items(seen, seen.get("items") or ITEMS)
    about = seen["deployment"]
    failed = [one for one in evaluated if one["status"] == FAILED]
    return {
        "schema": 1,
        "collection": seen.get("collection") or "",
        "deployment": about["deployment"],
        "topology": about["topology"],
        "started": seen.get("started") or "",
        "finished": seen.get("finished") or "",
        "passed": not failed,
        "summary": summary(about["deployment"], evaluated),
        "items": evaluated,
        "nodes": _nodes(seen),
        "drills": list((seen.get("drill") or {}).get("results") or ()),
        "load": seen.get("load") or None,
        "targets": list(seen.get("targets") or ()),
        "availability": None,
    }


def summary(deployment: str, evaluated: t.Sequence[Value]) -> str:
    """Return one line: which items failed, and the first reason of each."""
    failed = [one for one in evaluated if one["status"] == FAILED]
    if not failed:
        passed = sum(one["status"] == "passed" for one in evaluated)
        return f"{deployment} is accepted: {passed} items passed, {len(evaluated) - passed} skipped."
    reasons = "; ".join(f"{one['name']} ({one['summary']})" for one in failed)
    return f"{deployment} is NOT accepted: {reasons}."


def _summary(verdict: Verdict) -> str:
    if verdict.errors:
        more = f", and {len(verdict.errors) - 1} more" if len(verdict.errors) > 1 else ""
        return verdict.errors[0].message + more
    warned = f"; {many(len(verdict.warnings), 'warning')}" if verdict.warnings else ""
    return (verdict.skipped or verdict.summary) + warned


def _nodes(seen: Value) -> list[dict[str, t.Any]]:
    """Return what is known of each node: of the instances, and of the Sentinels."""
    reported = looked(seen)
    about = {one["name"]: one for one in (seen.get("replication") or {}).get("nodes") or ()}
    found = []
    for one in nodes(seen):
        if one["role"] not in ("primary", "replica"):
            continue  # one that does not report anything is a finding of item `complete`
        engine, _blank, version = one["version"].partition(" ")
        port = one["name"].rpartition(":")[2]
        chosen = (reported.get(one["host"]) or {}).get("settings") or {}
        found.append(
            {
                "address": one["name"],
                "host": one["host"],
                "zone": one["zone"],
                "role": one["role"],
                "primary": one["primary"],
                "slots": one["slot_ranges"] or "",
                "id": (about.get(one["name"]) or {}).get("id") or "",
                "engine": engine,
                "version": version,
                "settings": dict(chosen.get(port) or {}),
            }
        )
    for watcher in seen["deployment"]["sentinels"]:
        about_it = {key: watcher[key] for key in ("host", "zone")}
        nothing: dict[str, t.Any] = {
            "primary": None,
            "slots": "",
            "id": "",
            "engine": "",
            "version": "",
            "settings": {},
        }
        address = f"{watcher['address']}:{watcher['port']}"
        found.append({"address": address, **about_it, "role": "sentinel", **nothing})
    return found
