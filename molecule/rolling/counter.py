# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An application that increments counters until SIGTERM, and finds each one that has gone back: a lost write.

    counter.py cluster ADDRESS:PORT...      through a cluster client
    counter.py main ADDRESS:PORT...         through Sentinels, the set of that name
    (environment: REDIS_USER, REDIS_PASSWORD)

Prints how many increments were acknowledged, the longest time between two of them in seconds, and what was lost.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import typing as t

import redis
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.retry import Retry
from redis.sentinel import Sentinel

KIND, ENDPOINTS = sys.argv[1], [one.rpartition(":") for one in sys.argv[2:]]
LOGIN: dict[str, t.Any] = {"username": os.environ["REDIS_USER"], "password": os.environ["REDIS_PASSWORD"]}
KEYS, PATIENCE, BREATH = 30, 20.0, 0.002  # seconds, the last two
stopped = False


def stop(_number: int, _frame: object) -> None:
    """Have the counting end."""
    global stopped
    stopped = True


def connect() -> t.Any:
    """Return the client of an application."""
    if KIND == "cluster":
        nodes = [ClusterNode(host, int(port)) for host, _colon, port in ENDPOINTS]
        return RedisCluster(startup_nodes=nodes, socket_timeout=PATIENCE, **LOGIN)
    login = {**LOGIN, "retry": Retry(NoBackoff(), 0)}
    addresses = [(host, int(port)) for host, _colon, port in ENDPOINTS]
    sentinel = Sentinel(addresses, sentinel_kwargs={**login, "socket_timeout": 1}, **login)
    return sentinel.master_for(KIND, socket_timeout=PATIENCE)


signal.signal(signal.SIGTERM, stop)
client = connect()
acknowledged = dict.fromkeys(range(KEYS), 0)
regressions: list[str] = []
longest, last, number = 0.0, time.monotonic(), 0
while not stopped:
    for one in acknowledged:
        try:
            value = int(client.incr(f"counter:{one}"))
        # The client of a cluster has an error of its own while no node answers, as when all are restarted at once.
        except (redis.exceptions.RedisError, redis.exceptions.RedisClusterException) as error:
            print(type(error).__name__, error, file=sys.stderr)
            time.sleep(BREATH)
            continue
        if value <= acknowledged[one]:
            regressions.append(f"{one}: {acknowledged[one]} was acknowledged, then {value}")
        now = time.monotonic()
        acknowledged[one], longest, last, number = value, max(longest, now - last), now, number + 1
lost = [f"{one}" for one, value in acknowledged.items() if int(client.get(f"counter:{one}") or 0) < value]
print(json.dumps({"acknowledged": number, "longest": round(longest, 3), "lost": [*regressions, *lost]}))
