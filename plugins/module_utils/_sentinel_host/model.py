# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Sentinel of one host as plain values: what is wanted, and what is there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from .._files import Directory, File

Settings = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Login:
    """Sentinel's own login at the instances of a set."""

    set: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Desired:
    """Everything that the module's options ask for."""

    address: str
    port: int
    directories: tuple[Directory, ...]
    managed: File
    users: File
    seed: File
    server: str
    user: int
    group: int
    logins: tuple[Login, ...] = ()
    scripts: Settings = ()

    @property
    def home(self) -> str:
        """Return Sentinel's directory, which is where its process works."""
        return self.seed.path.rpartition("/")[0]


@dataclass(frozen=True)
class Seen:
    """What was seen of the host.

    ``older`` tells that the process started before the managed file was written; ``sets`` and
    ``hooks`` are what a Sentinel that runs watches, and the scripts that it has for each set.
    """

    directories: tuple[Directory, ...] = ()
    managed: File | None = None
    users: File | None = None
    own: File | None = None
    pid: int | None = None
    older: bool = False
    accounts: tuple[str, ...] = field(default=(), repr=False)
    # Sets whose primary refuses the desired login, and its answer.
    locked_out: tuple[tuple[str, str], ...] = ()
    sets: tuple[str, ...] = ()
    hooks: tuple[tuple[str, Settings], ...] = ()

    def with_directory(self, directory: Directory) -> Seen:
        """Return the state with that directory."""
        others = tuple(one for one in self.directories if one.path != directory.path)
        return replace(self, directories=(*others, directory))

    def with_users(self, _port: int, users: tuple[str, ...]) -> Seen:
        """Return the state in which the Sentinel, the only one of its host, has these users."""
        return replace(self, accounts=users)


@dataclass(frozen=True)
class Validated:
    """What the engine made of the desired state: its users as it lists them, and which engine it is."""

    accounts: tuple[str, ...] = field(repr=False)
    version: str
