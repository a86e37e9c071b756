# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several replication sets in one run of module ``replication``.

All sets are observed and planned before one of them is changed, and all that is refused is reported together. Then one
set after the other is attached, and in sync before the next one: full synchronizations of several sets at a time would
take the memory of several snapshots on a host.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._engine.deployment import Deployment
from .._engine.loop import Operation
from .._errors import CollectionError, Refused
from .execute import ReplicationOperation
from .model import Observed
from .steps import Attach

States = t.Mapping[str, Observed]
Value = t.TypeVar("Value")


class SetsFailed(CollectionError):
    """More than one set failed; the kind is that of the first error, ``sets`` has the error of each by name."""

    def __init__(self, errors: t.Mapping[str, CollectionError]) -> None:
        first = next(iter(errors.values()))
        lines = [f"- {error}" for error in errors.values()]
        results = {name: error.result() for name, error in errors.items()}
        super().__init__("\n".join([f"{len(errors)} replication sets failed:", *lines]), sets=results)
        self.kind = first.kind


@dataclass(frozen=True)
class SetStep:
    """A step of one set, as a step of the run."""

    set: str
    step: Attach

    def describe(self) -> str:
        """Return the step's line for people."""
        return self.step.describe()

    def apply(self, state: States) -> States:
        """Return the state with the step's effect on its set."""
        return {**state, self.set: self.step.apply(state[self.set])}


class SetsOperation(Operation[States, SetStep]):
    """The ``replication`` module's way through several sets, in the order of ``parts``, which has them by name.

    All parts have ``deployment``: one lock protects all sets, and its timeout is for each of them.
    """

    def __init__(self, parts: t.Mapping[str, ReplicationOperation], deployment: Deployment) -> None:
        self._parts = parts
        self._deployment = deployment
        # A set whose last step was done, and that has yet to be in sync.
        self._unsettled = ""

    def enter(self) -> None:
        """Find the addresses of host names; raise Refused for a server in two sets: it would follow two primaries."""
        self._each(lambda _name, part: part.enter())
        self._refuse_shared_nodes()
        scopes = [scope for part in self._parts.values() for scope in part.scopes]
        for part in self._parts.values():
            part.scopes = tuple(scopes)

    def observe(self) -> States:
        """Ask the nodes of all sets; a set that was attached since is in sync first."""
        return self._each(self._observe_set)

    def plan(self, state: States) -> t.Sequence[SetStep]:
        """Return the steps that are left, set by set."""
        steps = self._each(lambda name, part: [SetStep(name, step) for step in part.plan(state[name])])
        return [step for each in steps.values() for step in each]

    def execute(self, steps: t.Sequence[SetStep], state: States) -> t.Sequence[SetStep]:
        """Do what the first set does at once."""
        name = steps[0].set
        ours = [step.step for step in steps if step.set == name]
        try:
            done = self._turn(name, lambda part: part.execute(ours, state[name]))
        except CollectionError as error:
            # Of the same class: the loop has to know whether anything was sent.
            _put_in_front(name, error)
            raise
        if len(done) == len(ours):
            self._unsettled = name
        return [SetStep(name, step) for step in done]

    def settle(self, state: States) -> States:
        """Wait until each set is in sync."""
        return self._each(lambda name, part: part.settle(state[name]))

    def render(self, state: States) -> str:
        """Return the table of each set."""
        return "\n".join(part.render(state[name]) for name, part in self._parts.items())

    def result(self, state: States) -> dict[str, t.Any]:
        """Return the result of each set by name, as module ``replication`` returns that of one."""
        found = self._each(lambda name, part: part.result(state[name]))
        warnings = [text for one in found.values() for text in one.pop("warnings")]
        return {"sets": found, "warnings": warnings}

    def close(self) -> None:
        """Give the lock back."""
        self._deployment.close()

    def _observe_set(self, name: str, part: ReplicationOperation) -> Observed:
        observed = part.observe()
        if name != self._unsettled:
            return observed
        self._unsettled = ""
        return self._turn(name, lambda part: part.settle(observed))

    def _turn(self, name: str, work: t.Callable[[ReplicationOperation], Value]) -> Value:
        self._deployment.restart_timeout()
        return work(self._parts[name])

    def _each(self, work: t.Callable[[str, ReplicationOperation], Value]) -> dict[str, Value]:
        """Return the result of every set; raise what failed at the end, so that no failure hides another."""
        found: dict[str, Value] = {}
        errors: dict[str, CollectionError] = {}
        for name in self._parts:
            try:
                found[name] = self._turn(name, lambda part, name=name: work(name, part))  # type: ignore[misc]
            except CollectionError as error:
                _put_in_front(name, error)
                errors[name] = error
        if len(errors) > 1:
            raise SetsFailed(errors)
        for alone in errors.values():
            raise alone
        return found

    def _refuse_shared_nodes(self) -> None:
        owners: dict[str, str] = {}
        for name, part in self._parts.items():
            for node in part.names:
                other = owners.setdefault(node, name)
                if other != name:
                    raise Refused(
                        f"{node} is one of the nodes of set {other!r} and of set {name!r}",
                        node=node,
                        hint="Give each instance to one set.",
                    )


def _put_in_front(name: str, error: CollectionError) -> None:
    """Begin the message of an error with the name of its set."""
    where = f"{error.node}: " if error.node and error.node not in error.message else ""
    error.message = f"set {name}: {where}{error.message}"
