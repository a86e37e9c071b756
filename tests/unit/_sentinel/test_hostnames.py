# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentinels that announce host names: what they get, and in which order."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.desired import Desired, make_desired
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.model import Observed
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.plan import plan

from .worlds import S1, S2, S3, SENTINELS, SETTINGS, A, B, fresh, sentinel, watch

NAMES = {f"redis{number}": f"192.0.2.{number + 10}" for number in (1, 2, 3)}


def desired(**settings: t.Any) -> Desired:
    """Return what role redis_sentinel asks for where host names are announced."""
    nodes = [{"address": name, "port": 6379} for name in NAMES]
    params: dict[str, t.Any] = {
        "sentinels": [{"address": name.rpartition(":")[0], "port": 26379} for name in SENTINELS],
        "sets": [{"name": "main", "primary": nodes[0], "nodes": nodes, "quorum": 2, "settings": SETTINGS}],
        "remove": [],
        "settings": {"resolve-hostnames": True, "announce-hostnames": True, **settings},
        "peer_username": None,
        "peer_password": None,
        "forget": False,
        "leaving": [],
        "external": [],
    }
    params["sets"] = [{**one, "auth_user": None, "auth_password": None} for one in params["sets"]]
    return make_desired(params, lambda host: NAMES.get(host, host))


def lines(observed: Observed, wanted: Desired) -> list[str]:
    return [step.describe() for step in plan(observed, wanted) if not step.phase.startswith("configure")]


def test_a_set_is_watched_by_the_host_name_of_its_primary() -> None:
    commands = [step.commands(fresh())[0] for step in plan(fresh(), desired()) if step.phase == "monitor"]
    assert commands == [("SENTINEL", "MONITOR", "main", "redis1", 6379, 2)] * 3


def test_names_are_resolved_before_one_is_announced() -> None:
    configure = next(step for step in plan(fresh(), desired()) if step.phase == "configure")
    assert configure.commands(fresh())[0][3] == "resolve-hostnames"


def test_sentinels_that_name_an_address_watch_by_name_one_after_the_other() -> None:
    sentinels = (sentinel(name, watch(name, B, host="192.0.2.12")) for name in SENTINELS)
    observed = Observed(tuple(sentinels))
    assert lines(observed, desired()) == [f"{name}: watch main by the host name redis2" for name in SENTINELS]
    renaming = [step for step in plan(observed, desired()) if step.phase.startswith("rename")]
    assert len({step.phase for step in renaming}) == 3
    assert renaming[0].commands(fresh())[:2] == [
        ("SENTINEL", "REMOVE", "main"),
        ("SENTINEL", "MONITOR", "main", "redis2", 6379, 2),
    ]
    for step in plan(observed, desired()):
        observed = step.apply(observed)
    assert plan(observed, desired()) == ()


def test_one_that_was_killed_between_is_told_the_primary_of_the_others_by_name() -> None:
    observed = Observed(
        (sentinel(S1), sentinel(S2, watch(S2, B, host="redis2")), sentinel(S3, watch(S3, B, host="redis2")))
    )
    commands = [step.commands(fresh())[0] for step in plan(observed, desired()) if step.phase == "monitor"]
    assert commands == [("SENTINEL", "MONITOR", "main", "redis2", 6379, 2)]


def test_where_addresses_are_announced_names_are_not_used() -> None:
    wanted = desired(**{"announce-hostnames": False})
    commands = [step.commands(fresh())[0] for step in plan(fresh(), wanted) if step.phase == "monitor"]
    assert commands[0][3] == A.rpartition(":")[0]
