# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which daemons are started and stopped."""

from __future__ import annotations

import grp
import os
import pwd

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._engine.loop import entered
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Locked, Refused
from ansible_collections.almashooq.redis.plugins.module_utils._files import Directory
from ansible_collections.almashooq.redis.plugins.module_utils._managed.files import hold_lock
from ansible_collections.almashooq.redis.plugins.module_utils._managed.steps import MakeDirectory
from ansible_collections.almashooq.redis.plugins.module_utils._settings.daemon import (
    Daemon,
    Daemons,
    Start,
    Stop,
    plan,
)

from .._managed.instances import an_instance

INSTANCES = (an_instance(7000), an_instance(7001))
RUN = Directory("/run", 1, 1, 0o755)
NONE = Daemons(RUN, ((7000, None), (7001, None)))
ONE = Daemons(RUN, ((7000, 42), (7001, None)))


@pytest.mark.parametrize(
    ("state", "seen", "expected"),
    [
        ("started", NONE, [Start(INSTANCES[0]), Start(INSTANCES[1])]),
        ("started", ONE, [Start(INSTANCES[1])]),
        ("started", Daemons(None, ONE.pids), [MakeDirectory(RUN), Start(INSTANCES[1])]),
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


def test_the_lock_is_held_from_entering_to_the_end_and_no_longer(tmp_path):
    params = {
        "server": "/bin/redis-server",
        "user": pwd.getpwuid(os.geteuid()).pw_name,
        "group": grp.getgrgid(os.getegid()).gr_name,
        **{f"{name}_dir": str(tmp_path / name) for name in ("config", "data", "log", "run")},
        "instances": [{"port": 7000, "address": "192.0.2.1", "cluster_enabled": True}],
        "admin_user": "admin",
        "admin_password": "x",
        "admin_password_old": None,
        "timeout": 5.0,
        "open_files": 1024,
        "state": "started",
        "guard": None,
        "run_by": None,
    }
    operation = Daemon(params, lambda node, command: None)
    hold_lock(str(tmp_path / "run"), 0.01).close()
    with entered(operation), pytest.raises(Locked):
        hold_lock(str(tmp_path / "run"), 0.01)
    hold_lock(str(tmp_path / "run"), 0.01).close()
