# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which changes of engine and release a rolling restart may make."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.releases import (
    NO_WAY,
    ROLL,
    TEXT_AOF,
    cannot_follow,
    change,
    is_lost,
    refusal,
    way_back,
)


@pytest.mark.parametrize(
    ("running", "installed", "expected"),
    [
        ("redis 7.0.15", "redis 7.0.20", False),
        ("valkey 8.1.1", "valkey 8.1.8", False),
        ("redis 7.0.15", "", False),
        ("", "redis 7.0.15", False),
        ("redis 7.0.15", "redis 7.2.0", True),
        ("redis 7.0.15", "valkey 7.0.15", True),
        ("valkey 8.0.1", "valkey 9.0.1", True),
    ],
)
def test_a_patch_is_no_change_of_the_release(running: str, installed: str, expected: bool) -> None:
    assert change(running, installed) is expected


@pytest.mark.parametrize(
    ("running", "installed"),
    [
        ("redis 7.0.15", "redis 8.0.2"),
        ("redis 7.0.15", "redis 8.6.3"),
        ("redis 7.0.15", "valkey 8.0.1"),
        ("redis 7.0.15", "valkey 9.1.2"),
        ("redis 8.0.2", "redis 8.6.3"),
        ("valkey 8.0.1", "valkey 8.1.1"),
        ("valkey 8.1.1", "valkey 9.1.2"),
    ],
)
@pytest.mark.parametrize("clustered", [True, False])
def test_what_replicates_forwards_may_be(running: str, installed: str, *, clustered: bool) -> None:
    assert refusal(running, installed, clustered=clustered) == ""


@pytest.mark.parametrize(
    ("running", "installed"),
    [
        ("redis 8.0.2", "redis 7.0.15"),
        ("valkey 9.1.2", "valkey 8.1.1"),
        ("redis 8.0.2", "valkey 8.1.1"),
        ("redis 8.6.3", "valkey 9.1.2"),
        ("redis 7.4.0", "valkey 8.0.1"),
        ("valkey 8.0.1", "redis 7.0.15"),
        ("valkey 9.1.2", "redis 8.0.2"),
    ],
)
@pytest.mark.parametrize("clustered", [True, False])
def test_what_a_new_member_could_not_load_may_not_be(running: str, installed: str, *, clustered: bool) -> None:
    assert refusal(running, installed, clustered=clustered)
    assert refusal(running, installed, clustered=clustered, untested=True)


def test_redis_8_beside_valkey_may_be_in_a_set_and_not_in_a_cluster() -> None:
    assert refusal("valkey 8.0.1", "redis 8.0.2", clustered=False) == ""
    assert "wrong addresses" in refusal("valkey 8.0.1", "redis 8.0.2", clustered=True)


@pytest.mark.parametrize(
    ("running", "installed"),
    [("redis 7.0.15", "redis 7.2.4"), ("valkey 8.1.8", "valkey 9.0.1"), ("redis 8.6.3", "redis 8.8.0")],
)
def test_what_was_never_tested_takes_consent_and_says_what_was(running: str, installed: str) -> None:
    assert "this change was not tested (known from" in refusal(running, installed, clustered=True)
    assert "redis_upgrade_untested" in refusal(running, installed, clustered=True)
    assert refusal(running, installed, clustered=True, untested=True) == ""


@pytest.mark.parametrize(
    ("running", "installed"),
    [("redis 7.2.4", "valkey 8.0.1"), ("redis 7.2.4", "redis 7.0.15"), ("keydb 6.3.4", "redis 7.0.15")],
)
def test_no_consent_helps_between_engines_or_downward(running: str, installed: str) -> None:
    for consent in (True, False):
        why = refusal(running, installed, clustered=True, untested=consent)
        assert why
        assert "redis_upgrade_untested" not in why


@pytest.mark.parametrize(
    ("reader", "writer", "follows"),
    [
        ("redis 7.0.15", "valkey 8.0.1", False),
        ("valkey 8.1.1", "valkey 9.1.2", True),
        ("redis 7.2.4", "redis 8.0.2", True),
    ],
)
def test_what_can_never_follow_is_known(reader: str, writer: str, *, follows: bool) -> None:
    assert cannot_follow(reader, writer) is not follows


@pytest.mark.parametrize(
    ("replica", "primary", "installed", "expected"),
    [
        ("redis 7.0.15", "valkey 8.0.1", "valkey 8.0.1", True),
        ("redis 7.0.15", "valkey 8.0.1", "valkey 8.0.9", True),
        ("redis 7.0.15", "valkey 8.0.1", "redis 7.0.15", False),
        ("redis 7.0.15", "redis 7.0.15", "valkey 8.0.1", False),
        ("valkey 8.0.1", "valkey 8.1.1", "valkey 8.1.1", False),
        ("valkey 8.1.1", "valkey 9.1.2", "valkey 9.1.2", True),
        ("redis 7.0.15", "valkey 8.0.1", "", False),
    ],
)
def test_a_replica_is_lost_where_only_another_version_helps(
    replica: str, primary: str, installed: str, *, expected: bool
) -> None:
    assert is_lost(replica, primary, installed) is expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("valkey 8.0.1", "valkey 8.1.8", ROLL),
        ("redis 7.0.15", "redis 7.0.20", ROLL),
        ("redis 7.0.20", "redis 7.0.15", ROLL),
        ("redis 7.0.15", "valkey 8.0.1", TEXT_AOF),
        ("valkey 8.1.8", "valkey 9.1.2", TEXT_AOF),
        ("valkey 8.0.1", "redis 8.0.2", NO_WAY),
        ("valkey 8.1.8", "redis 8.0.2", TEXT_AOF),
        ("redis 7.2.4", "redis 7.4.0", NO_WAY),
    ],
)
def test_the_way_back(old: str, new: str, expected: str) -> None:
    assert way_back(old, new, clustered=False) == expected
