# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The changes to a host's instances, one class each: how it reads, and what it does to the model."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._files import Directory, File
from .model import Host, Node, Trial
from .render import shown

NAMES_SHOWN = 8


@dataclass(frozen=True)
class MakeDirectory:
    """Create a directory, or correct its owner and mode."""

    directory: Directory

    def describe(self) -> str:
        """Return one line for people."""
        return f"directory {self.directory.path}, mode {self.directory.mode:04o}"

    def apply(self, host: Host) -> Host:
        """Return the host with that directory."""
        others = tuple(one for one in host.directories if one.path != self.directory.path)
        return replace(host, directories=_by_path((*others, self.directory)))


@dataclass(frozen=True)
class SeedEngineFile:
    """Create the engine's own configuration, empty and once."""

    port: int
    file: File

    def describe(self) -> str:
        """Return one line for people."""
        return f"empty {self.file.path}, which belongs to the engine from then on"

    def apply(self, host: Host) -> Host:
        """Return the host with that file."""
        return _with_node(host, self.port, engine_file=True)


@dataclass(frozen=True)
class SetLive:
    """Change settings of a running instance, all at once."""

    port: int
    node: str
    # name, value now, value from now on
    changes: tuple[tuple[str, str, str], ...]

    def describe(self) -> str:
        """Return one line for people, without secrets."""
        words = [f"{name} {_value(name, now)} -> {_value(name, then)}" for name, now, then in self.changes]
        return f"{self.node}: set {', '.join(words)}"

    def apply(self, host: Host) -> Host:
        """Return the host with these settings."""
        values = {name: then for name, _now, then in self.changes}
        node = next(one for one in host.nodes if one.port == self.port)
        return _with_node(host, self.port, settings=tuple(sorted({**dict(node.settings), **values}.items())))


@dataclass(frozen=True)
class WriteFile:
    """Write a managed file or a users file."""

    file: File
    names: tuple[str, ...]

    def describe(self) -> str:
        """Return one line for people: the names of what changes in it, never the values."""
        names = self.names
        more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
        return f"write {self.file.path}: {', '.join(names[:NAMES_SHOWN])}{more}"

    def apply(self, host: Host) -> Host:
        """Return the host with that file."""
        others = tuple(one for one in host.files if one.path != self.file.path)
        return replace(host, files=_by_path((*others, self.file)))


@dataclass(frozen=True)
class LoadUsers:
    """Have a running instance load its users file."""

    port: int
    node: str
    users: tuple[str, ...]
    names: tuple[str, ...]
    # Whether the login of the replication itself changes with it.
    replication: bool

    def describe(self) -> str:
        """Return one line for people."""
        return f"{self.node}: load users ({', '.join(self.names)})"

    def apply(self, host: Host) -> Host:
        """Return the host with these users."""
        return _with_node(host, self.port, users=self.users, differing_users=None)


@dataclass(frozen=True)
class UndoTrial:
    """Put back what a run that was interrupted has changed on trial."""

    port: int
    node: str
    trial: Trial
    running: bool = True

    def describe(self) -> str:
        """Return one line for people."""
        names = ", ".join(name for name, _before, _after in self.trial)
        return f"{self.node}: put back {names}, which an interrupted run has changed on trial"

    def apply(self, host: Host) -> Host:
        """Return the host with the values from before."""
        node = next(one for one in host.nodes if one.port == self.port)
        now = dict(node.settings)
        back = {name: before for name, before, after in self.trial if now.get(name) == after}
        return _with_node(host, self.port, settings=tuple(sorted({**now, **back}.items())), trial=())


@dataclass(frozen=True)
class KeepTrial:
    """Keep what was changed on trial: it is proven."""

    port: int
    node: str
    trial: Trial

    def describe(self) -> str:
        """Return one line for people."""
        return f"{self.node}: keep {', '.join(name for name, _before, _after in self.trial)}"

    def apply(self, host: Host) -> Host:
        """Return the host without a trial."""
        return _with_node(host, self.port, trial=())


Step = t.Union[MakeDirectory, SeedEngineFile, SetLive, WriteFile, LoadUsers, UndoTrial, KeepTrial]

Path = t.TypeVar("Path", Directory, File)


def _with_node(host: Host, port: int, **changes: t.Any) -> Host:
    nodes: list[Node] = [replace(one, **changes) if one.port == port else one for one in host.nodes]
    return replace(host, nodes=tuple(nodes))


def _by_path(entries: tuple[Path, ...]) -> tuple[Path, ...]:
    return tuple(sorted(entries, key=lambda one: one.path))


def _value(name: str, value: str) -> str:
    return shown(name, value) or '""'
