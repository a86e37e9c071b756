# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The units of a host's instances: known to systemd, enabled at boot, running; or stopped for good."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._engine.loop import Operation
from .._errors import CollectionError, Refused
from .._wait import poll
from .commands import run, text_of

PROPERTIES = ("Id", "LoadState", "ActiveState", "SubState", "UnitFileState", "NeedDaemonReload")
LOG_LINES = 15


@dataclass(frozen=True)
class Unit:
    """One unit as systemd sees it."""

    name: str
    load: str = "not-found"
    active: str = "inactive"
    sub: str = "dead"
    file: str = ""
    stale: bool = False

    @property
    def runs(self) -> bool:
        """Tell whether it runs, or is on its way (an instance may load its data for long)."""
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


Step = t.Union[Reload, Enable, Start, Stop]
STARTED = "started"


def parse(names: t.Sequence[str], text: str) -> Units:
    """Return the units of a ``systemctl show``; one that it does not mention is not found."""
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
        )
    return tuple(found.get(name, Unit(name)) for name in names)


def plan(state: Units, wanted: str = STARTED) -> list[Step]:
    """Return reload, enable, start, in this order, each for those that need it; or what there is to stop."""
    if wanted != STARTED:
        # A template's instance that nobody has enabled is neither; one that is not known at all has no file.
        there = tuple(
            unit.name for unit in state if unit.active not in ("inactive", "failed") or unit.file == "enabled"
        )
        return [Stop(there)] if there else []
    masked = [unit.name for unit in state if unit.load == "masked"]
    if masked:
        raise Refused(
            f"{', '.join(masked)} is masked: somebody forbade it to start",
            hint=f"systemctl unmask {' '.join(masked)}",
        )
    steps: list[Step] = [Reload()] if any(unit.stale for unit in state) else []
    disabled = tuple(unit.name for unit in state if unit.file != "enabled")
    stopped = tuple(unit.name for unit in state if not unit.runs)
    if disabled:
        steps.append(Enable(disabled))
    if stopped:
        steps.append(Start(stopped))
    return steps


def journal(name: str) -> str:
    """Return the last lines that a unit left in the journal."""
    return run(["journalctl", "--no-pager", "-o", "cat", "-n", str(LOG_LINES), "-u", name], allowed=None)


class UnitsOperation(Operation[Units, Step]):
    """Units that run now and at each boot."""

    def __init__(self, params: t.Mapping[str, t.Any], record: t.Callable[[str, str], None]) -> None:
        self._names = list(params["names"])
        self._logs = dict(zip(self._names, params["logs"] or []))
        self._timeout = params["timeout"]
        self._wanted = params["state"]

    def observe(self) -> Units:
        """Ask systemd about all units at once."""
        return parse(self._names, run(["systemctl", "show", f"--property={','.join(PROPERTIES)}", *self._names]))

    def plan(self, state: Units) -> list[Step]:
        """Return what is left to do."""
        return plan(state, self._wanted)

    def execute(self, steps: t.Sequence[Step], state: Units) -> t.Sequence[Step]:
        """Do the first step and wait for its effect."""
        step = steps[0]
        run(step.command())
        if isinstance(step, Start):
            self._wait(step.names)
        return steps[:1]

    def render(self, state: Units) -> str:
        """Return the units as lines."""
        return "".join(f"{unit.name}: {unit.active} {unit.file}\n" for unit in state)

    def result(self, state: Units) -> dict[str, t.Any]:
        """Return the units' states."""
        return {"units": {unit.name: unit.active for unit in state}}

    def _wait(self, names: t.Sequence[str]) -> None:
        poll(
            lambda: self._unfailed(names),
            lambda units: ", ".join(
                f"{unit.name} is {unit.active} ({unit.sub})" for unit in units if unit.active != "active"
            ),
            awaiting=f"{', '.join(names)} to be ready",
            timeout=self._timeout,
            hint="A large data set takes long to load: see the instance's log, and run again.",
        )

    def _unfailed(self, names: t.Sequence[str]) -> Units:
        units = tuple(unit for unit in self.observe() if unit.name in names)
        for unit in units:
            # auto-restart: it has failed at least once, and would go on failing.
            if unit.active == "failed" or unit.sub == "auto-restart":
                raise CollectionError(f"{unit.name} does not start: {self._last_words(unit.name)}", node=unit.name)
        return units

    def _last_words(self, name: str) -> str:
        said = (text_of(self._logs[name]) if name in self._logs else "") or ""
        if not said.strip():
            said = journal(name)
        return "\n" + "\n".join(said.strip().splitlines()[-LOG_LINES:])
