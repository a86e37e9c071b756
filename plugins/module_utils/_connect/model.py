# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection of an application, complete: all that its files contain."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from .._inventory.connections import Endpoint


@dataclass(frozen=True)
class Login:
    """A user and the password; without a name there is no login."""

    user: str = ""
    password: str = ""


@dataclass(frozen=True)
class Tls:
    """Files on the application's host; without a CA the system's are trusted."""

    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""


@dataclass(frozen=True)
class Connection:
    """How an application gets to a replication set or a cluster, and where its files lie.

    ``endpoints`` are the Sentinels or the cluster's nodes; ``target`` is the name of the set or of the
    deployment. ``tls`` None means without, for the servers and (``sentinel_tls``) for the Sentinels.
    """

    name: str
    topology: str
    target: str
    endpoints: tuple[Endpoint, ...]
    login: Login
    directory: str
    group: str
    sentinel_login: Login = Login()
    db: int = 0
    tls: Tls | None = None
    sentinel_tls: bool = False
    prefix: str = "REDIS"
    environment_password: bool = False
    present: bool = True
