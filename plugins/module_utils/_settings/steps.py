# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The changes to a host's instances, one class each: how it reads, and what it does to the model."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._files import File
from .._managed.render import shown
from .._managed.steps import MakeDirectory
from .._users.steps import LoadUsers
from .model import Host, Pending, Trial

NAMES_SHOWN = 8


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
        return host.with_node(self.port, engine_file=True)


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
        return host.with_node(self.port, settings=tuple(sorted({**dict(node.settings), **values}.items())))


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
        return host.with_file(self.file)


@dataclass(frozen=True)
class UndoTrial:
    """Restore what a run that was interrupted has changed on trial."""

    port: int
    node: str
    trial: Trial
    running: bool = True

    def describe(self) -> str:
        """Return one line for people."""
        names = ", ".join(name for name, _before, _after in self.trial)
        return f"{self.node}: restore {names}, which an interrupted run has changed on trial"

    def apply(self, host: Host) -> Host:
        """Return the host with the values from before."""
        node = next(one for one in host.nodes if one.port == self.port)
        now = dict(node.settings)
        back = {name: before for name, before, after in self.trial if now.get(name) == after}
        return host.with_node(self.port, settings=tuple(sorted({**now, **back}.items())), trial=())


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
        return host.with_node(self.port, trial=())


@dataclass(frozen=True)
class RecordPending:
    """Record what a running instance takes over at its next start, for health, alerts and the next run."""

    port: int
    node: str
    pid: int
    pending: Pending
    # Of the record, which all instances of the host share.
    path: str

    def describe(self) -> str:
        """Return one line for people."""
        names = ", ".join(name for name, _running, _wanted in self.pending)
        return f"{self.node}: record that it needs {f'a restart ({names})' if names else 'no restart'}"

    def apply(self, host: Host) -> Host:
        """Return the host with that record."""
        return host.with_node(self.port, pending=self.pending)


Step = t.Union[MakeDirectory, SeedEngineFile, SetLive, WriteFile, RecordPending, LoadUsers, UndoTrial, KeepTrial]


def _value(name: str, value: str) -> str:
    return shown(name, value) or '""'
