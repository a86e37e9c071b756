# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is to add of an account."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._host.accounts import Account, Accounts, plan

ACCOUNT = Account("example", "examples", "An example")


@pytest.mark.parametrize(
    ("has_group", "has_user", "lines"),
    [
        (False, False, ["add group examples", "add user example"]),
        (True, False, ["add user example"]),
        (False, True, ["add group examples"]),
        (True, True, []),
    ],
)
def test_what_is_missing_is_added_group_first(has_group: bool, has_user: bool, lines: list[str]) -> None:
    state = Accounts(ACCOUNT, has_group, has_user)
    steps = plan(state)
    assert [step.describe() for step in steps] == lines
    for step in steps:
        state = step.apply(state)
    assert plan(state) == []


def test_a_service_without_an_account_needs_none() -> None:
    assert plan(Accounts(None)) == []


def test_nobody_can_log_in_as_the_user() -> None:
    (step,) = plan(Accounts(ACCOUNT, has_group=True))
    command = step.command()
    assert command[command.index("--shell") + 1] == "/usr/sbin/nologin"
    assert command[command.index("--gid") + 1] == "examples"
    assert command[-1] == "example"
    assert "--no-create-home" in command
