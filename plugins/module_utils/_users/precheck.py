# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users as far as they can be validated without an engine: before one is installed, with the names of the inventory."""

from __future__ import annotations

import re
import typing as t

from .._errors import Refused
from .._text import MASK
from .accounts import with_listed
from .model import Account

# Sentinel writes what it logs in with to its own file as one bare word, and would not start again.
NO_LOOSE_ENDS = frozenset(" \t'\"\\")
# ACL SETUSER: rules that are words, and the signs with which all others begin. A name=value may be of a later version.
WORDS = frozenset(
    [
        "on",
        "off",
        "nopass",
        "resetpass",
        "reset",
        "allkeys",
        "resetkeys",
        "allchannels",
        "resetchannels",
        "allcommands",
        "nocommands",
        "clearselectors",
        "sanitize-payload",
        "skip-sanitize-payload",
        "alldbs",
        "resetdbs",
    ]
)
_RULE = re.compile(
    r"[~&].*|%(R|W|RW|WR)~.*|[+-]@?[a-z0-9_.:-]+(\|[a-z0-9_.:-]+)*|[#!][0-9a-f]{64}|[a-z]+=.*", re.IGNORECASE
)


def refusal(
    users: t.Sequence[t.Mapping[str, t.Any]], variable: str, own: t.Sequence[t.Mapping[str, t.Any]] = ()
) -> str:
    """Return why a server cannot have these users, or nothing; no secret is part of it."""
    for one in own:
        if one.get("bare") and NO_LOOSE_ENDS.intersection(f"{one['name']}{one['password']}"):
            return (
                f"{one['variable']}, or the name of its user {one['name']!r}, has a space, a quote or a backslash in "
                "it: Sentinel writes it to its file as one bare word and would not start again. Choose another one."
            )
    for user in users:
        rules = str(user.get("rules") or "")
        word = wrong_rule(rules)
        if word:
            # What follows a blank within a password looks like a rule of its own.
            reported = f"one of its rules ({MASK})" if re.search(r"[<>#!]", rules) else repr(word)
            return (
                f"user {user['name']!r} in {variable}: {reported} is not a rule of ACL SETUSER. A rule is a command "
                "(+get), a category (+@read, -@dangerous), a pattern of keys (~cache:*) or of channels (&news:*)."
            )
    accounts = [Account(str(one["name"]), (one["password"],), "") for one in own if not one.get("bare")]
    try:
        with_listed(accounts, users)
    except Refused as error:
        return f"{variable}, or the users that this collection needs: {error}"
    return ""


def wrong_rule(rules: str) -> str:
    """Return the first word that no version of the engines takes for a rule; nothing where all may be rules."""
    # A selector is in parentheses; within a word they belong to a pattern.
    for word in re.sub(r"(?<!\S)\(|\)(?!\S)", " ", rules).split():
        if word.lower() not in WORDS and not _RULE.fullmatch(word) and word[0] not in "<>":
            return word
    return ""
