# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units that must not run: what is left to mask or to stop."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._host.masks import Forbid, Mask, plan

NAME = "packaged.service"


@pytest.mark.parametrize(
    ("found", "steps"),
    [
        (Mask(NAME), [Forbid(NAME)]),
        (Mask(NAME, running=True), [Forbid(NAME)]),
        (Mask(NAME, masked=True, running=True), [Forbid(NAME)]),
        (Mask(NAME, masked=True), []),
    ],
    ids=["not installed", "running", "masked while it runs", "masked"],
)
def test_what_runs_or_may_run_is_masked_and_stopped(found: Mask, steps: list[Forbid]) -> None:
    state = (found,)
    assert plan(state) == steps
    for step in steps:
        state = step.apply(state)
    assert plan(state) == []


def test_a_unit_file_of_this_host_is_refused() -> None:
    with pytest.raises(Refused, match=NAME):
        plan((Mask(NAME, is_own_file=True),))
