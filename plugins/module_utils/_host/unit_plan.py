# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units of systemd as values: what is said of them, and what is left to do."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from .._errors import Refused
from .._replies import number

PROPERTIES = (
    "Id",
    "LoadState",
    "ActiveState",
    "SubState",
    "UnitFileState",
    "NeedDaemonReload",
    "ExecMainStartTimestampMonotonic",
)


@dataclass(frozen=True)
class Unit:
    """One unit as systemd sees it.

    ``started`` is when its process was, in seconds since 1970, where it has one, and ``start`` the same in microseconds
    of a clock that is not adjusted; ``outdated`` whether it has to be
    restarted for the files that it reads at its start; ``ours`` whether it is to be started or stopped at all, or only
    its file is ours (a service that another unit starts).
    """

    name: str
    load: str = "not-found"
    active: str = "inactive"
    sub: str = "dead"
    file: str = ""
    stale: bool = False
    started: float | None = field(default=None, compare=False)
    start: int = field(default=0, compare=False)
    outdated: bool = False
    ours: bool = True

    @property
    def runs(self) -> bool:
        """Return whether it runs, or is on its way (an instance may load its data for long)."""
        return self.active in ("active", "reloading") or (self.active == "activating" and self.sub != "auto-restart")


Units = tuple[Unit, ...]


@dataclass(frozen=True)
class Reload:
    """Make systemd read changed unit files; running processes are left alone."""

    def describe(self) -> str:
        """Return one line for people."""
        return "reload systemd's unit files"

    def apply(self, state: Units) -> Units:
        """Return the units with nothing stale."""
        return tuple(replace(unit, stale=False) for unit in state)

    def command(self) -> list[str]:
        """Return the command."""
        return ["systemctl", "daemon-reload"]


@dataclass(frozen=True)
class Enable:
    """Start units at boot."""

    names: tuple[str, ...]

    def describe(self) -> str:
        """Return one line for people."""
        return f"enable {', '.join(self.names)}"

    def apply(self, state: Units) -> Units:
        """Return the units enabled."""
        return tuple(replace(unit, file="enabled") if unit.name in self.names else unit for unit in state)

    def command(self) -> list[str]:
        """Return the command."""
        return ["systemctl", "enable", *self.names]


@dataclass(frozen=True)
class Start:
    """Start units side by side."""

    names: tuple[str, ...]

    def describe(self) -> str:
        """Return one line for people."""
        return f"start {', '.join(self.names)}"

    def apply(self, state: Units) -> Units:
        """Return the units running."""
        return tuple(
            replace(unit, active="active", sub="running", load="loaded") if unit.name in self.names else unit
            for unit in state
        )

    def command(self) -> list[str]:
        """Return the command; the waiting is done here, with a deadline."""
        return ["systemctl", "start", "--no-block", *self.names]


@dataclass(frozen=True)
class Restart:
    """Restart units whose files have changed."""

    names: tuple[str, ...]

    def describe(self) -> str:
        """Return one line for people."""
        return f"restart {', '.join(self.names)}"

    def apply(self, state: Units) -> Units:
        """Return the units with the files of today."""
        return tuple(replace(unit, outdated=False) if unit.name in self.names else unit for unit in state)

    def command(self) -> list[str]:
        """Return the command; the waiting is done here, with a deadline."""
        return ["systemctl", "restart", "--no-block", *self.names]


@dataclass(frozen=True)
class Stop:
    """Stop units, and start them at boot no more."""

    names: tuple[str, ...]

    def describe(self) -> str:
        """Return one line for people."""
        return f"stop and disable {', '.join(self.names)}"

    def apply(self, state: Units) -> Units:
        """Return the units stopped."""
        return tuple(
            replace(unit, active="inactive", sub="dead", file="disabled") if unit.name in self.names else unit
            for unit in state
        )

    def command(self) -> list[str]:
        """Return the command, which ends when they have: an instance saves its data first."""
        return ["systemctl", "disable", "--now", *self.names]


Step = t.Union[Reload, Enable, Start, Restart, Stop]
STARTED, ENABLED, STOPPED = "started", "enabled", "stopped"


def parse(names: t.Sequence[str], text: str, booted: float = 0.0) -> Units:
    """Return the units of a ``systemctl show``; one that it does not mention is not found.

    ``booted`` is when the clock of systemd's monotonic timestamps was zero, in seconds since 1970.
    """
    found: dict[str, Unit] = {}
    for block in text.strip().split("\n\n"):
        values = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        name = values.get("Id", "")
        found[name] = Unit(
            name=name,
            load=values.get("LoadState", ""),
            active=values.get("ActiveState", ""),
            sub=values.get("SubState", ""),
            file=values.get("UnitFileState", ""),
            stale=values.get("NeedDaemonReload") == "yes",
            started=_started(values.get("ExecMainStartTimestampMonotonic", ""), booted),
            start=number(values.get("ExecMainStartTimestampMonotonic")),
        )
    return tuple(found.get(name, Unit(name)) for name in names)


def _started(microseconds: str, booted: float) -> float | None:
    """Return the time of a monotonic timestamp; systemd writes 0 where there was no start."""
    return booted + int(microseconds) / 1e6 if microseconds.isdigit() and int(microseconds) else None


def plan(state: Units, wanted: str = STARTED) -> list[Step]:
    """Return reload, enable, start, restart, in this order, each for those that need it; or what there is to stop.

    Those that are to be ``enabled`` run from the next boot on, and are neither started nor restarted here.
    """
    steps: list[Step] = [Reload()] if wanted != STOPPED and any(unit.stale for unit in state) else []
    state = tuple(unit for unit in state if unit.ours)
    if wanted == STOPPED:
        # A template's instance that was never enabled is neither; one that is not known at all has no file.
        there = tuple(
            unit.name for unit in state if unit.active not in ("inactive", "failed") or unit.file == "enabled"
        )
        return [Stop(there)] if there else []
    masked = [unit.name for unit in state if unit.load == "masked"]
    if masked:
        raise Refused(
            f"{', '.join(masked)} is masked: it was forbidden to start",
            hint=f"systemctl unmask {' '.join(masked)}",
        )
    disabled = tuple(unit.name for unit in state if unit.file != "enabled")
    stopped = tuple(unit.name for unit in state if not unit.runs)
    outdated = tuple(unit.name for unit in state if unit.outdated and unit.runs)
    if disabled:
        steps.append(Enable(disabled))
    if wanted == STARTED and stopped:
        steps.append(Start(stopped))
    if wanted == STARTED and outdated:
        steps.append(Restart(outdated))
    return steps
