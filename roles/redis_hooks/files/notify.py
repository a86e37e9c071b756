# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentinel's notification-script: notify EVENT TEXT.

The event is in the log before anything else is tried.  Then webhooks and the users' own scripts are
called.  Ends with 1, upon which Sentinel runs it again later, when a webhook could not be reached.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
import typing as t

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import redis_hooks
from redis_hooks import AGAIN, DONE, NEVER

CONFIGURATION = "/etc/redis-hooks/hooks.json"
# Sentinel kills a hook after 60 s; these two add up to less.
WEBHOOK_SECONDS, SCRIPT_SECONDS = 38.0, 12.0
# Sentinel gives up after some four hours: what is older is another event with the same words.
FORGET_AFTER = 5 * 3600


def main(arguments: t.Sequence[str], configuration: str = CONFIGURATION) -> int:
    """Report one event to all receivers and return the exit status for Sentinel."""
    if len(arguments) != 2:
        print("usage: notify EVENT TEXT", file=sys.stderr)
        return NEVER
    config = redis_hooks.load(configuration)
    event = {"time": redis_hooks.now(), **redis_hooks.parse_event(*arguments), "sentinel": config["sentinel"]}
    name = redis_hooks.event_id(*arguments)
    before = remembered(config["spool"], name)
    desired = [one for one in config["webhooks"] if redis_hooks.matches(arguments[0], one["events"])]
    open_ones = [one for one in desired if one["url"] not in before["delivered"]]
    if redis_hooks.matches(arguments[0], config["log_events"]):
        state = "pending" if open_ones else "done"
        redis_hooks.append(config["log"], {**event, "id": name, "attempt": before["attempt"], "delivery": state})
    if not before["scripts"]:
        outcomes = redis_hooks.run_scripts(config["notify_scripts"], arguments, SCRIPT_SECONDS)
        before["scripts"] = True
        if outcomes:
            redis_hooks.append(config["log"], {"time": redis_hooks.now(), "id": name, "scripts": outcomes})
    if not open_ones:
        forget(config["spool"], name)
        return DONE
    remember(config["spool"], name, before)
    outcomes = redis_hooks.post_all(open_ones, event, WEBHOOK_SECONDS, int(config["attempts"]))
    redis_hooks.append(config["log"], {"time": redis_hooks.now(), "id": name, "webhooks": outcomes})
    before["delivered"] += [url for url, outcome in outcomes.items() if not outcome.startswith("again")]
    if any(outcome.startswith("again") for outcome in outcomes.values()):
        remember(config["spool"], name, {**before, "attempt": before["attempt"] + 1})
        return AGAIN
    forget(config["spool"], name)
    return NEVER if any(outcome.startswith("never") for outcome in outcomes.values()) else DONE


def remembered(spool: str, name: str) -> dict[str, t.Any]:
    """Return what earlier executions for the same event have done; nothing where they are too long ago."""
    path = os.path.join(spool, "events", name)
    try:
        if time.time() - os.stat(path).st_mtime < FORGET_AFTER:
            found = redis_hooks.load(path)
            return {
                "attempt": int(found["attempt"]),
                "delivered": list(found["delivered"]),
                "scripts": bool(found["scripts"]),
            }
    except (OSError, ValueError, KeyError, TypeError):
        pass  # there was none before, or what was left of it cannot be read: reported twice is better than not at all
    return {"attempt": 1, "delivered": [], "scripts": False}


def remember(spool: str, name: str, state: t.Mapping[str, t.Any]) -> None:
    """Keep what has been done for an event until all of it is."""
    redis_hooks.replace(os.path.join(spool, "events", name), json.dumps(state))


def forget(spool: str, name: str) -> None:
    """Drop what was kept for an event."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(os.path.join(spool, "events", name))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
