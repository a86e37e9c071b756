# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that members of a set know and that the inventory does not."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._health.checks_addresses import addresses
from ansible_collections.almashooq.redis.plugins.module_utils._health.desired import Desired
from ansible_collections.almashooq.redis.plugins.module_utils._health.model import Follower, Observed, Server

A, B, AWAY = "192.0.2.1:6379", "192.0.2.2:6379", "198.51.100.9:6379"


def primary(*followers: str) -> Server:
    return Server(
        A, "a", "z", info={"role": "master"}, followers=tuple(Follower(name, "online", 1, 0) for name in followers)
    )


def replica(following: str, *followers: str) -> Server:
    return Server(
        B,
        "b",
        "z",
        info={"role": "slave"},
        following=following,
        followers=tuple(Follower(name, "online", 1, 0) for name in followers),
    )


CASES = {
    "members only": ((primary(B), replica(A)), []),
    "a replica of elsewhere": ((primary(B, AWAY), replica(A)), [f"{AWAY} replicates {A}, and is not in the inventory"]),
    "one that follows a replica": (
        (primary(B), replica(A, AWAY)),
        [f"{AWAY} replicates {B}, and is not in the inventory"],
    ),
    "a client that takes the stream": ((primary(B, "198.51.100.9:0"), replica(A)), []),
    "a primary of elsewhere": ((primary(), replica(AWAY)), [f"{B} follows {AWAY}, which is not in the inventory"]),
}


@pytest.mark.parametrize(("servers", "messages"), CASES.values(), ids=CASES.keys())
def test_who_is_known_and_not_in_the_inventory(servers: tuple[Server, ...], messages: list[str]) -> None:
    found = list(addresses(Observed(servers), Desired()))
    assert [(one.check, one.severity, one.message) for one in found] == [
        ("known-address", "error", m) for m in messages
    ]
    assert all(one.hint for one in found)
    assert list(addresses(Observed(servers, clustered=True), Desired())) == []


def test_a_replica_that_is_named_is_none() -> None:
    observed = Observed((primary(B, AWAY), replica(A)))
    assert list(addresses(observed, Desired(external=frozenset([AWAY])))) == []
