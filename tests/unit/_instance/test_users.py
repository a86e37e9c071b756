# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The users file: hashes, rules, and who is in it."""

from __future__ import annotations

import hashlib

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._instance.model import Account
from ansible_collections.almashooq.redis.plugins.module_utils._instance.users import (
    accounts,
    canonical,
    changed_users,
    commands_for,
    crashes_at_load,
    replication_rules,
    users_text,
)

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


def test_an_engine_that_lists_commands_in_any_order_is_read_in_one():
    one = ["user b off -@all", "user a on #1 ~x (~y -@all +set +get) +@read -keys +ping"]
    two = ["user a on #1 ~x (~y -@all +get +set) +@read +ping -keys", "user b off -@all"]
    assert canonical(one, "redis 7.0.15") == canonical(two, "redis 7.0.15")


@pytest.mark.parametrize("version", ["redis 7.2.4", "redis 8.0.6", "valkey 8.0.1"])
def test_where_the_order_is_the_users_it_is_part_of_the_meaning(version):
    one, two = ["user a on +get -get"], ["user a on -get +get"]
    assert canonical(one, version) != canonical(two, version)


def test_users_that_come_go_or_change_are_named():
    before, after = ["user a on", "user b on", "user c on"], ["user a on", "user b off", "user d on"]
    assert changed_users(before, after) == ["b", "c", "d"]


def test_a_password_is_not_in_the_representation():
    assert "secret" not in repr(Account("x", "secret", ""))


@pytest.mark.parametrize(
    ("version", "role", "crashes"),
    [
        ("valkey 8.0.1", "slave", True),
        ("valkey 8.0.1", "master", False),
        ("valkey 8.1.0", "slave", True),
        ("valkey 8.1.1", "slave", False),
        ("valkey 9.0.0", "slave", False),
        ("redis 8.0.1", "slave", False),
    ],
)
def test_the_servers_that_loading_users_ends_are_known(version, role, crashes):
    assert crashes_at_load(version, role) is crashes


def test_users_can_be_set_without_loading_their_file():
    text = "user default off -@all\nuser admin on #abc ~* &* +@all\n"
    assert commands_for(text, ["user admin on", "user default on", "user gone on"]) == [
        ("ACL", "SETUSER", "default", "reset", "off", "-@all"),
        ("ACL", "SETUSER", "admin", "reset", "on", "#abc", "~*", "&*", "+@all"),
        ("ACL", "DELUSER", "gone"),
    ]
