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
    """The reports that are there, and those of this acceptance that are as they should be."""

    stems: tuple[str, ...]
    right: frozenset[str]
    html: str = field(repr=False)
    earlier: tuple[Value, ...] = field(repr=False, default=())
    changes: tuple[Value, ...] = field(repr=False, default=())
    unreadable: tuple[str, ...] = ()


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


class Report:
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
        self._json = json.dumps(self._result, indent=1, sort_keys=True, ensure_ascii=True) + "\n"
        # A later step removes what this report was compared with: it stays compared with that.
        self._seen: State | None = None

    def observe(self) -> State:
        """Read the earlier reports, and see what of this one is there."""
        stems = tuple(store.kept(self._directory))
        if self._seen is None:
            older = [one for one in stems if one < self._stem]
            # Not those that go now: a second run would not have them.
            earlier, unreadable = store.load(self._directory, older[max(0, len(older) - self._keep + 1) :])
            earlier = [one for one in earlier if one["topology"] == self._result["topology"]]
            changes = compare.changes(self._result, earlier, self._worse)
            html = self._page(self._result, earlier, changes, self._worse)
            self._seen = State(stems, frozenset(), html, tuple(earlier), tuple(changes), tuple(unreadable))
        right = frozenset(path for path, text in self._files(self._seen.html) if text_of(path) == text)
        return replace(self._seen, stems=stems, right=right)

    def plan(self, state: State) -> list[Step]:
        """Return the files that are left to write, and the reports that are too many."""
        writes: list[Step] = [Write(path, text) for path, text in self._files(state.html) if path not in state.right]
        stems = sorted({*state.stems, self._stem})
        too_many = [one for one in stems[: max(0, len(stems) - self._keep)] if one != self._stem]
        return [*writes, *(Forget(self._directory, one) for one in too_many if one in state.stems)]

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

    def settle(self, state: State) -> State:
        """Return the state: a file that was written is there."""
        return state

    def render(self, state: State) -> str:
        """Return the names of the reports, a line each."""
        return "".join(f"{one}\n" for one in sorted({*state.stems, *map(os.path.basename, state.right)}))

    def result(self, state: State) -> dict[str, t.Any]:
        """Return the whole result, and where it is."""
        return {
            "result": self._result,
            "json": os.path.join(self._directory, f"{self._stem}.json"),
            "html": os.path.join(self._directory, f"{self._stem}.html"),
            "history": [{"started": one["started"], "passed": one["passed"]} for one in state.earlier],
            "changes": list(state.changes),
            "summary": summary(self._result, state.changes),
            "warnings": [
                f"{path} is no result of an acceptance, and was not compared with" for path in state.unreadable
            ],
        }

    def _files(self, html: str) -> list[tuple[str, str]]:
        texts = (("json", self._json), ("html", html))
        names = [(f"{self._stem}.{kind}", text) for kind, text in texts]
        names += [(f"{store.LATEST}.{kind}", text) for kind, text in texts]
        return [(os.path.join(self._directory, name), text) for name, text in names]
