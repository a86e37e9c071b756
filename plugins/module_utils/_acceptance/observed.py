# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what tasks of the role have returned to what ``checks`` evaluate.  What was skipped or left out is not there."""

from __future__ import annotations

import typing as t

from . import plan_drills, render
from .checks import items
from .checks_common import FAILED
from .plan_steps import Journal, of_shard

Value = t.Mapping[str, t.Any]
# A deployment with a defect in one of these carries no load.
BEFORE_LOAD = ("complete", "replication")


def seen(about: Value, reported: Value, journal: Journal, consent: Value) -> dict[str, t.Any]:
    """Return what was observed of a deployment.

    ``about`` names it, its hosts, items and limits; ``reported`` has the results of tasks by name: ``health``,
    ``replication``, ``started`` and ``stopped`` (clients), ``prometheus`` and ``load``.
    """
    found = {**about, "health": _of(reported, "health"), "replication": _of(reported, "replication")}
    drilled = plan_drills.plan(found, consent, consent["shards"])
    results = drills(drilled["shards"], journal, consent)
    found["drill"] = {"refused": drilled["refused"], "results": results}
    found["shards"] = drilled["shards"]
    found["clients"] = list(clients(reported, results))
    found["prometheus"] = list(_of(reported, "prometheus").get("services") or ())
    found.update(_load(found, reported, consent))
    found["seconds"] = _seconds(reported, journal)
    return found


def drills(shards: t.Iterable[Value], journal: Journal, consent: Value) -> list[dict[str, t.Any]]:
    """Return the drills that were begun."""
    begun = [(one, of_shard(journal, one["primary"])) for one in shards]
    return [render.drill(one, mine, consent["fault"], consent["returns"]) for one, mine in begun if mine]


def clients(reported: Value, results: t.Sequence[Value]) -> t.Iterator[dict[str, t.Any]]:
    """Yield the report of each application that has used a connection of role redis_client."""
    since = max((one["ended"] for one in results), default=0)
    started = {_whose(one): one for one in _of(reported, "started").get("results") or ()}
    for one in _of(reported, "stopped").get("results") or ():
        begun = started.get(_whose(one), {})
        yield {
            "host": one["item"]["host"],
            "name": one["item"]["name"],
            "report": one.get("report") or {},
            "problem": "; ".join(str(each["msg"]) for each in (begun, one) if each.get("msg")),
            "follow_since": since,
        }


def _load(found: Value, reported: Value, consent: Value) -> dict[str, t.Any]:
    """Return what the load test has found, or why there is none: what does not take writes carries no load."""
    failed = [one["name"] for one in items(found, BEFORE_LOAD) if one["status"] == FAILED]
    if failed:
        return {"load_skipped": f"not measured: {', '.join(failed)} failed"} if consent["load"] else {}
    tested = _of(reported, "load")
    if isinstance(tested.get("load"), t.Mapping):
        return {"load": tested["load"], "load_findings": tested["findings"], "targets": tested["targets"]}
    return {"load_problem": tested["msg"]} if tested.get("msg") else {}


def _seconds(reported: Value, journal: Journal) -> dict[str, float]:
    """Return how long each item took, without what Ansible takes to start the tasks."""
    stopped = _of(reported, "stopped").get("results") or ()
    return {
        "complete": float((_of(reported, "health").get("timing") or {}).get("seconds") or 0.0),
        "replication": _done(_of(reported, "replication")),
        "failover": sum(one.ended - one.began for one in journal),
        "monitoring": float(_of(reported, "prometheus").get("seconds") or 0.0),
        "client": sum(_done(one) for one in stopped),
        "load": _done(_of(reported, "load")),
    }


def _done(result: Value) -> float:
    return sum(float(one["seconds"]) for one in result.get("done") or ())


def _of(reported: Value, name: str) -> Value:
    result = reported.get(name) or {}
    return {} if result.get("skipped") else result


def _whose(one: Value) -> tuple[str, str]:
    return one["item"]["host"], one["item"]["name"]
