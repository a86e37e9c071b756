# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of users of which the order means nothing are equal, and others are not."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._users.canonical import canonical, changed_users


def test_an_engine_that_lists_commands_in_any_order_is_read_in_one():
    one = ["user b off -@all", "user a on #1 ~x (~y -@all +set +get) +@read -keys +ping"]
    two = ["user a on #1 ~x (~y -@all +get +set) +@read +ping -keys", "user b off -@all"]
    assert canonical(one, "redis 7.0.15") == canonical(two, "redis 7.0.15")


@pytest.mark.parametrize("version", ["redis 7.0.15", "redis 8.0.6", "valkey 8.0.1"])
def test_passwords_are_equal_in_any_order(version):
    one, two = ["user a on sanitize-payload #2 #1 ~x +get"], ["user a on sanitize-payload #1 #2 ~x +get"]
    assert canonical(one, version) == canonical(two, version)
    assert canonical(one, version) != canonical(["user a on sanitize-payload #1 ~x +get"], version)


@pytest.mark.parametrize("version", ["redis 7.2.4", "redis 8.0.6", "valkey 8.0.1"])
def test_where_the_order_is_the_users_it_is_part_of_the_meaning(version):
    one, two = ["user a on +get -get"], ["user a on -get +get"]
    assert canonical(one, version) != canonical(two, version)


def test_users_that_come_go_or_change_are_named():
    before, after = ["user a on", "user b on", "user c on"], ["user a on", "user b off", "user d on"]
    assert changed_users(before, after) == ["b", "c", "d"]
