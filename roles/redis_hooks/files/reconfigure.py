# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentinel's client-reconfig-script: reconfigure SET ROLE STATE FROM_IP FROM_PORT TO_IP TO_PORT.

Runs as the unprivileged user of Sentinel. It changes nothing itself: it leaves a request, which the
program apply, started by systemd as root, decides by what root has configured.
"""

from __future__ import annotations

import json
import os
import sys
import time
import typing as t

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import redis_hooks
from redis_hooks import AGAIN, DONE, NEVER

CONFIGURATION = "/etc/redis-hooks/hooks.json"
SCRIPT_SECONDS = 40.0
CONFIRMED, CLAIMED, SUPERSEDED, UNKNOWN = "confirmed", "claimed", "superseded", "unknown"


def stamp(view: tuple[str, int] | None, old: str, new: str) -> tuple[str, int | None]:
    """Return what Sentinel's own file has of a switch from ``old`` to ``new``, and the config epoch.

    The leader runs this hook when the replica is promoted, with its own file still naming the old
    primary (claimed); an observer when its file names the new one (confirmed). A file that names
    neither is further on: this event is an old one, run late (superseded).
    """
    if view is None:
        return UNKNOWN, None
    primary, epoch = view
    if primary == new:
        return CONFIRMED, epoch
    return (CLAIMED, epoch) if primary == old else (SUPERSEDED, epoch)


def problem(arguments: t.Sequence[str]) -> str:
    """Return what is wrong with the arguments; empty for nothing."""
    if len(arguments) != 7:
        return f"7 arguments are expected, {len(arguments)} came"
    name, _role, _state, old, old_port, new, new_port = arguments
    if not redis_hooks.SET_NAME.fullmatch(name):
        return "the name of the set is not valid"
    if not all(redis_hooks.ADDRESS.fullmatch(address) for address in (old, new)):
        return "an address is not valid"
    if not all(port.isascii() and port.isdigit() and 0 < int(port) < 65536 for port in (old_port, new_port)):
        return "a port is not valid"
    return ""


def main(arguments: t.Sequence[str], configuration: str = CONFIGURATION) -> int:
    """Leave a request for one switch and return the exit status for Sentinel."""
    config = redis_hooks.load(configuration)
    wrong = problem(arguments)
    entry: dict[str, t.Any] = {"time": redis_hooks.now(), "event": "client-reconfig", "sentinel": config["sentinel"]}
    if wrong:
        given = [word[:200] for word in arguments[:8]]
        redis_hooks.append(config["log"], {**entry, "refused": wrong, "arguments": given})
        return NEVER
    name, role, state, old_address, old_port, new_address, new_port = arguments
    old, new = redis_hooks.endpoint(old_address, old_port), redis_hooks.endpoint(new_address, new_port)
    standing, epoch = stamp(redis_hooks.sentinel_view(config["sentinel_file"], name), old, new)
    entry.update({"set": name, "role": role, "state": state, "old_primary": old, "new_primary": new})
    entry.update({"standing": standing, "epoch": epoch})
    redis_hooks.append(config["log"], entry)
    if standing == SUPERSEDED:
        return DONE
    request = {key: entry[key] for key in ("set", "old_primary", "standing", "epoch")}
    request.update({"address": new_address, "port": int(new_port)})
    try:
        path = os.path.join(config["spool"], "requests", f"{time.time_ns()}-{os.getpid()}.json")
        redis_hooks.replace(path, json.dumps(request))
    except OSError as error:
        redis_hooks.append(
            config["log"], {"time": redis_hooks.now(), "event": "client-reconfig", "problem": str(error)}
        )
        return AGAIN
    outcomes = redis_hooks.run_scripts(config["reconfigure_scripts"], arguments, SCRIPT_SECONDS)
    if outcomes:
        redis_hooks.append(config["log"], {"time": redis_hooks.now(), "set": name, "scripts": outcomes})
    return DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
