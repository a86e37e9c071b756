# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that make Sentinels watch: one change to one Sentinel each.

Steps of one ``phase`` do not depend on each other and are executed side by side; each step that
forgets has a phase of its own, because only one Sentinel may be without its memory at a time.
"""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass, field

from .._engine.steps import Command, StepDefaults
from .._text import MASK, SECRET_SETTINGS
from .desired import Settings
from .model import Known, Observed, Watch


@dataclass(frozen=True)
class Configure(StepDefaults):
    """SENTINEL CONFIG SET on one Sentinel."""

    node: str
    settings: Settings = field(repr=False)
    phase: str = "configure"

    def describe(self) -> str:
        """Return the line for people."""
        return f"{self.node}: set {_text(self.settings)}"

    def apply(self, state: Observed) -> Observed:
        """The Sentinel has the settings."""
        one = state.by_name()[self.node]
        settings = tuple(sorted({**dict(one.settings), **dict(self.settings)}.items()))
        return state.replacing({one.name: dataclasses.replace(one, settings=settings)})

    def commands(self, state: Observed) -> list[Command]:
        """Return the commands; several settings in one are known to newer engines only.

        Names have to be resolved before one is announced.
        """
        settings = sorted(self.settings, key=lambda pair: pair[0] != "resolve-hostnames")
        return [("SENTINEL", "CONFIG", "SET", name, value) for name, value in settings]


@dataclass(frozen=True)
class Remove(StepDefaults):
    """SENTINEL REMOVE: a set is watched no more by this Sentinel."""

    node: str
    set: str
    phase: str = "remove"

    def describe(self) -> str:
        """Return the line for people."""
        return f"{self.node}: stop watching {self.set}"

    def apply(self, state: Observed) -> Observed:
        """The Sentinel does not watch the set."""
        one = state.by_name()[self.node]
        watches = tuple(watch for watch in one.watches if watch.set != self.set)
        return state.replacing({one.name: dataclasses.replace(one, watches=watches)})

    def commands(self, state: Observed) -> list[Command]:
        """Return the command."""
        return [("SENTINEL", "REMOVE", self.set)]


@dataclass(frozen=True)
class Monitor(StepDefaults):
    """SENTINEL MONITOR with all options of the set, in one go: it is never watched half configured."""

    node: str
    set: str
    address: str
    port: int
    primary: str
    quorum: int
    settings: Settings = ()
    auth_user: str = ""
    auth_password: str = field(default="", repr=False)
    peers: tuple[str, ...] = ()
    replicas: tuple[str, ...] = ()
    phase: str = "monitor"

    def describe(self) -> str:
        """Return the line for people."""
        return f"{self.node}: watch {self.set}, primary {self.primary}, quorum {self.quorum}"

    def apply(self, state: Observed) -> Observed:
        """The Sentinel watches the set, and has found all members."""
        one = state.by_name()[self.node]
        watch = Watch(
            set=self.set,
            primary=self.primary,
            host=self.address,
            flags=frozenset(["master"]),
            settings=tuple(sorted({**dict(self.settings), "quorum": str(self.quorum)}.items())),
            replicas=tuple(Known(name, following=self.primary) for name in self.replicas),
            peers=tuple(Known(name) for name in self.peers),
        )
        return state.replacing({one.name: one.watching(watch)})

    def commands(self, state: Observed) -> list[Command]:
        """Return the commands, the login first: until it is there the primary looks down."""
        login = (("auth-user", self.auth_user), ("auth-pass", self.auth_password))
        return [
            ("SENTINEL", "MONITOR", self.set, self.address, self.port, self.quorum),
            *(("SENTINEL", "SET", self.set, name, value) for name, value in login if value),
            *(("SENTINEL", "SET", self.set, name, value) for name, value in self.settings),
        ]


@dataclass(frozen=True)
class Rename(StepDefaults):
    """SENTINEL REMOVE and MONITOR: a Sentinel watches a set by the host name of its primary, no more by its address."""

    node: str
    set: str
    monitor: Monitor

    @property
    def phase(self) -> str:
        """A phase for each Sentinel: the others remember while this one does not."""
        return f"rename {self.set} {self.node}"

    def describe(self) -> str:
        """Return the line for people."""
        return f"{self.node}: watch {self.set} by the host name {self.monitor.address}"

    def apply(self, state: Observed) -> Observed:
        """The Sentinel names the primary by its host name, and has found all members again."""
        return self.monitor.apply(state)

    def commands(self, state: Observed) -> list[Command]:
        """Return the commands."""
        return [("SENTINEL", "REMOVE", self.set), *self.monitor.commands(state)]


@dataclass(frozen=True)
class Tune(StepDefaults):
    """SENTINEL SET: options of a set that is watched already."""

    node: str
    set: str
    settings: Settings
    phase: str = "tune"

    def describe(self) -> str:
        """Return the line for people."""
        return f"{self.node}: set {_text(self.settings)} of {self.set}"

    def apply(self, state: Observed) -> Observed:
        """The set has the options."""
        one = state.by_name()[self.node]
        watch = one.watch(self.set)
        if watch is None:
            return state
        settings = tuple(sorted({**dict(watch.settings), **dict(self.settings)}.items()))
        return state.replacing({one.name: one.watching(dataclasses.replace(watch, settings=settings))})

    def commands(self, state: Observed) -> list[Command]:
        """Return the commands."""
        return [("SENTINEL", "SET", self.set, name, value) for name, value in self.settings]


@dataclass(frozen=True)
class Forget(StepDefaults):
    """SENTINEL RESET of one set on one Sentinel, which then finds again what is really there."""

    node: str
    set: str
    names: tuple[str, ...]

    @property
    def phase(self) -> str:
        """A phase for each Sentinel: the others remember while this one does not."""
        return f"forget {self.set} {self.node}"

    def describe(self) -> str:
        """Return the line for people."""
        return f"{self.node}: forget {', '.join(self.names)} of {self.set}"

    def apply(self, state: Observed) -> Observed:
        """The Sentinel knows no more of those; the others of the set it finds again."""
        one = state.by_name()[self.node]
        watch = one.watch(self.set)
        if watch is None:
            return state
        kept = dataclasses.replace(
            watch,
            replicas=tuple(each for each in watch.replicas if each.name not in self.names),
            peers=tuple(each for each in watch.peers if each.name not in self.names),
        )
        return state.replacing({one.name: one.watching(kept)})

    def commands(self, state: Observed) -> list[Command]:
        """Return the command; a set's name has no sign that is special in a pattern."""
        return [("SENTINEL", "RESET", self.set)]


Step = t.Union[Configure, Remove, Monitor, Rename, Tune, Forget]


def _text(settings: Settings) -> str:
    return ", ".join(f"{name} {MASK if name.lower() in SECRET_SETTINGS else value}" for name, value in settings)
