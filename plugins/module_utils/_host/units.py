# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The units of a service: known to systemd, enabled at boot, running with the files of today; or stopped for good."""

from __future__ import annotations

import re
import time
import typing as t
from dataclasses import replace

from .._engine.loop import Operation
from .._errors import CollectionError
from .._wait import poll
from .commands import run, text_of
from .unit_plan import PROPERTIES, Restart, Start, Step, Unit, Units, parse, plan

LOG_LINES = 15
# Said where a host does not allow what isolates the process, such as PrivateUsers.
NO_ISOLATION = re.compile(r"Failed to set up \w+ namespacing")
ISOLATION_HINT = "systemd cannot isolate a service here: give this container the rights SYS_ADMIN and SYS_PTRACE."


def look(names: t.Sequence[str]) -> Units:
    """Return what systemd says of units, with one question."""
    if not names:
        return ()
    booted = time.time() - time.monotonic()
    return parse(names, run(["systemctl", "show", f"--property={','.join(PROPERTIES)}", *names]), booted)


def journal(name: str) -> str:
    """Return the last lines that a unit left in the journal."""
    return run(["journalctl", "--no-pager", "-o", "cat", "-n", str(LOG_LINES), "-u", name], allowed=None)


class UnitsOperation(Operation[Units, Step]):
    """Units that run now and at each boot, and others (``read``) whose files systemd has to have read."""

    def __init__(self, params: t.Mapping[str, t.Any], read: t.Sequence[str] = ()) -> None:
        self._names = list(params["units"])
        self._read = list(read)
        self._logs = dict(zip(self._names, params["logs"] or []))
        self._timeout = params["timeout"]
        self._wanted = params["state"]

    def observe(self) -> Units:
        """Ask systemd about all units at once."""
        found = look([*self._names, *self._read])
        return tuple(replace(unit, ours=unit.name in self._names) for unit in found)

    def plan(self, state: Units) -> list[Step]:
        """Return what is left to do."""
        return plan(state, self._wanted)

    def execute(self, steps: t.Sequence[Step], state: Units) -> t.Sequence[Step]:
        """Do the first step and wait for its effect."""
        step = steps[0]
        given_up = [unit.name for unit in state if unit.active == "failed" and isinstance(step, Start)]
        if given_up:
            # A start that a person asks for is not one too many.
            run(["systemctl", "reset-failed", *given_up])
        run(step.command())
        if isinstance(step, (Start, Restart)):
            before = {unit.name: unit.start for unit in state} if isinstance(step, Restart) else {}
            self._wait(step.names, before)
        return steps[:1]

    def render(self, state: Units) -> str:
        """Return the units as lines."""
        return "".join(f"{unit.name}: {unit.active} {unit.file}\n" for unit in state if unit.ours)

    def result(self, state: Units) -> dict[str, t.Any]:
        """Return the units' states."""
        return {"units": {unit.name: unit.active for unit in state if unit.ours}}

    def _wait(self, names: t.Sequence[str], before: t.Mapping[str, int]) -> None:
        def lacking(unit: Unit) -> str:
            if unit.active != "active":
                return f"{unit.name} is {unit.active} ({unit.sub})"
            same = 0 < unit.start <= before.get(unit.name, 0)
            return f"{unit.name} is still the process from before" if same else ""

        poll(
            lambda: self.unfailed(names),
            lambda units: ", ".join(filter(None, map(lacking, units))),
            awaiting=f"{', '.join(names)} to be ready",
            timeout=self._timeout,
            hint="A large data set takes long to load: see the instance's log, and run again.",
        )

    def unfailed(self, names: t.Sequence[str]) -> Units:
        """Return these units; raises CollectionError, with the last words of a unit, where it has failed."""
        units = tuple(unit for unit in self.observe() if unit.name in names)
        for unit in units:
            # auto-restart: it has failed at least once, and would go on failing.
            if unit.active == "failed" or unit.sub == "auto-restart":
                words = self._last_words(unit.name)
                hint = ISOLATION_HINT if NO_ISOLATION.search(words) else None
                raise CollectionError(f"{unit.name} does not start: {words}", node=unit.name, hint=hint)
        return units

    def _last_words(self, name: str) -> str:
        said = (text_of(self._logs[name]) if name in self._logs else "") or ""
        if not said.strip():
            said = journal(name)
        return "\n" + "\n".join(said.strip().splitlines()[-LOG_LINES:])
