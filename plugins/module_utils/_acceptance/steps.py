# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that stop an instance, and those that put it back: one change each, and the row can be cut anywhere."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

from .model import FREEZE, KILL, Entry, Host


@dataclass(frozen=True)
class Note:
    """Write down what will be done, before it is done."""

    entry: Entry

    def describe(self) -> str:
        """Return the line for people."""
        return f"record the drill of instance {self.entry.port} ({self.entry.fault})"

    def apply(self, state: Host) -> Host:
        """It is written down."""
        return dataclasses.replace(state, entries=(*state.entries, self.entry))


@dataclass(frozen=True)
class Hold:
    """Keep the service manager from restarting the instance, until the next boot at most."""

    port: int
    unit: str

    def describe(self) -> str:
        """Return the line for people."""
        return f"keep systemd from restarting {self.unit}"

    def apply(self, state: Host) -> Host:
        """It is held."""
        return state.having(self.port, held=True)


@dataclass(frozen=True)
class Signal:
    """Kill the process, or freeze it."""

    entry: Entry

    def describe(self) -> str:
        """Return the line for people."""
        name = "SIGKILL" if self.entry.fault == KILL else "SIGSTOP"
        return f"{name} to instance {self.entry.port} (pid {self.entry.pid})"

    def apply(self, state: Host) -> Host:
        """The process is gone, or stands still."""
        if self.entry.fault == FREEZE:
            return state.having(self.entry.port, frozen=True)
        return state.having(self.entry.port, pid=0, started="", frozen=False)


@dataclass(frozen=True)
class Prioritise:
    """Set the replica-priority of a running instance."""

    port: int
    priority: str

    def describe(self) -> str:
        """Return the line for people."""
        return f"instance {self.port}: set replica-priority {self.priority}"

    def apply(self, state: Host) -> Host:
        """It runs with it."""
        return state.having(self.port, priority=self.priority)


@dataclass(frozen=True)
class Thaw:
    """Resume a frozen process."""

    entry: Entry

    def describe(self) -> str:
        """Return the line for people."""
        return f"SIGCONT to instance {self.entry.port} (pid {self.entry.pid})"

    def apply(self, state: Host) -> Host:
        """It goes on."""
        return state.having(self.entry.port, frozen=False)


@dataclass(frozen=True)
class Release:
    """Allow the service manager to restart the instance again."""

    port: int
    unit: str

    def describe(self) -> str:
        """Return the line for people."""
        return f"let systemd restart {self.unit} again"

    def apply(self, state: Host) -> Host:
        """It is not held any more."""
        return state.having(self.port, held=False)


@dataclass(frozen=True)
class Start:
    """Start an instance that ran before the drill."""

    port: int
    unit: str

    def describe(self) -> str:
        """Return the line for people."""
        return f"start instance {self.port}"

    def apply(self, state: Host) -> Host:
        """It runs, under a pid that is not known before, and as its files have it."""
        return state.having(self.port, pid=-1, started="new")


@dataclass(frozen=True)
class Forget:
    """Remove the note: everything that it is about is undone."""

    entry: Entry

    def describe(self) -> str:
        """Return the line for people."""
        return f"forget the record of instance {self.entry.port} ({self.entry.fault})"

    def apply(self, state: Host) -> Host:
        """It is not written down any more."""
        return dataclasses.replace(state, entries=tuple(one for one in state.entries if one != self.entry))


Step = t.Union[Note, Hold, Signal, Prioritise, Thaw, Release, Start, Forget]
