# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of an acceptance: written beside those before it, which it is compared with."""

from __future__ import annotations

import json
import math
import os
import typing as t
from dataclasses import dataclass, field, replace

from .._engine.loop import Operation
from .._errors import Refused
from .._host.commands import text_of, write
from . import compare, store
from .checks import refuse_incomplete
from .compare_targets import AVAILABILITY, with_availability
from .render_text import summary

Params = t.Mapping[str, t.Any]
Record = t.Callable[[str, str], None]
Value = dict[str, t.Any]
# From a result, the earlier ones (oldest first), the changes and the percentage that counts as one, to the page.
Page = t.Callable[[Value, t.Sequence[Value], t.Sequence[Value], float], str]


@dataclass(frozen=True)
class State:
    """The reports that are there, and the files of this one that are as they should be."""

    stems: tuple[str, ...]
    right: frozenset[str]


@dataclass(frozen=True)
class Write:
    """Put a file in place."""

    path: str
    text: str = field(repr=False)

    def describe(self) -> str:
        """Return one line for people."""
        return f"write {self.path}"

    def apply(self, state: State) -> State:
        """Return the state with that file."""
        return replace(state, right=state.right | {self.path})


@dataclass(frozen=True)
class Forget:
    """Remove a report that is older than those to keep."""

    directory: str
    stem: str

    def describe(self) -> str:
        """Return one line for people."""
        return f"remove {os.path.join(self.directory, self.stem)}.json and .html"

    def apply(self, state: State) -> State:
        """Return the state without that report."""
        return replace(state, stems=tuple(one for one in state.stems if one != self.stem))


Step = t.Union[Write, Forget]


class Report(Operation[State, Step]):
    """Writes the report of an acceptance; ``page`` draws it."""

    def __init__(self, page: Page, params: Params, _record: Record) -> None:
        result = params["result"]
        refuse_incomplete(result)
        if params["keep"] < 1:
            raise Refused(f"keep is {params['keep']}", hint="Give how many reports to keep, 1 or more.")
        for name in ("worse_percent", "failures_per_month"):
            if not math.isfinite(params[name]) or params[name] < 0:
                raise Refused(f"{name} is {params[name]:g}", hint="Give a number that is not negative.")
        wanted = (params["targets"] or {}).get(AVAILABILITY)
        self._result = with_availability(store.without_secrets(result), wanted, params["failures_per_month"])
        self._page = page
        self._keep: int = params["keep"]
        self._worse: float = params["worse_percent"]
        self._directory = os.path.join(params["directory"], result["deployment"])
        self._stem = store.stem(result["started"])
        self._paths = {kind: os.path.join(self._directory, f"{self._stem}.{kind}") for kind in ("json", "html")}
        self._earlier: list[Value] = []
        self._changes: list[Value] = []
        self._unreadable: list[str] = []
        self._texts: dict[str, str] = {}

    def observe(self) -> State:
        """Return which reports are there; the first time, also compare with them and draw the page.

        A later step removes what this report was compared with: it stays compared with that.
        """
        stems = tuple(store.kept(self._directory))
        if not self._texts:
            self._compare([stem for stem in stems if stem < self._stem])
        return State(stems, frozenset(path for path, text in self._texts.items() if text_of(path) == text))

    def _compare(self, older: list[str]) -> None:
        # Not with those that go now: a second run would not have them.
        earlier, self._unreadable = store.load(self._directory, older[max(0, len(older) - self._keep + 1) :])
        self._earlier = [result for result in earlier if result["topology"] == self._result["topology"]]
        self._changes = compare.changes(self._result, self._earlier, self._worse)
        texts = {
            "json": json.dumps(self._result, indent=1, sort_keys=True, ensure_ascii=True) + "\n",
            "html": self._page(self._result, self._earlier, self._changes, self._worse),
        }
        self._texts = {self._paths[kind]: text for kind, text in texts.items()}
        self._texts.update({os.path.join(self._directory, f"latest.{kind}"): text for kind, text in texts.items()})

    def plan(self, state: State) -> list[Step]:
        """Return the files that are left to write, and the reports that are too many."""
        writes: list[Step] = [Write(path, text) for path, text in self._texts.items() if path not in state.right]
        stems = sorted({*state.stems, self._stem})
        too_many = [stem for stem in stems[: max(0, len(stems) - self._keep)] if stem != self._stem]
        return [*writes, *(Forget(self._directory, stem) for stem in too_many if stem in state.stems)]

    def execute(self, steps: t.Sequence[Step], state: State) -> list[Step]:
        """Do one step."""
        step = steps[0]
        if isinstance(step, Write):
            write(step.path, step.text)
        else:
            for kind in ("json", "html"):
                path = os.path.join(step.directory, f"{step.stem}.{kind}")
                if os.path.exists(path):
                    store.remove(path)
        return [step]

    def render(self, state: State) -> str:
        """Return the reports that are there, and the files of this one that are as they should be, a line each."""
        ours = (os.path.basename(path) for path in state.right)
        return "".join(f"{name}\n" for name in sorted({*state.stems, *ours} - {self._stem}))

    def result(self, state: State) -> dict[str, t.Any]:
        """Return the whole result, and where it is."""
        return {
            "result": self._result,
            **self._paths,
            "history": [{"started": one["started"], "passed": one["passed"]} for one in self._earlier],
            "changes": self._changes,
            "summary": summary(self._result, self._changes),
            "warnings": [
                f"{path} is not a result of an acceptance, and was not compared with" for path in self._unreadable
            ],
        }
