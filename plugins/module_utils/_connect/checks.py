# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an item of ``redis_client_connections`` may contain; anything else is refused with the remedy."""

from __future__ import annotations

import re
import typing as t

from .._errors import Refused
from .._inventory.connections import CLUSTER, SENTINEL, Endpoint
from .._text import shown
from .model import Connection, Login, Tls
from .render import PLAIN, variables

VARIABLE = "redis_client_connections"
# Becomes the names of files.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
PREFIX = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What useradd allows on every distribution.
GROUP = re.compile(r"[a-z_][a-z0-9_-]*")

Given = t.Mapping[str, t.Any]


def refuse_names(given: t.Iterable[Given]) -> None:
    """Raise Refused for a name that cannot be a file's name, or that two connections have."""
    seen: set[str] = set()
    for one in given:
        name = one.get("name")
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise Refused(
                f"{shown(name)} is not a valid name for a connection",
                hint="It becomes the names of files: use letters, digits, '.', '_' and '-', a letter or digit first.",
            )
        if name in seen:
            raise Refused(f"{VARIABLE} has two connections {shown(name)}", hint="Give each one a name of its own.")
        seen.add(name)


def make_connection(given: Given, target: str, endpoints: t.Sequence[Endpoint], defaults: Given) -> Connection:
    """Return the connection that an item describes; ``defaults`` are the role's variables without prefix.

    Raises Refused for what could not be written, or could never log in.
    """
    sentinel = given["topology"] == SENTINEL
    tls = bool(given.get("tls", False))
    connection = Connection(
        name=str(given["name"]),
        topology=str(given["topology"]),
        target=target,
        endpoints=tuple(endpoints),
        login=_login(given, "", given.get("user", ""), given.get("password", "")),
        directory=str(defaults["directory"]).rstrip("/"),
        group=str(given.get("group", defaults["file_group"])),
        sentinel_login=_sentinel_login(given, defaults) if sentinel else Login(),
        db=_database(given),
        tls=_tls(given) if tls else None,
        sentinel_tls=sentinel and bool(given.get("sentinel_tls", tls)),
        prefix=str(given.get("prefix", "REDIS")),
        environment_password=bool(given.get("environment_password", False)),
        present=given.get("state", "present") == "present",
    )
    _refuse_unwritable(connection)
    return connection


def refuse_topology(given: Given) -> None:
    """Raise Refused for an item that does not name what to connect to."""
    topology = given.get("topology")
    if topology not in (SENTINEL, CLUSTER):
        raise Refused(
            f"connection {shown(given['name'])} has topology {shown(topology)}", hint="It is sentinel or cluster."
        )
    if topology == SENTINEL and not given.get("set"):
        raise Refused(
            f"connection {shown(given['name'])} names no set",
            hint="Name one of redis_replication_sets as `set`.",
        )


def _login(given: Given, prefix: str, user: object, password: object) -> Login:
    name = given["name"]
    if password and not user:
        raise Refused(
            f"connection {shown(name)} has a {prefix}password and no {prefix}user",
            hint=f"Name the {prefix}user; the user of a password alone is `default`.",
        )
    if user and not password:
        raise Refused(
            f"connection {shown(name)} has the {prefix}user {shown(user)} and no {prefix}password",
            hint=f"Give the {prefix}password, or an empty {prefix}user for servers without authentication.",
        )
    # By characters that no line and no file has: the value itself must not stand in an error.
    if any(ord(character) < ord(" ") or ord(character) == 127 for character in str(password)):
        raise Refused(
            f"connection {shown(name)} has control characters in its {prefix}password",
            hint="It cannot be typed, and many clients cut it off: choose another.",
        )
    return Login(str(user), str(password))


def _sentinel_login(given: Given, defaults: Given) -> Login:
    user = given.get("sentinel_user", defaults["sentinel_user"])
    # An empty user means no login, whatever password there is for others.
    password = given.get("sentinel_password", defaults["sentinel_password"]) if user else ""
    return _login(given, "sentinel_", user, password)


def _database(given: Given) -> int:
    try:
        number = int(str(given.get("db", 0)))
    except ValueError:
        number = -1
    if number < 0 or (number and given["topology"] == CLUSTER):
        raise Refused(
            f"connection {shown(given['name'])} has database {shown(given.get('db'))}",
            hint="It is a number from 0 on; a cluster has 0 alone.",
        )
    return number


def _tls(given: Given) -> Tls:
    names = {key: str(given.get(key, "")) for key in ("ca_file", "cert_file", "key_file")}
    for key, name in names.items():
        if name and not name.startswith("/"):
            raise Refused(
                f"connection {shown(given['name'])} has {key} {shown(name)}", hint="Give the whole path, from / on."
            )
    if bool(names["cert_file"]) != bool(names["key_file"]):
        raise Refused(
            f"connection {shown(given['name'])} has only one of cert_file and key_file",
            hint="A client's certificate needs both.",
        )
    return Tls(**names)


def _refuse_unwritable(connection: Connection) -> None:
    for kind, value, pattern in (("prefix", connection.prefix, PREFIX), ("group", connection.group, GROUP)):
        if not pattern.fullmatch(value):
            raise Refused(
                f"connection {shown(connection.name)} has the {kind} {shown(value)}",
                hint="Use letters, digits and '_', no digit first.",
            )
    for name, value in variables(connection).items():
        if not PLAIN.fullmatch(value):
            which = "" if name == "PASSWORD" else f" {value!r}"
            raise Refused(
                f"connection {shown(connection.name)} has a value{which} for {connection.prefix}_{name} that a shell, "
                "systemd and docker would read differently",
                hint="Letters, digits and _ @ % + = : , . / - are safe. A password with others is for its file alone: "
                "leave out environment_password.",
            )
