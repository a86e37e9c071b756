# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One drill as the result of an acceptance has it, from what its steps have come to."""

from __future__ import annotations

import typing as t

from . import plan_steps as plan
from .plan_steps import Journal, Value

SIGNALS = {"kill": "SIGKILL to", "freeze": "SIGSTOP to", "planned": "planned switchover from"}


def drill(shard: Value, journal: Journal, fault: str, returns: bool) -> dict[str, t.Any]:
    """Return the drill of a shard; ``journal`` has its steps and no others.

    Times in it are ms after the writer's first try, by the clocks of their hosts.
    """
    written: Value = _result(journal, plan.COUNT).get("report") or {}
    start = float(written.get("started") or 0.0)
    since = float(written.get("gap_since") or 0.0)
    struck = float(_result(journal, plan.STOP).get("at") or since)
    healed = float(_result(journal, plan.HEALED).get("at") or 0.0)
    returned = _result(journal, plan.RETURN).get("to")
    return {
        "shard": shard["shard"],
        "fault": fault,
        "primary": shard["primary"],
        "successor": _result(journal, plan.TAKEOVER).get("successor") or "",
        "returned": returned == shard["primary"] if returns else None,
        "gap_ms": _gap(written),
        "gap_since": since,
        "attempted": int(written.get("attempted") or 0),
        "acknowledged": int(written.get("acknowledged") or 0),
        "confirmed": int(written.get("confirmed") or 0),
        "lost": int(written.get("lost") or 0),
        "lost_without_wait": int(written.get("lost_without_wait") or 0),
        "lost_keys": list(written.get("lost_keys") or ()),
        "healed_ms": max(0, round((healed - struck) * 1000)) if healed and struck else None,
        "interval_ms": written.get("interval_ms") or 0,
        "timeline": _timeline(shard, journal, fault, written) if start else [],
        "writes": list(written.get("writes") or ()),
        "problem": "; ".join(problem.rstrip(".") for one in journal if (problem := plan.problem_of(one))),
        "ended": healed or max((one.ended for one in journal), default=0.0),
    }


def _result(journal: Journal, step: str) -> Value:
    found = plan.find(journal, step)
    return found.result if found else {}


def _gap(written: Value) -> int | None:
    """Return the longest time without a write, None where none was acknowledged after it began."""
    last, since = written.get("last_acknowledged"), float(written.get("gap_since") or 0.0)
    return int(written.get("gap_ms") or 0) if last is not None and (last > since or not since) else None


def _timeline(shard: Value, journal: Journal, fault: str, written: Value) -> list[dict[str, t.Any]]:
    start = float(written["started"])
    since = float(written.get("gap_since") or 0.0)
    gap = _gap(written)
    again = since + gap / 1000 if since and gap else 0.0
    taken = _result(journal, plan.TAKEOVER)
    moments = [
        (_result(journal, plan.STOP).get("at"), f"{SIGNALS[fault]} {shard['primary']}"),
        (since, "last acknowledged write before the gap"),
        (written.get("first_error"), "first write that failed"),
        (taken.get("at"), f"{taken.get('successor')} is seen as primary"),
        (again, "first acknowledged write after the gap"),
        (_result(journal, plan.HEALED).get("at"), "the deployment is whole again"),
    ]
    return [
        {"at_ms": round((float(when) - start) * 1000), "event": event}
        for when, event in sorted(((when, event) for when, event in moments if when), key=lambda one: float(one[0]))
    ]
