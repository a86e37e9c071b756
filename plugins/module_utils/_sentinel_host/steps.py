# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done to the Sentinel of a host, one line each for people."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._files import File
from .._managed.steps import MakeDirectory
from .._users.steps import LoadUsers
from .model import Login, Seen, Settings


@dataclass(frozen=True)
class WriteFile:
    """Write a file of Ansible's: the managed settings or the users."""

    file: File
    which: str

    def describe(self) -> str:
        """Return one line for people."""
        return f"write {self.file.path}"

    def apply(self, state: Seen) -> Seen:
        """Return the state with it."""
        return replace(state, managed=self.file) if self.which == "managed" else replace(state, users=self.file)


@dataclass(frozen=True)
class Seed:
    """Create Sentinel's own file, empty: from then on it is Sentinel's."""

    file: File

    def describe(self) -> str:
        """Return one line for people."""
        return f"create {self.file.path}, which Sentinel then owns"

    def apply(self, state: Seen) -> Seen:
        """Return the state with it."""
        return replace(state, own=self.file)


@dataclass(frozen=True)
class SetLogin:
    """SENTINEL SET auth-user, auth-pass: how Sentinel logs in at the instances of a set."""

    node: str
    login: Login
    own: File

    def describe(self) -> str:
        """Return one line for people."""
        return f"{self.node}: log in at the instances of {self.login.set} as {self.login.user}"

    def apply(self, state: Seen) -> Seen:
        """Return the state in which Sentinel has written it to its file."""
        return replace(state, own=self.own)


@dataclass(frozen=True)
class Start:
    """Start a Sentinel that does not run; its own file may be edited before."""

    node: str
    own: File | None = None

    def describe(self) -> str:
        """Return one line for people."""
        return f"start {self.node}" + (" with the hooks in its file" if self.own else "")

    def apply(self, state: Seen) -> Seen:
        """Return the state in which it runs; its pid is not known before."""
        return replace(state, pid=0, older=False, own=self.own or state.own)


@dataclass(frozen=True)
class Restart:
    """Stop this one Sentinel, edit its own file if there is something that only the file can set, and start it."""

    node: str
    reasons: tuple[str, ...]
    own: File | None
    hooks: tuple[tuple[str, Settings], ...]

    def describe(self) -> str:
        """Return one line for people."""
        return f"{self.node}: restart for {' and '.join(self.reasons)}"

    def apply(self, state: Seen) -> Seen:
        """Return the state with what the restart brings."""
        return replace(state, older=False, own=self.own or state.own, hooks=self.hooks)


Step = t.Union[MakeDirectory, WriteFile, Seed, LoadUsers, SetLogin, Start, Restart]
