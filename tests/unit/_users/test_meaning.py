# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users as two engines list them: what they mean is compared."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._users.meaning import differing

CATEGORIES = (
    ("admin", ("config", "config|get", "config|set", "shutdown")),
    ("dangerous", ("config", "config|get", "config|set", "keys", "shutdown")),
    ("read", ("get", "keys")),
    ("write", ("del", "set")),
    ("connection", ("ping", "select")),
)

EQUAL = {
    "another order of commands": ("-@all +get +set", "-@all +set +get"),
    "a category and its commands": ("-@all +@write -del", "-@all +set"),
    "a command and all its subcommands": ("-@all +config", "-@all +config|set +config|get"),
    "a refusal of what was never allowed": ("-@all +get -shutdown", "-@all +get"),
    "a rule that a later one undoes": ("-@all +get +@write -@write", "-@all +get"),
    "what nobody says": ("sanitize-payload ~* +@all", "~* +@all alldbs"),
    "another order of patterns": ("~a* ~b* &x &y", "~b* ~a* &y &x"),
    "reading and writing": ("%RW~a*", "%R~a* %W~a*"),
    "all keys and some": ("allkeys ~a*", "~*"),
    "words for everything": ("allkeys allchannels allcommands", "~* &* +@all"),
    "the default user, switched off": ("off resetpass resetkeys resetchannels -@all", "off -@all"),
    "another order of passwords": ("#aa #bb +get", "#bb #aa +get"),
    "the last word on login": ("nopass on #aa off", "off #aa"),
    "another order of selectors": ("-@all (~a +get) (~b +set)", "-@all (~b +set) (~a resetchannels -@all +get)"),
    "an unknown command": ("-@all +get +json.get", "-@all +json.get +get"),
}
DIFFERENT = {
    "a command less": ("-@all +get +set", "-@all +get"),
    "a subcommand less": ("-@all +config", "-@all +config|get"),
    "the order matters": ("+@all -config +config|get", "+@all +config|get -config"),
    "another password": ("#aa +get", "#bb +get"),
    "a password more": ("#aa +get", "#aa #bb +get"),
    "no password": ("#aa", "nopass"),
    "off": ("on", "off"),
    "another key": ("~a*", "~b*"),
    "reading only": ("~a*", "%R~a*"),
    "another channel": ("&a", "&b"),
    "the rights of a selector": ("-@all (~a +get)", "-@all (~a +set)"),
    "what a selector had is the user's": ("-@all (~a +get)", "-@all ~a +get"),
}


def users(rules: str) -> list[str]:
    return ["user default off resetchannels -@all", f"user shop {rules}"]


@pytest.mark.parametrize(("before", "after"), EQUAL.values(), ids=EQUAL)
def test_the_same_rights_in_other_words_are_the_same(before: str, after: str) -> None:
    assert differing(users(before), users(after), CATEGORIES) == []


@pytest.mark.parametrize(("before", "after"), DIFFERENT.values(), ids=DIFFERENT)
def test_other_rights_are_others_and_the_user_is_named(before: str, after: str) -> None:
    assert differing(users(before), users(after), CATEGORIES) == ["shop"]


def test_a_user_more_or_less_is_named() -> None:
    assert differing(users("on"), users("on")[:1], CATEGORIES) == ["shop"]
    assert differing(users("on")[:1], users("on"), CATEGORIES) == ["shop"]
