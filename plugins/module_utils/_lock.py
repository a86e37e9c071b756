# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time on one deployment, wherever the controllers are.

The lock is a connection name on the first wanted node: it needs no place to store it, every
controller sees it, and the server drops it when its holder dies.
"""

from __future__ import annotations

import typing as t

from ._errors import DeadlineExceeded, Locked
from ._replies import number
from ._wait import poll

if t.TYPE_CHECKING:
    from ._client import Client

LOCK_NAME = "almashooq.redis:run"  # CLIENT SETNAME takes no spaces


def acquire(client: Client, timeout: float) -> None:
    """Take the lock on the connection's server, which it keeps until the connection closes.

    First the name is set, then the others are listed, so of two runs at least the later one sees
    the other.  Of several the oldest connection waits on with its name, and the younger withdraw.
    Raises Locked when another run still holds it after ``timeout`` seconds.
    """
    myself = int(client.command("CLIENT", "ID"))

    def others() -> list[dict[str, str]]:
        client.command("CLIENT", "SETNAME", LOCK_NAME)
        found = [
            other
            for other in map(_fields, str(client.command("CLIENT", "LIST")).splitlines())
            if other.get("name") == LOCK_NAME and number(other.get("id")) != myself
        ]
        if any(number(other.get("id")) < myself for other in found):
            client.command("CLIENT", "SETNAME", "")
        return found

    try:
        poll(others, _holders, awaiting="the other run on this deployment to end", timeout=timeout, node=client.node)
    except DeadlineExceeded as error:
        raise Locked(
            f"another run is at work on this deployment: {error.data['last_seen']}; this one has changed nothing",
            node=client.node,
            hint="Wait until it has ended, and run again.",
        ) from error


def _holders(others: list[dict[str, str]]) -> str:
    return ", ".join(f"from {other.get('addr')}, connected {other.get('age')} s ago" for other in others)


def _fields(line: str) -> dict[str, str]:
    """Read ``id=3 addr=127.0.0.1:1 name=x age=5`` of CLIENT LIST."""
    return dict(word.partition("=")[::2] for word in line.split())
