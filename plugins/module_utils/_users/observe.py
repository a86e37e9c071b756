# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the users of a running server mean to it."""

from __future__ import annotations

import typing as t

from .._client import Client
from .._managed.connection import checked
from .meaning import differing


def differing_users(client: Client, users: t.Sequence[str], file: str) -> tuple[str, ...]:
    """Return which users of ACL LIST mean something else than the users file, to the engine that lists them."""
    names = sorted(client.command("ACL", "CAT"))
    commands = checked(client.pipeline([("ACL", "CAT", name) for name in names]))
    categories = tuple((name, tuple(found)) for name, found in zip(names, commands))
    return tuple(differing(users, file.splitlines(), categories))
