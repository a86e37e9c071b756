# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users are set one by one where loading their file would end the server."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._users.set_users import commands_for, crashes_at_load


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
