# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""get, set with a time to live, delete, health: python3 example.py /etc/redis-client/NAME.json."""

from __future__ import annotations

import json
import sys
import time
import typing as t

import redis
from connection import Client, attempt, connect


def health(client: Client) -> dict[str, t.Any]:
    """Report whether the server answers and how long it took, for the application's health page."""
    begin = time.monotonic()
    try:
        client.ping()
        problem = None
    except redis.exceptions.RedisError as error:
        problem = str(error)
    return {"healthy": problem is None, "problem": problem, "milliseconds": round((time.monotonic() - begin) * 1000)}


def main(path: str) -> None:
    """Run the operations and print their results."""
    client = attempt(lambda: connect(path))
    attempt(lambda: client.set("example:greeting", "hello", ex=60))
    done = {
        "value": attempt(lambda: client.get("example:greeting")),
        "seconds": attempt(lambda: client.ttl("example:greeting")),
        "deleted": attempt(lambda: client.delete("example:greeting")),
        "missing": attempt(lambda: client.get("example:greeting")),
    }
    print(json.dumps({**done, "health": health(client)}))


if __name__ == "__main__":
    main(sys.argv[1])
