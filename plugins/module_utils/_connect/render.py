# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a connection: environment, JSON and secrets, as text.

An environment file is read by systemd (``EnvironmentFile=``), by shells (``set -a; . FILE``) and by
docker (``--env-file``). They agree about ``NAME=value`` only while the value needs no quotes: docker
takes quotes as part of the value. So a value holds nothing but characters that mean themselves to
all three; what does not fit stands in a file of its own, and the environment names that file.
"""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass

from .._inventory.connections import CLUSTER, SENTINEL
from .._text import node_name
from .model import Connection, Tls

# "~" is left out: a shell expands it after "=" and ":".
PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./\[\]-]*")

ENVIRONMENT = "env"
SETTINGS = "json"
PASSWORD = "password"
SENTINEL_PASSWORD = "sentinel-password"
SUFFIXES = (ENVIRONMENT, SETTINGS, PASSWORD, SENTINEL_PASSWORD)


@dataclass(frozen=True)
class File:
    """A file of a connection; ``content`` None means that it must not be there."""

    path: str
    group: str
    secret: bool
    content: str | None


def files(connection: Connection) -> tuple[File, ...]:
    """Return all files that a connection could have, those that it must not have without content."""
    contents = dict.fromkeys(SUFFIXES, "")
    if connection.present:
        contents = {
            ENVIRONMENT: environment(connection),
            SETTINGS: settings(connection),
            PASSWORD: connection.login.password,
            SENTINEL_PASSWORD: connection.sentinel_login.password if connection.topology == SENTINEL else "",
        }
    secrets = {PASSWORD, SENTINEL_PASSWORD, *([ENVIRONMENT] if connection.environment_password else [])}
    return tuple(
        File(path(connection, suffix), connection.group, suffix in secrets, content or None)
        for suffix, content in contents.items()
    )


def path(connection: Connection, suffix: str) -> str:
    """Return where a file of the connection lies."""
    return f"{connection.directory}/{connection.name}.{suffix}"


def settings(connection: Connection) -> str:
    """Return the JSON file: one object, no secrets; keys without a value are null."""
    names = [{"host": host, "port": port} for host, port in connection.endpoints]
    target: dict[str, t.Any] = {"deployment": connection.target, "nodes": names}
    if connection.topology == SENTINEL:
        target = {
            "set": connection.target,
            "sentinels": names,
            "sentinel_username": connection.sentinel_login.user or None,
            "sentinel_password_file": _secret(connection, SENTINEL_PASSWORD, connection.sentinel_login.password),
            "sentinel_tls": connection.sentinel_tls,
        }
    tls = connection.tls or Tls()
    content = {
        "name": connection.name,
        "topology": connection.topology,
        **target,
        "username": connection.login.user or None,
        "password_file": _secret(connection, PASSWORD, connection.login.password),
        "db": connection.db,
        "tls": connection.tls is not None,
        "ca_file": tls.ca_file or None,
        "cert_file": tls.cert_file or None,
        "key_file": tls.key_file or None,
    }
    return json.dumps(content, indent=2) + "\n"


def environment(connection: Connection) -> str:
    """Return the environment file: one ``NAME=value`` a line; empty values are left out."""
    lines = [f"{connection.prefix}_{name}={value}\n" for name, value in variables(connection).items() if value]
    return "".join(lines)


def variables(connection: Connection) -> dict[str, str]:
    """Return the variables of the environment, without the prefix of their names; empty ones are left out."""
    endpoints = ",".join(node_name(host, port) for host, port in connection.endpoints)
    sentinel = connection.topology == SENTINEL
    tls = connection.tls or Tls()
    return {
        "TOPOLOGY": connection.topology,
        "SETTINGS_FILE": path(connection, SETTINGS),
        "SENTINELS": endpoints if sentinel else "",
        "SENTINEL_SET": connection.target if sentinel else "",
        "SENTINEL_USERNAME": connection.sentinel_login.user if sentinel else "",
        "SENTINEL_PASSWORD_FILE": _secret(connection, SENTINEL_PASSWORD, connection.sentinel_login.password) or "",
        "SENTINEL_TLS": _truth(connection.sentinel_tls) if sentinel else "",
        "CLUSTER_NODES": endpoints if connection.topology == CLUSTER else "",
        "USERNAME": connection.login.user,
        "PASSWORD_FILE": _secret(connection, PASSWORD, connection.login.password) or "",
        "PASSWORD": connection.login.password if connection.environment_password else "",
        "DB": str(connection.db),
        "TLS": _truth(connection.tls is not None),
        "TLS_CA_FILE": tls.ca_file,
        "TLS_CERT_FILE": tls.cert_file,
        "TLS_KEY_FILE": tls.key_file,
    }


def _secret(connection: Connection, suffix: str, password: str) -> str | None:
    return path(connection, suffix) if password else None


def _truth(value: bool) -> str:
    return "true" if value else "false"
