# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An application's connection, by the file that role redis_client has written for it and by redis-py's own clients.

The file beside ``_client.py`` that imports redis: what is tried here is that these clients, which no part of this
collection wrote, find the servers by what was rendered, log in, and follow a failover.
"""

from __future__ import annotations

import json
import re
import typing as t

from .._client import REDIS_IMPORT_ERROR
from .._errors import AuthenticationFailed, CollectionError, EngineRefused, PermissionDenied, Refused, Unreachable
from .._host.commands import text_of
from .._text import MASK

if REDIS_IMPORT_ERROR is None:
    import redis
    import redis.cluster
    import redis.exceptions
    import redis.sentinel
    from redis.backoff import NoBackoff
    from redis.retry import Retry

# An application gives up an exchange in this time, and tries again: s.
ANSWER_WITHIN = 1.0
# Marks of refusals of the login, in whatever a client wraps them.
LOGIN = ("WRONGPASS", "NOAUTH", "invalid username-password", "invalid password", "Authentication required")


class Application:
    """A client made from a connection's JSON file; made anew after what it did not get over by itself."""

    def __init__(self, path: str) -> None:
        self._settings = _settings(path)
        self._client: t.Any = None

    @property
    def topology(self) -> str:
        """Return sentinel or cluster."""
        return str(self._settings.get("topology"))

    def call(self, *command: object) -> t.Any:
        """Send one command as an application does; raises the error under the name that it has here."""
        try:
            if self._client is None:
                self._client = _connect(self._settings)
            return self._client.execute_command(*command)
        except (redis.exceptions.RedisError, redis.exceptions.RedisClusterException, OSError) as error:
            self._forget()
            # Not chained: what redis-py says in full has its connections in it, and what they were made with.
            raise _mapped(error, _passwords(self._settings)) from None

    def _forget(self) -> None:
        client, self._client = self._client, None
        try:
            if client is not None:
                client.close()
        except (redis.exceptions.RedisError, OSError, AttributeError):
            return  # what is broken need not be closed


def _settings(path: str) -> dict[str, t.Any]:
    text = text_of(path)
    if text is None:
        raise Refused(f"{path} cannot be read", hint="Run site.yml: role redis_client writes it.")
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Refused(f"{path} is not JSON: {error}", hint="Run site.yml: role redis_client writes it.") from error
    if not isinstance(found, dict) or found.get("topology") not in ("sentinel", "cluster"):
        raise Refused(f"{path} does not describe a connection", hint="Run site.yml: role redis_client writes it.")
    return found


def _connect(settings: t.Mapping[str, t.Any]) -> t.Any:
    options: dict[str, t.Any] = {
        **_login(settings.get("username"), settings.get("password_file")),
        **(_tls(settings) if settings.get("tls") else {}),
        "socket_timeout": ANSWER_WITHIN,
        "socket_connect_timeout": ANSWER_WITHIN,
        "decode_responses": True,
    }
    if settings["topology"] == "cluster":
        nodes = [redis.cluster.ClusterNode(node["host"], node["port"]) for node in settings["nodes"]]
        return redis.RedisCluster(startup_nodes=nodes, **options)
    quick = {"socket_timeout": ANSWER_WITHIN, "socket_connect_timeout": ANSWER_WITHIN, "decode_responses": True}
    sentinels = redis.sentinel.Sentinel(
        [(node["host"], node["port"]) for node in settings["sentinels"]],
        sentinel_kwargs={
            **quick,
            **_login(settings.get("sentinel_username"), settings.get("sentinel_password_file")),
            **(_tls(settings) if settings.get("sentinel_tls") else {}),
        },
    )
    return sentinels.master_for(settings["set"], db=settings.get("db") or 0, retry=Retry(NoBackoff(), 0), **options)


def _login(user: str | None, password_file: str | None) -> dict[str, str | None]:
    password = text_of(password_file) if password_file else None
    if password_file and password is None:
        raise Refused(f"{password_file} cannot be read", hint="Run site.yml: role redis_client writes it.")
    return {"username": user, "password": password}


def _tls(settings: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {
        "ssl": True,
        "ssl_ca_certs": settings.get("ca_file"),
        "ssl_certfile": settings.get("cert_file"),
        "ssl_keyfile": settings.get("key_file"),
        "ssl_check_hostname": True,
    }


def _passwords(settings: t.Mapping[str, t.Any]) -> list[str]:
    files = (settings.get(name) for name in ("password_file", "sentinel_password_file"))
    return [text for text in (text_of(file) for file in files if file) if text]


def without_connections(said: str, passwords: t.Iterable[str]) -> str:
    """Return what a client says, without its objects, which redis-py prints with all that they were made with."""
    for password in passwords:
        said = said.replace(password, MASK)
    objects = 1
    while objects:
        said, objects = re.subn(r"<[^<>]*>", "...", said)
    return said


def _mapped(error: Exception, passwords: t.Iterable[str]) -> CollectionError:
    said = without_connections(str(error), passwords) or type(error).__name__
    if isinstance(error, redis.exceptions.AuthenticationError) or any(mark in said for mark in LOGIN):
        return AuthenticationFailed(said, hint="Run site.yml: it writes the passwords that the servers have.")
    if isinstance(error, redis.exceptions.NoPermissionError) or said.startswith("NOPERM"):
        return PermissionDenied(said)
    if isinstance(error, redis.exceptions.ResponseError):
        return EngineRefused(said)
    return Unreachable(said)
