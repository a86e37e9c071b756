# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections to servers of this host, with a login that may be about to change."""

from __future__ import annotations

import typing as t

from .._client import Access, Client, Record
from .._errors import AuthenticationFailed, CollectionError, Loading, Unreachable
from .model import Instance

LOOPBACK = "127.0.0.1"


class Login(t.NamedTuple):
    """How to log in to running instances: first as is wanted, then with the password they may still have."""

    accesses: tuple[Access, ...]
    record: Record


def connect(one: Instance, login: Login) -> Client:
    """Return a connection that is logged in to a running instance.

    An instance whose address has been changed still listens on the loopback address.
    """
    failure: CollectionError | None = None
    for host in dict.fromkeys((one.address, LOOPBACK)):
        for access in login.accesses:
            client = Client(host, one.port, access, record=login.record)
            try:
                # Not PING, which an instance refuses while its snapshots fail; nor ECHO, which Sentinel does not know.
                client.command("CLIENT", "ID")
                return client
            except Loading:
                return client
            except AuthenticationFailed as error:
                failure = error
            except Unreachable as error:
                # The login that was refused says more than the address that does not answer.
                failure = failure or error
                break
    raise failure or Unreachable("no login", node=one.node)


def info(client: Client, section: str) -> dict[str, str]:
    """Return one section of INFO."""
    lines = str(client.command("INFO", section)).splitlines()
    return dict(line.partition(":")[::2] for line in lines if ":" in line)


def checked(replies: t.Sequence[t.Any]) -> list[t.Any]:
    """Return replies, or results of ``gather``, of which none may be an error."""
    for reply in replies:
        if isinstance(reply, CollectionError):
            raise reply
    return list(replies)


def version_of(info: str) -> str:
    """Return engine and version from INFO; every Valkey claims to be some Redis as well."""
    fields = dict(line.partition(":")[::2] for line in info.splitlines())
    if "valkey_version" in fields:
        return f"valkey {fields['valkey_version']}"
    return f"redis {fields.get('redis_version', '?')}"
