# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values for the tests of a host's instances, each buildable in one expression."""

from __future__ import annotations

from ansible_collections.almashooq.redis.plugins.module_utils._settings.model import Answer, Desired
from ansible_collections.almashooq.redis.plugins.module_utils._users.model import Account

from .._managed.instances import LAYOUT, an_instance

ADMIN = Account("admin", ("admin secret",), "~* &* +@all")
REPLICATION = Account("replication", ("replication secret",), "+psync")
USERS = ("user admin on #1", "user default off", "user replication on #2")
VERSION = "redis 7.0.15"


def wanted(*instances, accounts=(ADMIN, REPLICATION), accept=False):
    """Return what a host is to be."""
    return Desired(LAYOUT, instances or (an_instance(),), accounts, 0, 100, 200, "replication", accept)


def an_answer(settings=None, *, users=USERS, version=VERSION, fixed=(), aliases=()):
    """Return what the engine says of an instance."""
    return Answer(tuple(sorted((settings or {}).items())), users, version, frozenset(fixed), tuple(aliases))
