# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An application that reaches only one primary, and goes on writing to it.

usage: partition_writer.py write ADDRESS PORT FILE       until SIGTERM; an acknowledgement is a line "seconds key"
       partition_writer.py read ADDRESS PORT FILE SINCE  prints, as JSON, what of them that server has not
(the password of the user in REDIS_USER is in REDIS_PASSWORD)
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import sys
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def connect(address: str, port: str) -> redis.Redis:
    """Return a client that never tries again by itself: each refusal counts."""
    return redis.Redis(
        address,
        int(port),
        username=os.environ["REDIS_USER"],
        password=os.environ["REDIS_PASSWORD"],
        decode_responses=True,
        socket_timeout=5,
        retry=Retry(NoBackoff(), 0),
    )


def write(address: str, port: str, path: str) -> None:
    """Write numbered keys one after the other; what is refused is noted as "seconds - error"."""
    client = connect(address, port)
    going_on = [True]
    signal.signal(signal.SIGTERM, lambda *_: going_on.clear())
    with Path(path).open("a", encoding="utf-8", buffering=1) as file:
        for number in itertools.count():
            if not going_on:
                return
            try:
                client.set(f"partition:{number}", str(number))
                file.write(f"{time.time():.3f} partition:{number}\n")
            except redis.exceptions.RedisError as error:
                file.write(f"{time.time():.3f} - {type(error).__name__} {error}\n")
                time.sleep(0.05)  # a refusing server is not to be flooded


def read(address: str, port: str, path: str, since: str) -> None:
    """Print what was acknowledged after the moment SINCE and what of all is lost."""
    client = connect(address, port)
    lines = [line.split(maxsplit=2) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    acknowledged = [(float(words[0]), words[1]) for words in lines if words[1] != "-"]
    refused = [words[2] for words in lines if words[1] == "-"]
    kept = client.mget([key for _when, key in acknowledged])
    lost = [(when, key) for (when, key), value in zip(acknowledged, kept, strict=True) if value is None]
    report = {
        "acknowledged": len(acknowledged),
        "refused": len(refused),
        "refusals": sorted(set(refused)),
        "lost": len(lost),
        "first_lost_after_s": round(lost[0][0] - float(since), 3) if lost else None,
        "last_lost_after_s": round(lost[-1][0] - float(since), 3) if lost else None,
        "last_acknowledged_after_s": round(acknowledged[-1][0] - float(since), 3),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    {"write": write, "read": read}[sys.argv[1]](*sys.argv[2:])
