# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The marks in the directory of a host: reading them, writing one, and removing one."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import typing as t
from dataclasses import dataclass

from .. import _marks as marks
from .._engine.loop import Operation
from .._errors import CollectionError
from .._host.commands import write
from .._host.marks import Texts, parsed, texts
from .._together import store as records

MODE = 0o755
Params = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Write:
    """Put a mark in place as a whole."""

    path: str
    mark: marks.Mark

    def describe(self) -> str:
        """Return the line for people."""
        return f"mark {self.mark.host} as {self.mark.describe()}: {self.path}"

    def apply(self, state: Texts) -> Texts:
        """The file is there."""
        return {**state, self.path: marks.text(self.mark)}


@dataclass(frozen=True)
class Remove:
    """Remove a mark."""

    path: str
    host: str

    def describe(self) -> str:
        """Return the line for people."""
        return f"remove the mark of {self.host}: {self.path}"

    def apply(self, state: Texts) -> Texts:
        """The file is gone."""
        return {path: text for path, text in state.items() if path != self.path}


Step = t.Union[Write, Remove]


def read(params: Params, _record: object) -> dict[str, t.Any]:
    """Return the marks of this host and the copies that it has of others; raise CollectionError.

    ``restarting`` are the records of deployments that are being restarted as a whole.
    """
    found = parsed(texts(str(params["directory"])))
    return {
        "marks": [dataclasses.asdict(mark) for mark in found.values()],
        "restarting": records.texts(str(params["records"])),
    }


class Store(Operation[Texts, Step]):
    """Module ``maintenance_mark``: one host's mark is there with these contents, or there is none."""

    def __init__(self, params: Params, _record: object = None) -> None:
        self._directory: str = params["directory"]
        self._host: str = params["host"]
        self._mark = marks.make_mark({**params["mark"], "host": self._host}) if params["mark"] else None

    def observe(self) -> Texts:
        """Read all marks."""
        return texts(self._directory)

    def plan(self, state: Texts) -> list[Step]:
        """Return what is left to do: one that cannot be read goes by the name of its file."""
        if self._mark is not None:
            path = os.path.join(self._directory, marks.file_name(self._host))
            return [] if state.get(path) == marks.text(self._mark) else [Write(path, self._mark)]
        return [Remove(path, mark.host) for path, mark in parsed(state).items() if mark.host == self._host]

    def execute(self, steps: t.Sequence[Step], state: Texts) -> t.Sequence[Step]:
        """Write or remove the file."""
        step = steps[0]
        try:
            if isinstance(step, Write):
                write(step.path, marks.text(step.mark))
                # The health endpoint reads it as a user of its own, whatever root's umask is.
                os.chmod(self._directory, MODE)
                return [step]
            with contextlib.suppress(FileNotFoundError):
                os.unlink(step.path)
        except OSError as error:
            raise CollectionError(f"{step.path} cannot be changed: {error.strerror}") from error
        return [step]

    def render(self, state: Texts) -> str:
        """Return the marks as lines."""
        return "".join(f"{mark.host}: {mark.describe()}\n" for mark in parsed(state).values())

    def result(self, state: Texts) -> dict[str, t.Any]:
        """Return nothing beyond what all operations return."""
        return {}
