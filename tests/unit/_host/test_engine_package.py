# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The package's own server: forbidden, unless it is in use."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._host.engine_package import Forbid, Service, Stop, plan

NEW = Service("redis-server", False, False, False, False, False)
DONE = Service("redis-server", False, True, False, False, True)
RUNNING = dataclasses.replace(NEW, running=True, started_by_links=True, has_links=True)


@pytest.mark.parametrize(
    ("service", "existing", "steps"),
    [
        (NEW, "refuse", [Forbid("redis-server")]),
        (DONE, "refuse", []),
        (dataclasses.replace(DONE, started_by_links=True), "refuse", [Forbid("redis-server")]),
        (dataclasses.replace(DONE, has_links=False), "refuse", [Forbid("redis-server")]),
        (RUNNING, "keep", []),
        (RUNNING, "stop", [Stop("redis-server"), Forbid("redis-server")]),
    ],
    ids=["new host", "re-run", "start links came back", "no links", "kept", "stopped"],
)
def test_the_plan(service, existing, steps):
    assert plan((service,), existing) == steps


def test_a_running_service_is_refused_by_default():
    with pytest.raises(Refused, match="this collection did not start it"):
        plan((RUNNING,), "refuse")


def test_a_unit_file_that_somebody_wrote_is_not_replaced():
    with pytest.raises(Refused, match="was written on this host"):
        plan((dataclasses.replace(NEW, own_unit_file=True),), "refuse")


def test_after_its_steps_nothing_is_left():
    state = (RUNNING,)
    for step in plan(state, "stop"):
        state = step.apply(state)
    assert plan(state, "refuse") == []
