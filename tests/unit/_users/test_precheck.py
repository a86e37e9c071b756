# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users that cannot be, reported with variable, user and rule before an engine is there."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._users.precheck import refusal, wrong_rule

ADMIN = {"name": "admin", "password": "secret", "variable": "redis_node_admin_password"}


@pytest.mark.parametrize(
    "rules",
    ["", "~* &* +@all", "on allkeys +get -@dangerous +config|get %R~a:* %RW~b resetchannels", "(+get ~a) (~b +set)",
     "#" + "0" * 64, "db=1,2 nopass", "+@ALL -DEBUG", "~key with|odd" .replace(" ", "*")],
)  # fmt: skip
def test_rules_that_may_be(rules: str) -> None:
    assert wrong_rule(rules) == ""


@pytest.mark.parametrize(
    ("rules", "word"), [("get set", "get"), ("~* + get", "+"), ("+@", "+@"), ("['+get', '~*']", "['+get',"), ("*", "*")]
)
def test_rules_that_no_engine_takes(rules: str, word: str) -> None:
    assert wrong_rule(rules) == word
    said = refusal([{"name": "shop", "rules": rules}], "redis_node_users")
    assert said.startswith(f"user 'shop' in redis_node_users: {word!r} is not a rule")


@pytest.mark.parametrize(
    ("users", "own", "says"),
    [
        ([], [ADMIN], ""),
        ([{"name": "shop", "password": "x", "rules": "+get"}], [ADMIN], ""),
        ([{"name": "a b", "rules": "+get"}], [], "the users that this collection needs: user 'a b'"),
        ([{"name": "admin", "rules": "+get"}], [ADMIN], "user 'admin' is given twice"),
        ([{"name": "a", "rules": "+get >clear"}], [], "contain a password in clear text"),
        ([{"name": "a", "password": "", "rules": "+get"}], [], "has an empty password"),
        ([{"name": "a", "passwords": ["with space", ""], "rules": "+get"}], [], "has an empty password"),
        ([{"name": "a", "password": "with space", "passwords": ["with space"], "rules": ""}], [], "password twice"),
        ([{"name": "a", "password": "with space", "passwords": ["other"], "rules": "+get"}], [ADMIN], ""),
        ([], [{**ADMIN, "password": "with space", "bare": True}], "redis_node_admin_password, or the name of its user"),
        ([], [{**ADMIN, "password": "with space"}], ""),
        ([], [{**ADMIN, "bare": True}, ADMIN], ""),
    ],
)  # fmt: skip
def test_users_that_cannot_be(users: list[dict[str, t.Any]], own: list[dict[str, object]], says: str) -> None:
    said = refusal(users, "redis_node_users", own)
    assert says in said
    assert bool(said) is bool(says)
    assert "with space" not in said
    assert "clear text" not in says or ">clear" not in said


@pytest.mark.parametrize("rules", ["~* +@all >my pass word", "~* #plainsecret", "['>s3cret']", "~* >s3cr(et"])
def test_what_may_be_part_of_a_password_is_not_shown(rules: str) -> None:
    said = refusal([{"name": "shop", "rules": rules}], "redis_node_users")
    assert not any(part in said for part in ("pass word", "'pass'", "plainsecret", "s3cr", "'et'"))


def test_parentheses_within_a_pattern_are_no_selector() -> None:
    assert wrong_rule("~a(b):* (+get ~c:*) +@read") == ""
    assert wrong_rule("(+get ~c:* nonsense)") == "nonsense"
