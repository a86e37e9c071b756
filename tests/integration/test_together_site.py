# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbook rolling_restart with redis_rolling_all_at_once over the three hosts of a watched set."""

from __future__ import annotations

import typing as t

import pytest

from .engines import engines
from .fleet import until
from .test_maintenance_site import Maintained

AT_ONCE = "redis_rolling_all_at_once=true"
RECORDS = "var/lib/redis-rolling"


@pytest.fixture
def site() -> t.Iterator[Maintained]:
    """A watched set of one engine."""
    with Maintained(engines()[0]) as made:
        yield made


def test_a_set_is_restarted_at_once_and_others_keep_away_meanwhile(site: Maintained) -> None:
    site.run()
    before = site.processes()
    playbook, everything = "playbooks/rolling_restart.yml", "redis_rolling_all=true"

    said = site.play(playbook, AT_ONCE, everything, check=True)
    assert "clients are offline until they have loaded" in said
    assert site.processes() == before
    assert "restarts whole deployments, and redis_rolling_limit some members" in site.play(
        playbook, AT_ONCE, "redis_rolling_limit=1", rc=2
    )
    assert "no member needs a restart" in site.play(playbook, AT_ONCE)

    # Interrupted: the members of the last hosts cannot be started.
    broken = "redis_rolling_user_group=nosuchgroup"
    site.play(playbook, AT_ONCE, everything, broken, rc=2)
    assert len(site.processes()) < len(before)
    assert [path.name for path in site.base.glob(f"*/{RECORDS}/*")] == ["main.json"]
    refused = site.play("site.yml", rc=2)
    assert "main is being restarted as a whole since" in refused
    assert "go on with it" in site.play(playbook, rc=2)

    site.play(playbook, AT_ONCE)
    after = site.processes()
    assert sorted(after) == sorted(before)
    assert not {one for one in before if before[one] == after[one]}
    assert list(site.base.glob(f"*/{RECORDS}/*")) == []
    assert "rolling_restart.yml: done" in site.outcomes()
    until(lambda: len(site.answering()) == len(before), "all members to answer")
    assert " changed=0 " in site.play(playbook, AT_ONCE)
