# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An application that counts up in one key, while instances are killed and come back.

usage: counter.py count FILE ENDPOINT...   until SIGTERM; a number that a replica has, too, is a line "seconds number";
                                           a number that is read back lower is a line "seconds lost READ ACKNOWLEDGED"
       counter.py primary ENDPOINT...      waits until every instance answers and every replica follows; prints who
                                           takes the writes
       counter.py more FILE                waits until a hundred more numbers are there
       counter.py report FILE              prints, as JSON, how many there are, which were lost, and the longest gap
(user and password are in REDIS_USER and REDIS_PASSWORD)
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
import typing as t
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

KEY = "counter"
PATIENCE = 90.0  # seconds


def clients(endpoints: t.Sequence[str]) -> dict[str, redis.Redis]:
    """Return a client for each instance, none of which follows redirections or tries again."""
    login = {"username": os.environ["REDIS_USER"], "password": os.environ["REDIS_PASSWORD"]}
    return {
        one: redis.Redis(
            one.rpartition(":")[0],
            int(one.rpartition(":")[2]),
            **login,
            decode_responses=True,
            socket_timeout=2,
            retry=Retry(NoBackoff(), 0),
        )
        for one in endpoints
    }


def count(path: str, *endpoints: str) -> None:
    """Count wherever it is possible; the same connection reads, writes and waits for a replica."""
    running = [True]
    signal.signal(signal.SIGTERM, lambda *_: running.clear())
    number = acknowledged = 0
    with Path(path).open("w", encoding="utf-8", buffering=1) as file:
        while running:
            for client in clients(endpoints).values():
                with contextlib.suppress(redis.exceptions.RedisError):
                    while running:
                        number += 1
                        pipeline = client.pipeline(transaction=False)
                        pipeline.get(KEY).set(KEY, number)
                        pipeline.execute_command("WAIT", 1, 500)
                        found, _set, copies = pipeline.execute()
                        if int(found or 0) < acknowledged:
                            file.write(f"{time.time():.3f} lost {found} {acknowledged}\n")
                        if copies:
                            acknowledged = number
                            file.write(f"{time.time():.3f} {number}\n")
            time.sleep(0.05)


def primary(*endpoints: str) -> None:
    """Print who takes the writes once all is as it should be."""
    deadline = time.monotonic() + PATIENCE
    while True:
        states = {}
        for one, client in clients(endpoints).items():
            try:
                role = t.cast("list[t.Any]", client.execute_command("ROLE"))
                states[one] = "primary" if role[0] == "master" else role[3]
                # A replica refuses it, and so does a primary with other slots.
                client.setnx(KEY, 0)
                states[one] = "taken"
            except redis.exceptions.ResponseError:
                continue
            except redis.exceptions.RedisError as error:
                states[one] = str(error)
        others = [state for state in states.values() if state not in ("primary", "taken", "connected")]
        taken = [one for one, state in states.items() if state == "taken"]
        if len(taken) == 1 and not others:
            print(taken[0])
            return
        if time.monotonic() > deadline:
            sys.exit(f"not settled: {states}")
        time.sleep(0.5)


def numbers(path: str) -> list[list[str]]:
    """Return the lines as words."""
    return [line.split() for line in Path(path).read_text(encoding="utf-8").splitlines()]


def more(path: str) -> None:
    """Wait for a hundred more."""
    deadline, enough = time.monotonic() + PATIENCE, len(numbers(path)) + 100
    while len(numbers(path)) < enough:
        if time.monotonic() > deadline:
            sys.exit(f"after {PATIENCE:g} s there are {len(numbers(path))} lines, not {enough}")
        time.sleep(0.2)


def report(path: str) -> None:
    """Print what became of it."""
    lines = numbers(path)
    times = [float(words[0]) for words in lines if words[1] != "lost"]
    gaps = [later - earlier for earlier, later in zip(times, times[1:])]
    lost = [words[2:] for words in lines if words[1] == "lost"]
    print(json.dumps({"acknowledged": len(times), "lost": lost, "longest_gap_s": round(max(gaps), 1)}))


if __name__ == "__main__":
    {"count": count, "primary": primary, "more": more, "report": report}[sys.argv[1]](*sys.argv[2:])
