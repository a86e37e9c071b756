# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The users file: hashes, rules, and who is in it."""

from __future__ import annotations

import hashlib

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._users.accounts import accounts, replication_rules
from ansible_collections.almashooq.redis.plugins.module_utils._users.model import Account
from ansible_collections.almashooq.redis.plugins.module_utils._users.users_file import users_text

ADMIN = ("admin", "a")
REPLICATION = ("replication", "r")
REDIS = ("redis", (7, 0, 15))


def build(*users, engine=REDIS):
    return accounts(ADMIN, REPLICATION, users, engine=engine)


def test_the_file_holds_hashes_and_the_default_user_is_off():
    text = users_text(build({"name": "app", "password": "p", "rules": "~a:* +get"}))
    digest = hashlib.sha256(b"p").hexdigest()
    assert text.splitlines()[0] == "user default off resetpass resetkeys resetchannels -@all"
    assert f"user app on #{digest} ~a:* +get" in text.splitlines()
    assert text.endswith("\n")


@pytest.mark.parametrize(
    "user",
    [
        {"password": "p", "passwords": ["q"]},
        {"password": "q", "passwords": ["p"]},
        {"passwords": ["p", "q"]},
        {"password": None, "passwords": ["q", "p"]},
    ],
)
def test_every_password_of_a_user_is_in_the_file_in_whatever_order_they_are_listed(user):
    first, second = sorted(hashlib.sha256(one).hexdigest() for one in (b"p", b"q"))
    text = users_text(build({"name": "app", "rules": "+get", **user}))
    assert f"user app on #{first} #{second} +get" in text.splitlines()


@pytest.mark.parametrize("user", [{}, {"password": None, "passwords": None}, {"passwords": []}])
def test_a_user_without_a_password_has_no_hash(user):
    assert "user app on +get" in users_text(build({"name": "app", "rules": "+get", **user})).splitlines()


def test_the_default_user_can_be_listed():
    text = users_text(build({"name": "default", "rules": "nopass +ping"}))
    assert [line for line in text.splitlines() if line.startswith("user default")] == ["user default on nopass +ping"]


@pytest.mark.parametrize(
    ("user", "word"),
    [
        ({"name": "admin"}, "given twice"),
        ({"name": "replication"}, "given twice"),
        ({"name": "two words"}, "cannot stand"),
        ({"name": ""}, "cannot stand"),
        ({"name": "x\nuser evil on nopass +@all"}, "cannot stand"),
        ({"name": "x", "rules": "+get\nuser evil on nopass"}, "control character"),
        ({"name": "x", "password": "a\nb"}, "control character"),
        ({"name": "x", "password": ""}, "empty password"),
        ({"name": "x", "passwords": ["a", ""]}, "empty password"),
        ({"name": "x", "password": "", "passwords": ["a"]}, "empty password"),
        ({"name": "x", "passwords": ["a", "a\nb"]}, "control character"),
        ({"name": "x", "password": "a", "passwords": ["b", "a"]}, "one password twice"),
        ({"name": "x", "passwords": ["b", "b"]}, "one password twice"),
        ({"name": "x", "rules": ">clear +get"}, "clear text"),
    ],
)
def test_what_would_not_be_what_it_says_is_refused(user, word):
    with pytest.raises(Refused, match=word):
        build(user)


COPIES = "resetchannels -@all +psync +replconf +ping +info +cluster|nodes +cluster|failover"


@pytest.mark.parametrize(
    ("engine", "version", "expected"),
    [
        ("redis", (8, 2), COPIES),
        ("valkey", (8, 1), f"{COPIES} +sync"),
        ("valkey", (9, 1), f"{COPIES} +sync +cluster|syncslots +select +@write ~*"),
    ],
)
def test_the_replication_user_may_what_its_engine_needs(engine, version, expected):
    assert replication_rules(engine, version) == expected


def test_a_password_is_not_in_the_representation():
    assert "secret" not in repr(Account("x", ("secret",), ""))
