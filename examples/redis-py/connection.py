# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection of redis-py that follows its primary, from the file of role redis_client."""

from __future__ import annotations

import json
import pathlib
import random
import time
import typing as t

import redis
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode
from redis.retry import Retry
from redis.sentinel import Sentinel

# A command gets an answer or an error in this time; attempt() repeats it.
SECONDS_A_COMMAND = 2.0
# The server has refused the command without doing it: repeating it is safe, whatever it is.
REFUSED = ("READONLY", "NOREPLICAS", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN")
Client = t.Union[redis.Redis, redis.RedisCluster]
Answer = t.TypeVar("Answer")


def connect(path: str) -> Client:
    """Return a client for the connection that a file describes; it connects when it is first used."""
    settings = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    options: dict[str, t.Any] = {
        **_login(settings["username"], settings["password_file"]),
        **(_tls(settings) if settings["tls"] else {}),
        "socket_timeout": SECONDS_A_COMMAND,
        "socket_connect_timeout": SECONDS_A_COMMAND,
        # Quiet connections are tried before they are used.
        "health_check_interval": 10,
        "decode_responses": True,
    }
    if settings["topology"] == "cluster":
        nodes = [ClusterNode(node["host"], node["port"]) for node in settings["nodes"]]
        return redis.RedisCluster(startup_nodes=nodes, **options)
    sentinels = Sentinel(
        [(node["host"], node["port"]) for node in settings["sentinels"]],
        sentinel_kwargs={
            **_login(settings["sentinel_username"], settings["sentinel_password_file"]),
            **(_tls(settings) if settings["sentinel_tls"] else {}),
            "socket_timeout": 1.0,
            "socket_connect_timeout": 1.0,
            "retry": Retry(NoBackoff(), 0),
        },
    )
    # One retry, at attempt(); the client asks the Sentinels for each new connection.
    return sentinels.master_for(settings["set"], db=settings["db"], retry=Retry(NoBackoff(), 0), **options)


def attempt(
    operation: t.Callable[[], Answer],
    *,
    deadline: float = 20.0,
    idempotent: bool = True,
    on_retry: t.Callable[[Exception], object] = lambda error: None,
) -> Answer:
    """Run an operation until it succeeds, for ``deadline`` seconds at most.

    Errors that no repetition mends are raised at once. An operation that must not be done twice (INCR, LPUSH ...)
    says ``idempotent=False``: it is not repeated when its answer was lost, for then it may have been done.
    """
    end = time.monotonic() + deadline
    number = 0
    while True:
        try:
            return operation()
        except (
            redis.exceptions.ConnectionError,
            redis.exceptions.TimeoutError,
            redis.exceptions.ResponseError,
        ) as error:
            # Doubled each time, bounded, and each client at a moment of its own.
            bound = min(0.5, 0.02 * 2**number)
            delay = random.uniform(bound / 2, bound)
            if not _worth_it(error, idempotent) or time.monotonic() + delay > end:
                raise
            on_retry(error)
            number += 1
            time.sleep(delay)


def _worth_it(error: Exception, idempotent: bool) -> bool:
    refused = isinstance(
        error, (redis.exceptions.ReadOnlyError, redis.exceptions.BusyLoadingError, redis.exceptions.ClusterDownError)
    ) or str(error).startswith(REFUSED)
    wrong_login = isinstance(error, (redis.exceptions.AuthenticationError, redis.exceptions.AuthorizationError))
    no_answer = isinstance(error, (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError)) and not wrong_login
    return refused or (no_answer and idempotent)


def _login(user: str | None, password_file: str | None) -> dict[str, t.Any]:
    secret = pathlib.Path(password_file).read_text(encoding="utf-8") if password_file else None
    return {"username": user, "password": secret}


def _tls(settings: dict[str, t.Any]) -> dict[str, t.Any]:
    return {
        "ssl": True,
        "ssl_ca_certs": settings["ca_file"],
        "ssl_certfile": settings["cert_file"],
        "ssl_keyfile": settings["key_file"],
    }
