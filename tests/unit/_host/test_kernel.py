# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kernel settings: set what can be set, report what cannot."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._host.kernel import (
    Kernel,
    SetAtBoot,
    SetNow,
    Setting,
    could_not_be_set,
    plan,
)


def setting(*, writable=True, enough=False):
    return Setting("vm.overcommit_memory", "/proc/sys/vm/overcommit_memory", "0", writable, "1", enough)


def test_what_differs_is_set_now_and_at_boot():
    state = Kernel((setting(),), (("/etc/sysctl.d/x.conf", None, "text"),))
    assert plan(state, required=False) == [SetNow(setting()), SetAtBoot("/etc/sysctl.d/x.conf", "text")]


def test_after_its_steps_nothing_is_left():
    state = Kernel((setting(),), (("/etc/sysctl.d/x.conf", None, "text"),))
    for step in plan(state, required=True):
        state = step.apply(state)
    assert plan(state, required=True) == []
    assert could_not_be_set(state) == []


def test_what_a_container_forbids_is_told_and_not_tried():
    state = Kernel((setting(writable=False),), ())
    assert plan(state, required=False) == []
    assert could_not_be_set(state) == ["could not be set here: vm.overcommit_memory is 0, wanted 1"]


def test_what_a_container_forbids_is_an_error_where_it_is_required():
    with pytest.raises(Refused, match=r"could not be set here: vm\.overcommit_memory"):
        plan(Kernel((setting(writable=False),), ()), required=True)


def test_a_value_that_is_enough_needs_no_right_to_write():
    assert plan(Kernel((setting(writable=False, enough=True),), ()), required=True) == []
