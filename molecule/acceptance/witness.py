# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An independent client of one shard: it writes wherever that is taken, confirmed by WAIT, until SIGTERM; then it
reads back, and prints the silences longer than a tenth of a second, and how many writes are lost.

    witness.py TAG ADDRESS:PORT...      (environment: REDIS_USER, REDIS_PASSWORD)
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

TAG, ENDPOINTS = sys.argv[1], [one.rpartition(":") for one in sys.argv[2:]]
LOGIN = {"username": os.environ["REDIS_USER"], "password": os.environ["REDIS_PASSWORD"]}
CLIENTS = [
    redis.Redis(host, int(port), socket_timeout=0.1, socket_connect_timeout=0.1, retry=Retry(NoBackoff(), 0), **LOGIN)
    for host, _colon, port in ENDPOINTS
]
NOTICED = 0.1
stopped = False


def stop(_number: int, _frame: object) -> None:
    """Have the writing end."""
    global stopped
    stopped = True


def key(number: int) -> str:
    """Return the key of a write."""
    return f"witness:{{{TAG}}}:{number}"


def write() -> tuple[list[float], list[int]]:
    """Return when writes were acknowledged, and the numbers of those that a replica has confirmed."""
    times, confirmed, number = [], [], 0
    while not stopped:
        for client in CLIENTS:
            with contextlib.suppress(redis.exceptions.RedisError):
                while not stopped:
                    number += 1
                    client.set(key(number), number, ex=600)
                    times.append(time.time())
                    if client.wait(1, 50):
                        confirmed.append(number)
                    time.sleep(0.002)
        time.sleep(0.005)
    return times, confirmed


def lost(numbers: list[int]) -> int:
    """Return how many of these the primary does not have."""
    # Of one slot. Key by key, a busy machine would not answer all of them in time.
    chunks = [numbers[start : start + 500] for start in range(0, len(numbers), 500)]
    for _try in range(100):
        for client in CLIENTS:
            with contextlib.suppress(redis.exceptions.RedisError):
                client.set(key(0), 0, ex=600)  # a replica refuses it
                found = [value for chunk in chunks for value in client.mget(map(key, chunk))]
                return sum(value != str(number).encode() for number, value in zip(numbers, found, strict=True))
        time.sleep(0.1)
    raise SystemExit("no primary can be read")


signal.signal(signal.SIGTERM, stop)
TIMES, CONFIRMED = write()
SILENCES = [[earlier, later - earlier] for earlier, later in zip(TIMES, TIMES[1:]) if later - earlier > NOTICED]
print(json.dumps({"written": len(TIMES), "confirmed": len(CONFIRMED), "lost": lost(CONFIRMED), "silences": SILENCES}))
