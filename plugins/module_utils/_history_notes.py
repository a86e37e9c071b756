# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules ``history_note`` and ``history_end``: changes that other tasks have made, and the end of a run.

They stand above the engine, which keeps their record as it does for every module: what they do is only to be recorded.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ._engine.loop import Operation
from ._history.info import has_run
from ._lock_rules import shared_key

Noted = frozenset[str]
Params = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Note:
    """One line: its record is what it does."""

    text: str

    def describe(self) -> str:
        """Return the line."""
        return self.text

    def apply(self, state: Noted) -> Noted:
        """Return the state with the line in it."""
        return state | {self.text}


def changes(params: Params) -> t.Sequence[str]:
    """Return the lines of option ``changes``."""
    return [str(one) for one in params["changes"]]


def end(params: Params) -> t.Sequence[str]:
    """Return one line, or none where the run has changed nothing on this host."""
    run_by: Params = params["run_by"] or {}
    directory = str(run_by.get("directory") or "")
    return ["end the run"] if directory and has_run(directory, shared_key(run_by) or "") else []


class NoteOperation(Operation[Noted, Note]):
    """Records the lines that a function of the options returns."""

    def __init__(self, wanted: t.Callable[[Params], t.Sequence[str]], params: Params) -> None:
        self._wanted, self._params = wanted, params
        self._noted: Noted = frozenset()

    def observe(self) -> Noted:
        """Return what this call has recorded: what earlier calls have is theirs."""
        return self._noted

    def plan(self, state: Noted) -> t.Sequence[Note]:
        """Return what is left to record."""
        return [Note(text) for text in self._wanted(self._params) if text not in state]

    def execute(self, steps: t.Sequence[Note], state: Noted) -> t.Sequence[Note]:
        """Do nothing on the host: the engine records the steps."""
        self._noted = state.union(one.text for one in steps)
        return steps

    def render(self, state: Noted) -> str:
        """Return nothing: the host stays as it is."""
        return ""

    def result(self, state: Noted) -> dict[str, t.Any]:
        """Return nothing beyond what all operations return."""
        return {}
