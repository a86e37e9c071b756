# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The instances of one host as plain values: what is wanted, what is there, what the engine answered."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from .._files import Directory, File
from .._managed.layout import Layout
from .._managed.model import Instance, Settings
from .._users.model import Account

# name, value before, value on trial
Trial = tuple[tuple[str, str, str], ...]
# setting, running value, value from the next start on; secret ones masked
Pending = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Node:
    """What was seen of one instance; settings and users are empty while it does not run."""

    port: int
    pid: int | None = None
    settings: Settings = field(default=(), repr=False)
    users: tuple[str, ...] = field(default=(), repr=False)
    version: str = ""
    engine_file: bool = False
    # What the engine's own file says, by directive; the texts of several lines are joined.
    engine_lines: Settings = field(default=(), repr=False)
    # master or slave, as it says itself.
    role: str = ""
    # What a live change that was never concluded has replaced.
    trial: Trial = ()
    # What the host's record says that this process takes over at its next start.
    pending: Pending = ()
    # What stands in the way of starting it; empty where nothing does.
    obstacle: str = ""
    remedy: str = ""
    # Users that differ in meaning, where it runs another engine than the wanted one, which lists them in its own way.
    differing_users: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Host:
    """What was seen of a host: directories and files that exist, and one Node per wanted instance."""

    directories: tuple[Directory, ...] = ()
    files: tuple[File, ...] = ()
    nodes: tuple[Node, ...] = ()
    # Paths that a step may have to write and cannot.
    unwritable: frozenset[str] = frozenset()

    def with_directory(self, directory: Directory) -> Host:
        """Return the host with that directory."""
        others = tuple(one for one in self.directories if one.path != directory.path)
        return replace(self, directories=_by_path((*others, directory)))

    def with_file(self, file: File) -> Host:
        """Return the host with that file."""
        others = tuple(one for one in self.files if one.path != file.path)
        return replace(self, files=_by_path((*others, file)))

    def with_users(self, port: int, users: tuple[str, ...]) -> Host:
        """Return the host in which a running instance has these users."""
        return self.with_node(port, users=users, differing_users=None)

    def with_node(self, port: int, **changes: t.Any) -> Host:
        """Return the host with these changes of one instance."""
        nodes = [replace(one, **changes) if one.port == port else one for one in self.nodes]
        return replace(self, nodes=tuple(nodes))


Path = t.TypeVar("Path", Directory, File)


def _by_path(entries: tuple[Path, ...]) -> tuple[Path, ...]:
    return tuple(sorted(entries, key=lambda one: one.path))


@dataclass(frozen=True)
class Answer:
    """What the engine made of one wanted instance when asked, and what it said about its settings.

    ``fixed`` are the settings that only a restart changes, ``aliases`` maps a second name of a
    setting to the first; both cover the settings that differed when the engine was asked.
    """

    settings: Settings = field(repr=False)
    users: tuple[str, ...] = field(repr=False)
    version: str
    fixed: frozenset[str] = frozenset()
    aliases: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Memory:
    """What the host has, where that figure comes from, and what other instances may take of it."""

    limit: int
    source: str
    others: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Desired:
    """Everything that the module's options ask for."""

    layout: Layout
    instances: tuple[Instance, ...]
    accounts: tuple[Account, ...]
    owner: int
    user: int
    group: int
    replication_user: str
    accept_memory_overcommit: bool
    # Name and version of the engine that is to run them.
    engine: str = ""
