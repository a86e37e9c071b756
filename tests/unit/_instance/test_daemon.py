# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which daemons are started and stopped."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._instance.daemon import (
    Daemons,
    MakeRunDirectory,
    Start,
    Stop,
    plan,
)
from ansible_collections.almashooq.redis.plugins.module_utils._instance.model import Directory

from .hosts import an_instance

INSTANCES = (an_instance(7000), an_instance(7001))
RUN = Directory("/run", 1, 1, 0o755)
NONE = Daemons(RUN, ((7000, None), (7001, None)))
ONE = Daemons(RUN, ((7000, 42), (7001, None)))


@pytest.mark.parametrize(
    ("state", "seen", "expected"),
    [
        ("started", NONE, [Start(INSTANCES[0]), Start(INSTANCES[1])]),
        ("started", ONE, [Start(INSTANCES[1])]),
        ("started", Daemons(None, ONE.pids), [MakeRunDirectory(RUN), Start(INSTANCES[1])]),
        ("started", Daemons(None, ((7000, 1), (7001, 2))), []),
        ("stopped", NONE, []),
        ("stopped", ONE, [Stop(INSTANCES[0], 42)]),
    ],
)
def test_what_is_missing_is_done(state, seen, expected):
    assert plan(INSTANCES, RUN, state, seen) == expected


@pytest.mark.parametrize("state", ["started", "stopped"])
@pytest.mark.parametrize("seen", [NONE, ONE, Daemons(None, ONE.pids)])
def test_after_its_steps_nothing_is_left(state, seen):
    for step in plan(INSTANCES, RUN, state, seen):
        seen = step.apply(seen)
    assert plan(INSTANCES, RUN, state, seen) == []


def test_another_programs_port_is_refused_only_where_it_is_needed():
    taken = Daemons(RUN, ONE.pids, ((7001, "nginx (pid 5)"),))
    with pytest.raises(Refused, match=r"7001 is held by nginx \(pid 5\)"):
        plan(INSTANCES, RUN, "started", taken)
    assert plan(INSTANCES, RUN, "stopped", taken) == [Stop(INSTANCES[0], 42)]
