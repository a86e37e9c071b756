# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user that the tool logs in as, and the keys that a load test leaves: both are removed when it ends."""

from __future__ import annotations

import contextlib
import secrets
import time
import typing as t

from .._client import Client, Connections
from .._errors import CollectionError, EngineRefused
from .model import PREFIX, Primary
from .tool import Login

USER = "almashooq-load"
RIGHTS = ("on", "resetkeys", f"~{PREFIX}*", "-@all", "+get", "+setex", "+cluster|nodes", "+cluster|slots")
SCAN_COUNT = 1000
REMOVE_WITHIN = 30.0  # a primary, and never the rest of a keyspace that is too large for that: its keys expire


@contextlib.contextmanager
def login(primaries: t.Sequence[Primary], connections: Connections) -> t.Iterator[Login]:
    """Create a user on each primary that may do only what the tool does, with a password for this block.

    The tool takes a password from its command line only, where every user of the host can read it: so it never
    gets one of the deployment's.
    """
    granted = Login(USER, secrets.token_hex(32))
    try:
        for primary in primaries:
            connections[primary.name].command("ACL", "SETUSER", USER, "reset", f">{granted.password}", *RIGHTS)
        yield granted
    finally:
        for primary in primaries:
            with contextlib.suppress(CollectionError):
                connections[primary.name].command("ACL", "DELUSER", USER)


def remove(primary: Primary, connections: Connections, within: float = REMOVE_WITHIN) -> bool:
    """Remove the keys of all load tests from a primary; return whether the whole keyspace was seen in time."""
    client, deadline, cursor = connections[primary.name], time.monotonic() + within, "0"
    while True:
        cursor, found = client.command("SCAN", cursor, "MATCH", f"{PREFIX}*", "COUNT", SCAN_COUNT)
        _unlink(client, found)
        if str(cursor) == "0":
            return True
        if time.monotonic() > deadline:
            return False


def _unlink(client: Client, names: t.Sequence[str]) -> None:
    # One by one in a pipeline: in a cluster one command takes keys of one slot only.
    for reply in client.pipeline([("UNLINK", name) for name in names]) if names else ():
        if isinstance(reply, EngineRefused) and "MOVED" not in reply.message:
            raise reply
