# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The users file: who may log in to the instances, with hashes in place of passwords."""

from __future__ import annotations

import hashlib
import itertools
import re
import typing as t

from .._errors import Refused
from .directives import check_text
from .model import Account

EVERYTHING = "~* &* +@all"
NAME = re.compile(r"[^\s\"'#>]+")
DEFAULT_IS_OFF = "user default off resetpass resetkeys resetchannels -@all"

# What a replica needs on its primary, by trial (ENGINES.md section 2).
# With +info and +cluster|nodes the start guard asks the others how far they are before an instance starts; whoever may
# copy all data learns nothing by it that matters.  +cluster|failover: where most primaries are gone, a primary that has
# less than its replica tells that to take over, instead of erasing it.
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
    return with_listed([Account(*admin, EVERYTHING), Account(*replication, replication_rules(*engine))], users)


def with_listed(own: t.Sequence[Account], users: t.Sequence[t.Mapping[str, t.Any]]) -> tuple[Account, ...]:
    """Return the collection's own accounts and those that the user lists, validated."""
    listed = [Account(user["name"], user.get("password"), (user.get("rules") or "").strip()) for user in users]
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


def users_text(accounts: t.Sequence[Account]) -> str:
    """Return the users file: no comments, because the engine takes none there."""
    lines = [_line(account) for account in accounts]
    if not any(account.name == "default" for account in accounts):
        lines.insert(0, DEFAULT_IS_OFF)
    return "\n".join(lines) + "\n"


def canonical(lines: t.Iterable[str], version: str) -> tuple[str, ...]:
    """Return the lines of ACL LIST such that equal users of one version have equal lines.

    Up to 7.0, Redis reconstructs single commands from a hash table with a random seed, so that
    two servers list the same rules in another order.  Later ones keep them as they were given,
    and there the order is part of the meaning.
    """
    engine, _blank, number = version.partition(" ")
    numbers = tuple(int(part) for part in re.findall(r"\d+", number)[:2])
    if engine != "redis" or numbers >= (7, 2):
        return tuple(sorted(lines))
    return tuple(sorted(" ".join(_sorted_commands(line.split())) for line in lines))


def _sorted_commands(words: t.Sequence[str]) -> list[str]:
    result: list[str] = []
    for single, run in itertools.groupby(words, key=lambda word: word[0] in "+-" and word[1:2] != "@"):
        found = list(run)
        if single:
            # The last rule of a selector has its closing parenthesis attached.
            closing = [word for word in found if word.endswith(")")]
            found = sorted(word.rstrip(")") for word in found)
            found[-1] += ")" if closing else ""
        result += found
    return result


def crashes_at_load(version: str, role: str) -> bool:
    """Tell whether ACL LOAD ends this server: that of a replica of Valkey 8.0 and 8.1.0 does (valkey#1832)."""
    return role == "slave" and re.fullmatch(r"valkey (8\.0\.\d+|8\.1\.0)", version) is not None


def commands_for(text: str, present: t.Iterable[str]) -> list[tuple[str, ...]]:
    """Return the commands that bring the users of a running server to those of a users file, without ACL LOAD."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    wanted = {words[1] for words in lines}
    gone = sorted({line.split()[1] for line in present} - wanted - {"default"})
    setting = [("ACL", "SETUSER", words[1], "reset", *words[2:]) for words in lines]
    return [*setting, *(("ACL", "DELUSER", name) for name in gone)]


def changed_users(before: t.Iterable[str], after: t.Iterable[str]) -> list[str]:
    """Return the names of the users that differ between two lists of ``user NAME ...`` lines."""
    return sorted({line.split()[1] for line in set(before) ^ set(after) if len(line.split()) > 1})


def _line(account: Account) -> str:
    words = ["user", account.name, "on"]
    if account.password is not None:
        words.append("#" + hashlib.sha256(account.password.encode()).hexdigest())
    return " ".join([*words, account.rules]).rstrip()


def _check(account: Account) -> None:
    who = f"user {account.name!r}"
    if not NAME.fullmatch(account.name):
        raise Refused(f"{who}: such a name cannot stand in a users file", hint="Use letters, digits, - and _.")
    check_text(account.name, who)
    check_text(account.rules, f"the rules of {who}")
    if account.password is not None:
        check_text(account.password, f"the password of {who}")
        if not account.password:
            raise Refused(f"{who} has an empty password", hint="Give it one, or leave 'password' out.")
    for word in account.rules.split():
        if word[0] in "><":
            raise Refused(
                f"the rules of {who} contain a password in clear text",
                hint="Give it as 'password': the users file then holds its hash only.",
            )
