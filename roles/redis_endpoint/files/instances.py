# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances, each asked again and again by a thread of its own; requests are answered from its last answer.

So no request waits for a server, and a frozen one costs nothing but its own thread.
"""

from __future__ import annotations

import datetime
import inspect
import threading
import time
import typing as t
from dataclasses import dataclass, field

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

INTERVAL = 0.5  # seconds between two looks
DEADLINE = 1.0  # seconds for a connection, and for each answer
# An observation older than a look may take is one too many: the thread itself hangs, or the machine was asleep.
TOO_OLD = INTERVAL + 3 * DEADLINE
ROLES = {"master": "primary", "slave": "replica"}
# What redis-py raises in addition to its own errors when something answers that is not Redis.
UNREADABLE = (redis.exceptions.RedisError, OSError, ValueError, LookupError, TypeError, AttributeError)
# Newer versions of redis-py introduce themselves, which the user may not and need not.
QUIET = {"protocol": 2, "lib_name": None, "lib_version": None}
Answer = dict[str, t.Any]


@dataclass(frozen=True)
class Observation:
    """One look: when (``monotonic`` for ages, ``when`` for people), and INFO or the reason why there is none."""

    monotonic: float
    when: str
    info: t.Mapping[str, t.Any] = field(default_factory=dict)
    ping: bool = False
    reason: str = ""


class Watch(threading.Thread):
    """One instance, watched until the program ends."""

    def __init__(self, name: str, address: str, port: int, login: t.Mapping[str, str]) -> None:
        super().__init__(name=f"watch {name}", daemon=True)
        self.instance, self.port = name, port
        self.last: Observation | None = None
        self._client = _client(address, port, login)

    def run(self) -> None:
        """Look, remember, wait; for ever."""
        while True:
            self.last = self.look()
            time.sleep(INTERVAL)

    def look(self) -> Observation:
        """Ask once; whatever goes wrong is the reason."""
        try:
            info = self._client.info()
            reason, ping = "", self._ping()
        except UNREADABLE as error:
            info, reason, ping = {}, why(error), False
        now = datetime.datetime.now(datetime.timezone.utc)
        when = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return Observation(time.monotonic(), when, info, ping, reason)

    def _ping(self) -> bool:
        try:
            return bool(self._client.ping())
        except redis.exceptions.BusyLoadingError:
            return False  # INFO reports that it is loading


def why(error: Exception) -> str:
    """Return the reason for people; it holds no name and no secret of the login."""
    said = str(error)
    if isinstance(error, redis.exceptions.AuthenticationError) or any(
        word in said for word in ("WRONGPASS", "NOAUTH", "invalid username-password")
    ):
        return "login refused: wrong user or password"
    if isinstance(error, redis.exceptions.NoPermissionError) or "NOPERM" in said:
        return "login refused: the user may not run PING and INFO"
    if isinstance(error, redis.exceptions.BusyLoadingError):
        return "loading"
    if isinstance(error, redis.exceptions.TimeoutError):
        return f"no answer within {DEADLINE:g} s"
    if isinstance(error, redis.exceptions.ConnectionError) and "max number of clients" in said:
        return "connection refused: maxclients is reached"
    if isinstance(error, redis.exceptions.ConnectionError):
        return f"unreachable: {said.splitlines()[0] if said else 'connection lost'}"
    return f"unreadable answer ({type(error).__name__})"


def evaluate(observation: Observation | None, now: float, role: str = "", link_required: bool = True) -> Answer:
    """Return what an instance is answered with; ``reason`` is empty for a healthy one.

    ``role`` (primary or replica) is what it has to be; ``now`` is monotonic. A figure that INFO lacks is null.
    """
    if observation is None:
        return {"status": "unhealthy", "reason": "not asked yet", "ping": False, "role": None, "timestamp": None}
    info = observation.info
    found = ROLES.get(str(info.get("role")))
    link = info.get("master_link_status")
    answer: Answer = {
        "ping": observation.ping,
        "role": found,
        "replication": {
            "link": link if found == "replica" else None,
            "primary": f"{info.get('master_host')}:{info.get('master_port')}" if found == "replica" else None,
            "offset": info.get("slave_repl_offset" if found == "replica" else "master_repl_offset"),
            # How long ago the primary was last heard: it sends something each second or so.
            "last_heard_seconds": info.get("master_last_io_seconds_ago") if found == "replica" else None,
            "connected_replicas": info.get("connected_slaves"),
        },
        "memory": {"used_bytes": info.get("used_memory"), "max_bytes": info.get("maxmemory")},
        "timestamp": observation.when,
    }
    age = now - observation.monotonic
    problems = (
        (age > TOO_OLD, f"no answer since {observation.when}"),
        (bool(observation.reason), observation.reason),
        (bool(info.get("loading")), "loading"),
        (found is None, "unreadable answer: INFO has no role"),
        (not observation.ping, "PING is not answered"),
        (found == "replica" and link != "up" and (link_required or bool(role)), "its link to the primary is down"),
        (bool(role) and found != role, f"it is a {found}, not a {role}"),
    )
    reason = next((text for holds, text in problems if holds), "")
    return {"status": "unhealthy" if reason else "healthy", **({"reason": reason} if reason else {}), **answer}


def _client(address: str, port: int, login: t.Mapping[str, str]) -> redis.Redis:
    # Newer versions of redis-py try again by themselves, which would take longer than a client waits.
    known = inspect.signature(redis.Redis.__init__).parameters
    return redis.Redis(
        **{name: value for name, value in QUIET.items() if name in known},
        host=address,
        port=port,
        username=login["username"],
        password=login["password"],
        socket_timeout=DEADLINE,
        socket_connect_timeout=DEADLINE,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
        encoding_errors="backslashreplace",
    )
