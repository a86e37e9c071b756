# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a running server has to load its users file."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._users.model import Present
from ansible_collections.almashooq.redis.plugins.module_utils._users.plan import plan
from ansible_collections.almashooq.redis.plugins.module_utils._users.steps import LoadUsers

from .._managed.instances import an_instance

FILE = "/etc/node/7000.acl"
OLD = ("user app on #1 +get", "user replication on #3 +psync")
BOTH = ("user app on #1 #2 +get", "user replication on #3 +psync")
ONE = an_instance()


def planned(present: Present) -> list[tuple[tuple[str, ...], bool]]:
    return [(step.names, step.replication) for step in plan(ONE, present, BOTH, FILE, "replication")]


CASES = {
    "it has them": (Present(BOTH, FILE), []),
    "a password was added": (Present(OLD, FILE), [(("app",), False)]),
    "the login of replicas is missing": (Present(OLD[:1], FILE), [(("app", "replication"), True)]),
    "it does not run": (Present((), FILE), []),
    "it was started with another file": (Present(OLD, "/etc/other.acl"), []),
    "it was started with none": (Present(OLD, ""), []),
    "another engine lists the same users in other words": (Present(OLD, FILE, ()), []),
    "another engine has other users": (Present(BOTH, FILE, ("app",)), [(("app",), False)]),
}


@pytest.mark.parametrize(("present", "expected"), CASES.values(), ids=CASES)
def test_users_are_loaded_where_they_differ(present: Present, expected: list[tuple[tuple[str, ...], bool]]) -> None:
    assert planned(present) == expected


@dataclass(frozen=True)
class World:
    """One server with its users."""

    present: Present

    def with_users(self, port: int, users: tuple[str, ...]) -> World:
        assert port == ONE.port
        return World(replace(self.present, lines=users, differing=None))


@pytest.mark.parametrize("differing", [None, ("app",)])
def test_after_that_nothing_is_left(differing: tuple[str, ...] | None) -> None:
    world = World(Present(OLD, FILE, differing))
    for step in plan(ONE, world.present, BOTH, FILE, "replication"):
        world = step.apply(world)
    assert planned(world.present) == []


def test_a_step_shows_names_and_no_hash() -> None:
    step = LoadUsers(7000, "192.0.2.1:7000", BOTH, ("app",), False)
    assert step.describe() == "192.0.2.1:7000: load users (app)"
    assert "#1" not in repr(step)
