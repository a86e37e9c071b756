# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Item ``failover``: what would keep a replica from taking over, and what the drills have shown."""

from __future__ import annotations

import typing as t

from .._nodes import ERROR, Finding
from .checks_common import CLUSTER, INFO, Value, Verdict, many, nodes, of_health
from .checks_domains import domains

NEVER = {"cluster-replica-no-failover": "yes", "replica-priority": "0"}


def failover(seen: Value) -> Verdict:
    """No failure domain is one too many, every replica may take over, each drill lost nothing confirmed and healed."""
    drill = seen.get("drill") or {}
    found = [*of_health(seen, "failover"), *domains(seen), *disabled(seen)]
    found += [one for each in drill.get("results") or () for one in _drill(each, seen["limits"])]
    results = list(drill.get("results") or ())
    if not results:
        return Verdict(tuple(found), skipped=str(drill.get("refused") or "not requested (redis_acceptance_drill)"))
    longest = max(one["gap_ms"] or 0 for one in results)
    lost = sum(one["lost"] for one in results)
    summary = f"{many(len(results), 'drill')}: at most {longest} ms without writes, {lost} confirmed writes lost"
    return Verdict(tuple(found), summary, data={"fault": results[0]["fault"]})


def disabled(seen: Value) -> t.Iterator[Finding]:
    """Yield the replicas that may never take over."""
    name = "cluster-replica-no-failover" if seen["deployment"]["topology"] == CLUSTER else "replica-priority"
    roles = {one["name"]: one["role"] for one in nodes(seen)}
    for one in (seen.get("replication") or {}).get("nodes") or ():
        value = one["settings"].get(name)
        if roles.get(one["name"]) == "replica" and value == NEVER[name]:
            yield Finding(
                "failover-disabled",
                f"replica {one['name']} never takes over: {name} is {value}",
                node=one["name"],
                observed=f"{name} {value}",
                expected="no" if value == "yes" else "100, or another number above 0",
                hint="Set it in redis_node_config and run site.yml, if that is not on purpose.",
            )


def _drill(one: Value, limits: Value) -> t.Iterator[Finding]:
    where = f"shard {one['shard']} ({one['fault']} of {one['primary']})"
    if one.get("problem"):
        yield Finding("drill", f"{where}: {one['problem']}", node=one["primary"], hint="See the servers' logs.")
    if one["lost"]:
        yield Finding(
            "lost",
            f"{where}: {many(one['lost'], 'write')} lost that a replica had confirmed",
            node=one["primary"],
            observed=str(one["lost"]),
            expected="0",
            hint="Another replica than the one that confirmed took over: see its lag, and who may take over.",
        )
    if one["lost_without_wait"]:
        message = f"{where}: {many(one['lost_without_wait'], 'write')} lost of those that no replica had confirmed"
        yield Finding("lost-without-wait", message, INFO, one["primary"], "Use WAIT for those that matter.")
    if one["gap_ms"] is None:
        hint = (
            "For the client that writes, no replica has taken over: see the logs, and redis_acceptance_drill_timeout."
        )
        yield Finding("gap", f"{where}: no write was acknowledged afterwards", node=one["primary"], hint=hint)
    elif limits["gap_ms"] and one["gap_ms"] > limits["gap_ms"]:
        yield Finding(
            "gap",
            f"{where}: {one['gap_ms']} ms without an acknowledged write",
            node=one["primary"],
            observed=f"{one['gap_ms']} ms",
            expected=f"at most {limits['gap_ms']:g} ms",
            hint="cluster-node-timeout and down-after-milliseconds make most of it.",
        )
    if one.get("returned") is False:
        message = f"{where}: {one['primary']} is not primary again"
        yield Finding(
            "returned", message, ERROR, one["primary"], "Switch over by cluster_switchover or sentinel_switchover."
        )
