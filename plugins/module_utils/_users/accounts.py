# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may log in to a server: the accounts that this collection needs, and those that are listed, validated."""

from __future__ import annotations

import re
import typing as t

from .._errors import Refused
from .._managed.directives import check_text
from .model import Account

EVERYTHING = "~* &* +@all"
NAME = re.compile(r"[^\s\"'#>]+")

# What a replica needs on its primary, by trial (ENGINES.md section 2).
# With +info and +cluster|nodes the start guard asks the others how far they are before an instance starts; a login that
# may copy all data learns nothing by it that matters.  +cluster|failover: where most primaries are gone, a primary
# that has less than its replica asks that to take over, instead of erasing it.
REPLICATION = "resetchannels -@all +psync +replconf +ping +info +cluster|nodes +cluster|failover"
VALKEY_DUAL_CHANNEL = "+sync"
VALKEY_ATOMIC_MIGRATION = "+cluster|syncslots +select +@write ~*"


def accounts(
    admin: tuple[str, str],
    replication: tuple[str, str],
    users: t.Sequence[t.Mapping[str, t.Any]],
    *,
    engine: tuple[str, tuple[int, ...]],
) -> tuple[Account, ...]:
    """Return all accounts of a host's instances, validated."""
    own = (
        Account(admin[0], (admin[1],), EVERYTHING),
        Account(replication[0], (replication[1],), replication_rules(*engine)),
    )
    return with_listed(own, users)


def with_listed(own: t.Sequence[Account], users: t.Sequence[t.Mapping[str, t.Any]]) -> tuple[Account, ...]:
    """Return the collection's own accounts and those that the user lists, validated."""
    listed = [Account(user["name"], _passwords(user), (user.get("rules") or "").strip()) for user in users]
    seen: set[str] = set()
    for account in (*own, *listed):
        _check(account)
        if account.name in seen:
            raise Refused(
                f"user {account.name!r} is given twice",
                hint="The users that this collection needs have options of their own; list others once.",
            )
        seen.add(account.name)
    return (*own, *listed)


def replication_rules(engine: str, version: tuple[int, ...]) -> str:
    """Return the rules of the user that replicas log in as, which depend on the engine."""
    rules = [REPLICATION]
    if engine == "valkey":
        rules.append(VALKEY_DUAL_CHANNEL)
        if version >= (9,):
            rules.append(VALKEY_ATOMIC_MIGRATION)
    return " ".join(rules)


def _passwords(user: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    first = user.get("password")
    return (*(() if first is None else (first,)), *(user.get("passwords") or ()))


def _check(account: Account) -> None:
    who = f"user {account.name!r}"
    if not NAME.fullmatch(account.name):
        raise Refused(f"{who}: such a name cannot stand in a users file", hint="Use letters, digits, - and _.")
    check_text(account.name, who)
    check_text(account.rules, f"the rules of {who}")
    for password in account.passwords:
        check_text(password, f"the password of {who}")
        if not password:
            raise Refused(f"{who} has an empty password", hint="Give it one, or leave 'password' out.")
    if len(set(account.passwords)) < len(account.passwords):
        raise Refused(f"{who} has one password twice", hint="List each once, in 'password' or in 'passwords'.")
    for word in account.rules.split():
        if word[0] in "><":
            raise Refused(
                f"the rules of {who} contain a password in clear text",
                hint="Give it as 'password': the users file then holds its hash only.",
            )
