# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several operations as one: observed together, planned one after the other, with one plan for people.

Each part is planned on the state that the steps of the parts before it lead to, so that check mode shows the whole
plan also where a later part depends on an earlier one.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .loop import Operation, PhaseFailed
from .steps import Step

Whole = t.TypeVar("Whole")


@dataclass(frozen=True)
class PartStep:
    """A step of one part, as a step of the whole."""

    part: str
    step: Step[t.Any]

    def describe(self) -> str:
        """Return the step's line for people."""
        return self.step.describe()

    def apply(self, state: t.Any) -> t.Any:
        """Return the state with the step's effect on its part."""
        return replace(state, **{self.part: self.step.apply(getattr(state, self.part))})


class Parts(Operation[Whole, PartStep]):
    """Operations by name, in the order in which they are done.

    ``Whole`` is a frozen dataclass that has a field with the state of each part under the part's name.
    """

    def __init__(self, make: t.Callable[..., Whole], parts: t.Mapping[str, Operation[t.Any, t.Any]]) -> None:
        self._make = make
        self._parts = parts

    def before(self, part: str, state: Whole) -> Whole:
        """Return the state on which a part is planned: a subclass adds what the parts before mean for it."""
        return state

    def enter(self) -> None:
        """Make every part take what it needs."""
        for operation in self._parts.values():
            operation.enter()

    def observe(self) -> Whole:
        """Inspect every part."""
        return self._make(**{part: operation.observe() for part, operation in self._parts.items()})

    def plan(self, state: Whole) -> t.Sequence[PartStep]:
        """Return what is left to do, part by part."""
        steps: list[PartStep] = []
        for part, operation in self._parts.items():
            state = self.before(part, state)
            for step in operation.plan(getattr(state, part)):
                steps.append(PartStep(part, step))
                state = steps[-1].apply(state)
        return steps

    def execute(self, steps: t.Sequence[PartStep], state: Whole) -> t.Sequence[PartStep]:
        """Do the first steps that are of one part, as far as that part does them at once."""
        part = steps[0].part
        ours = [step.step for step in steps if step.part == part]
        try:
            done = self._parts[part].execute(ours, getattr(state, part))
        except PhaseFailed as error:
            failed = [(PartStep(part, step), why) for step, why in error.failed]
            raise PhaseFailed([PartStep(part, step) for step in error.done], failed) from None
        return [PartStep(part, step) for step in done]

    def render(self, state: Whole) -> str:
        """Return every part as text."""
        return "".join(operation.render(getattr(state, part)) for part, operation in self._parts.items())

    def result(self, state: Whole) -> dict[str, t.Any]:
        """Return what the parts return, all together."""
        found: dict[str, t.Any] = {}
        for part, operation in self._parts.items():
            theirs = operation.result(getattr(state, part))
            warnings = [*found.get("warnings", ()), *theirs.get("warnings", ())]
            found.update(theirs)
            if warnings:
                found["warnings"] = warnings
        return found

    def settle(self, state: Whole) -> Whole:
        """Make every part verify its end."""
        settled = {part: operation.settle(getattr(state, part)) for part, operation in self._parts.items()}
        return self._make(**{**vars(state), **settled})

    def abandon(self) -> None:
        """Make every part undo what was meant for the run, the last one first."""
        for operation in reversed(list(self._parts.values())):
            operation.abandon()

    def close(self) -> None:
        """Close every part, the last one first."""
        for operation in reversed(list(self._parts.values())):
            operation.close()
