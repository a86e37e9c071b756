# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One drill as the result tells of it, from what its steps have returned."""

from __future__ import annotations

import typing as t

Value = t.Mapping[str, t.Any]
SIGNALS = {"kill": "SIGKILL to", "freeze": "SIGSTOP to", "planned": "planned switchover from"}


def drill(shard: Value, parts: Value) -> dict[str, t.Any]:
    """Return the drill of a shard.  Times in it are ms after the writer's first try, by the clocks of their hosts."""
    written: Value = parts["written"].get("report") or {}
    start = float(written.get("started") or 0.0)
    since = float(written.get("gap_since") or 0.0)
    struck = float(parts["hit"].get("at") or since)
    healed = float(parts["healed"].get("at") or 0.0)
    trouble = [*parts["trouble"], *([f"its writer ended: {written['error']}"] if written.get("error") else [])]
    returned = parts["returned"].get("to")
    return {
        "shard": shard["shard"],
        "manner": parts["manner"],
        "primary": shard["primary"],
        "successor": parts["taken"].get("successor") or "",
        "returned": returned == shard["primary"] if parts["return_wanted"] else None,
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
        "timeline": _timeline(shard, parts, written, start) if start else [],
        "writes": list(written.get("writes") or ()),
        "problem": "; ".join(str(one).rstrip(".") for one in trouble),
        "ended": float(healed or parts["ended"]),
    }


def _gap(written: Value) -> int | None:
    """Return the longest time without a write, None where none was acknowledged after it began."""
    last, since = written.get("last_acknowledged"), float(written.get("gap_since") or 0.0)
    return int(written.get("gap_ms") or 0) if last is not None and (last > since or not since) else None


def _timeline(shard: Value, parts: Value, written: Value, start: float) -> list[dict[str, t.Any]]:
    since = float(written.get("gap_since") or 0.0)
    gap = _gap(written)
    again = since + gap / 1000 if since and gap else 0.0
    moments = [
        (parts["hit"].get("at"), f"{SIGNALS[parts['manner']]} {shard['primary']}"),
        (since, "last acknowledged write before the gap"),
        (written.get("first_error"), "first write that failed"),
        (parts["taken"].get("at"), f"{parts['taken'].get('successor')} is seen as primary"),
        (again, "first acknowledged write after the gap"),
        (parts["healed"].get("at"), "the deployment is whole again"),
    ]
    return [
        {"at_ms": round((float(when) - start) * 1000), "event": event}
        for when, event in sorted(((when, event) for when, event in moments if when), key=lambda one: float(one[0]))
    ]
