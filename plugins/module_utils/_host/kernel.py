# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kernel settings of a host: now, and at each boot; what may not be set here is reported, not fought."""

from __future__ import annotations

import os
import re
import typing as t
from dataclasses import dataclass, replace

from .._engine.loop import Operation
from .._errors import Refused
from .commands import text_of, write

HUGE_PAGES = "transparent_hugepage"
HUGE_PAGES_FILE = "/sys/kernel/mm/transparent_hugepage/enabled"
# Of a service that asks for nothing.
NOTHING: t.Mapping[str, t.Any] = {
    "sysctl": {},
    "sysctl_at_least": {},
    "transparent_hugepage": None,
    "sysctl_file": None,
    "tmpfiles_file": None,
    "required": False,
}
HEADER = "# Written by the almashooq.redis collection; changes here are lost.\n"


@dataclass(frozen=True)
class Setting:
    """One kernel setting as it runs; ``running`` is empty where this kernel has no such setting."""

    name: str
    path: str
    running: str
    writable: bool
    wanted: str
    enough: bool

    @property
    def missing(self) -> bool:
        """Return whether it has to be set and can be."""
        return not self.enough and self.writable


@dataclass(frozen=True)
class Kernel:
    """The settings, and the files that set them at boot (path, text on disk, text wanted)."""

    settings: tuple[Setting, ...]
    files: tuple[tuple[str, str | None, str], ...]


@dataclass(frozen=True)
class SetNow:
    """Set one value in the running kernel."""

    setting: Setting

    def describe(self) -> str:
        """Return one line for people."""
        return f"set {self.setting.name} from {self.setting.running} to {self.setting.wanted}"

    def apply(self, state: Kernel) -> Kernel:
        """Return the state with the value set."""
        done = replace(self.setting, running=self.setting.wanted, enough=True)
        return replace(state, settings=tuple(done if one == self.setting else one for one in state.settings))


@dataclass(frozen=True)
class SetAtBoot:
    """Write one file for the next boot."""

    path: str
    text: str

    def describe(self) -> str:
        """Return one line for people."""
        return f"write {self.path}"

    def apply(self, state: Kernel) -> Kernel:
        """Return the state with the file written."""
        files = tuple((path, new if path == self.path else old, new) for path, old, new in state.files)
        return replace(state, files=files)


Step = t.Union[SetNow, SetAtBoot]


def plan(state: Kernel, required: bool) -> list[Step]:
    """Return what can be set and is not; raise Refused for what cannot, where that is required."""
    refused = could_not_be_set(state)
    if required and refused:
        raise Refused("; ".join(refused), hint="Set it on the machine that owns this kernel.")
    steps: list[Step] = [SetNow(one) for one in state.settings if one.missing]
    steps += [SetAtBoot(path, new) for path, old, new in state.files if old != new]
    return steps


def could_not_be_set(state: Kernel) -> list[str]:
    """Return a sentence for each setting that differs and that may not be written here."""
    return [
        f"could not be set here: {one.name} is {one.running or 'unknown to this kernel'}, wanted {one.wanted}"
        for one in state.settings
        if not one.enough and not one.writable
    ]


class KernelOperation(Operation[Kernel, Step]):
    """The kernel settings that an instance's host should have."""

    def __init__(self, params: t.Mapping[str, t.Any] | None) -> None:
        self._params: t.Mapping[str, t.Any] = params or NOTHING

    def observe(self) -> Kernel:
        """Read the running values and the files."""
        params = self._params
        settings = [_sysctl(name, str(value), exact=True) for name, value in params["sysctl"].items()]
        settings += [_sysctl(name, str(value), exact=False) for name, value in params["sysctl_at_least"].items()]
        files = []
        # The minus signs keep a boot from failing where a container forbids a setting.
        if params["sysctl_file"]:
            lines = "".join(f"-{one.name} = {one.wanted}\n" for one in settings)
            files.append(_file(params["sysctl_file"], HEADER + lines))
        if params["transparent_hugepage"]:
            huge = _huge_pages(params["transparent_hugepage"])
            settings.append(huge)
            if params["tmpfiles_file"]:
                line = f"w- {HUGE_PAGES_FILE} - - - - {huge.wanted}\n"
                files.append(_file(params["tmpfiles_file"], HEADER + line))
        return Kernel(tuple(settings), tuple(files))

    def plan(self, state: Kernel) -> list[Step]:
        """Return what is left to set."""
        return plan(state, self._params["required"])

    def execute(self, steps: t.Sequence[Step], state: Kernel) -> t.Sequence[Step]:
        """Do all steps: none depends on another."""
        for step in steps:
            if isinstance(step, SetNow):
                _write_value(step.setting)
            else:
                write(step.path, step.text)
        return steps

    def render(self, state: Kernel) -> str:
        """Return settings and files as text."""
        lines = [f"{one.name} = {one.running}\n" for one in state.settings]
        return "".join(lines + [f"{path}:\n{old or ''}" for path, old, _new in state.files])

    def result(self, state: Kernel) -> dict[str, t.Any]:
        """Return what could not be set, as sentences."""
        return {"not_set": could_not_be_set(state)}


def _sysctl(name: str, wanted: str, *, exact: bool) -> Setting:
    path = f"/proc/sys/{name.replace('.', '/')}"
    running = (text_of(path) or "").strip()
    if not exact and running.isdigit() and int(running) > int(wanted):
        # It was raised further, for something else: the file must not lower it at the next boot.
        wanted = running
    return Setting(name, path, running, _writable(path), wanted, running == wanted)


def _huge_pages(wanted: str) -> Setting:
    match = re.search(r"\[(\w+)\]", text_of(HUGE_PAGES_FILE) or "")
    running = match.group(1) if match else ""
    # "never" is stricter than the engine needs, and was chosen; a kernel without them is fine too.
    enough = running in (wanted, "never", "")
    return Setting(HUGE_PAGES, HUGE_PAGES_FILE, running, _writable(HUGE_PAGES_FILE), wanted, enough)


def _writable(path: str) -> bool:
    """Open for writing without writing: a container's refusal shows here, and not in the mode bits."""
    try:
        os.close(os.open(path, os.O_WRONLY))
    except OSError:
        return False
    return True


def _write_value(setting: Setting) -> None:
    try:
        with open(setting.path, "w", encoding="ascii") as stream:
            stream.write(setting.wanted)
    except OSError as error:
        raise Refused(f"{setting.name} could not be set to {setting.wanted}: {error.strerror}") from error


def _file(path: str, text: str) -> tuple[str, str | None, str]:
    return path, text_of(path), text
