# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A redis-py connection that follows its primary, from the file of role redis_client."""

from __future__ import annotations

import collections
import contextlib
import json
import pathlib
import random
import threading
import time
import typing as t
import weakref

import redis
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode
from redis.retry import Retry
from redis.sentinel import MasterNotFoundError, Sentinel

# A command gets an answer or an error within this time; attempt() repeats it.
SECONDS_A_COMMAND = 2.0
# The server refused the command without running it, so repeating any command is safe.
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
        # Idle connections are tested before they are used.
        "health_check_interval": 10,
        "decode_responses": True,
    }
    if settings["topology"] == "cluster":
        nodes = [ClusterNode(node["host"], node["port"]) for node in settings["nodes"]]
        return redis.RedisCluster(startup_nodes=nodes, **options)
    sentinels = MajoritySentinel(
        [(node["host"], node["port"]) for node in settings["sentinels"]],
        sentinel_kwargs={
            **_login(settings["sentinel_username"], settings["sentinel_password_file"]),
            **(_tls(settings) if settings["sentinel_tls"] else {}),
            "socket_timeout": 1.0,
            "socket_connect_timeout": 1.0,
            "retry": Retry(NoBackoff(), 0),
            "decode_responses": True,
        },
    )
    # Only attempt() retries; the client queries the Sentinels for each new connection.
    client = sentinels.master_for(settings["set"], db=settings["db"], retry=Retry(NoBackoff(), 0), **options)
    threading.Thread(target=_leave_former_primaries, args=(weakref.ref(client),), daemon=True).start()
    return client


class MajoritySentinel(Sentinel):
    """Sentinels of which more than half must name the same primary.

    A Sentinel that is isolated together with a primary names that primary for as long as the partition lasts, so the
    first answer does not count.
    """

    def discover_master(self, service_name: str) -> tuple[str, int]:
        """Return the address and port of the primary, as soon as a majority of all Sentinels names it."""
        needed = len(self.sentinels) // 2 + 1
        votes: collections.Counter[tuple[str, int]] = collections.Counter()
        silent = []
        for one in self.sentinels:
            try:
                answer = one.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", service_name)
            except redis.exceptions.RedisError:
                silent.append(one)
                continue
            address = (str(answer[0]), int(answer[1])) if answer else ("", 0)
            votes[address] += 1
            if answer and votes[address] == needed:
                # Sentinels that do not answer are queried last the next time.
                self.sentinels = [each for each in self.sentinels if each not in silent] + silent
                return address
        raise MasterNotFoundError(f"no {needed} of {len(self.sentinels)} Sentinels name one primary of {service_name}")


def _leave_former_primaries(client: weakref.ref[redis.Redis]) -> None:
    """Close the client's connections when a majority names another primary; checked twice a second."""
    while True:
        time.sleep(0.5)
        living = client()
        if living is None:
            return
        with contextlib.suppress(redis.exceptions.RedisError):
            living.connection_pool.get_master_address()
        # Otherwise the client would stay referenced, and never be collected.
        del living


def attempt(
    operation: t.Callable[[], Answer],
    *,
    deadline: float = 20.0,
    idempotent: bool = True,
    on_retry: t.Callable[[Exception], object] = lambda error: None,
) -> Answer:
    """Run an operation until it succeeds, for ``deadline`` seconds at most.

    Errors that a retry cannot fix are raised at once. Set ``idempotent=False`` for an operation that must not run twice
    (INCR, LPUSH ...): it is not repeated if its answer was lost, because then it may have run.
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
            # Doubled each time, bounded, and randomised per client.
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
