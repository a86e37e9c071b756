# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The system user and the group that a service runs as."""

from __future__ import annotations

import grp
import pwd
import typing as t
from dataclasses import dataclass, replace

from .._engine.loop import Operation
from .commands import run

# Of groupadd and useradd: the name is taken, here by a run under another name of this machine.
TAKEN = 9


@dataclass(frozen=True)
class Account:
    """A user without a login, and its group."""

    user: str
    group: str
    comment: str


@dataclass(frozen=True)
class Accounts:
    """The account that is desired, if any, and what of it the host has."""

    wanted: Account | None
    has_group: bool = False
    has_user: bool = False


@dataclass(frozen=True)
class AddGroup:
    """Add the group."""

    account: Account

    def describe(self) -> str:
        """Return one line for people."""
        return f"add group {self.account.group}"

    def apply(self, state: Accounts) -> Accounts:
        """Return the state with the group."""
        return replace(state, has_group=True)

    def command(self) -> list[str]:
        """Return the command."""
        return ["groupadd", "--system", self.account.group]


@dataclass(frozen=True)
class AddUser:
    """Add the user, without a home and a shell."""

    account: Account

    def describe(self) -> str:
        """Return one line for people."""
        return f"add user {self.account.user}"

    def apply(self, state: Accounts) -> Accounts:
        """Return the state with the user."""
        return replace(state, has_user=True)

    def command(self) -> list[str]:
        """Return the command."""
        home = ["--home-dir", "/nonexistent", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        named = ["--comment", self.account.comment, "--gid", self.account.group]
        return ["useradd", "--system", *named, *home, self.account.user]


Step = t.Union[AddGroup, AddUser]


def plan(state: Accounts) -> list[Step]:
    """Return what is left to add, the group first."""
    if state.wanted is None:
        return []
    steps: list[Step] = [] if state.has_group else [AddGroup(state.wanted)]
    return steps if state.has_user else [*steps, AddUser(state.wanted)]


class AccountsOperation(Operation[Accounts, Step]):
    """The account of one service; one that exists is left as it is."""

    def __init__(self, wanted: t.Mapping[str, str] | None) -> None:
        self._wanted = None if wanted is None else Account(wanted["user"], wanted["group"], wanted["comment"])

    def observe(self) -> Accounts:
        """Look up the names."""
        if self._wanted is None:
            return Accounts(None)
        return Accounts(
            self._wanted, _exists(grp.getgrnam, self._wanted.group), _exists(pwd.getpwnam, self._wanted.user)
        )

    def plan(self, state: Accounts) -> list[Step]:
        """Return what is left to add."""
        return plan(state)

    def execute(self, steps: t.Sequence[Step], state: Accounts) -> t.Sequence[Step]:
        """Add the group and then the user."""
        for step in steps:
            run(step.command(), allowed=(0, TAKEN))
        return steps

    def render(self, state: Accounts) -> str:
        """Return the names that the host has."""
        if state.wanted is None:
            return ""
        group = f"group {state.wanted.group}\n" if state.has_group else ""
        return group + (f"user {state.wanted.user}\n" if state.has_user else "")

    def result(self, state: Accounts) -> dict[str, t.Any]:
        """Return nothing beyond what all operations return."""
        return {}


def _exists(look_up: t.Callable[[str], object], name: str) -> bool:
    try:
        look_up(name)
    except KeyError:
        return False
    return True
