# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units that must not run beside a service: masked, also before there is such a unit, and stopped."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass, replace

from .._engine.loop import Operation
from .._errors import CollectionError, Refused
from .commands import run
from .units import look

RESTING = ("inactive", "failed")


@dataclass(frozen=True)
class Mask:
    """One unit that must not run; ``is_own_file`` where its file was written on this host, and is no mask."""

    name: str
    masked: bool = False
    running: bool = False
    is_own_file: bool = False


Masks = tuple[Mask, ...]


@dataclass(frozen=True)
class Forbid:
    """Mask one unit, and stop it."""

    name: str

    def describe(self) -> str:
        """Return one line for people."""
        return f"mask and stop {self.name}"

    def apply(self, state: Masks) -> Masks:
        """Return the state with the unit masked and stopped."""
        return tuple(replace(one, masked=True, running=False) if one.name == self.name else one for one in state)


def plan(state: Masks) -> list[Forbid]:
    """Return a step for each unit that runs or may; raise Refused for one that was written on this host."""
    for one in state:
        if one.is_own_file:
            raise Refused(
                f"{one.name} must not run, and its unit file was written on this host",
                hint=f"Move it away: `systemctl cat {one.name}` shows where it is.",
            )
    return [Forbid(one.name) for one in state if one.running or not one.masked]


class MasksOperation(Operation[Masks, Forbid]):
    """Units that must not run.

    A mask is a link to /dev/null.  It is made without systemctl, which may refuse a unit that is yet to be installed.
    """

    def __init__(self, names: t.Sequence[str], directory: str) -> None:
        self._names = names
        self._directory = directory

    def observe(self) -> Masks:
        """Inspect the links, and ask systemd what runs."""
        return tuple(self._observe(unit.name, unit.active not in RESTING) for unit in look(self._names))

    def plan(self, state: Masks) -> list[Forbid]:
        """Return what is left to mask or to stop."""
        return plan(state)

    def execute(self, steps: t.Sequence[Forbid], state: Masks) -> t.Sequence[Forbid]:
        """Make the links, have systemd read them, and stop what runs."""
        running = [one.name for one in state if one.running]
        for step in steps:
            self._link(step.name)
        run(["systemctl", "daemon-reload"])
        if running:
            run(["systemctl", "stop", *running])
        return steps

    def render(self, state: Masks) -> str:
        """Return the units as lines."""
        return "".join(
            f"{one.name}: {'masked' if one.masked else 'not masked'}{', running' if one.running else ''}\n"
            for one in state
        )

    def result(self, state: Masks) -> dict[str, t.Any]:
        """Return nothing beyond what all operations return."""
        return {}

    def _observe(self, name: str, running: bool) -> Mask:
        path = os.path.join(self._directory, name)
        masked = os.path.islink(path) and os.path.realpath(path) == os.devnull
        return Mask(name, masked, running, is_own_file=os.path.isfile(path) and not os.path.islink(path))

    def _link(self, name: str) -> None:
        path = os.path.join(self._directory, name)
        temporary = f"{path}.{os.getpid()}"
        try:
            os.symlink(os.devnull, temporary)
            os.replace(temporary, path)
        except OSError as error:
            raise CollectionError(f"{name} cannot be masked: {path}: {error.strerror}") from error
