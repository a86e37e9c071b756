# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way through of operations that touch running members: each step waits for its gate, and then for its proof."""

from __future__ import annotations

import abc
import typing as t

from .._engine.deployment import Deployment
from .._engine.loop import Operation, PhaseFailed
from .._engine.steps import Step
from .._errors import CollectionError, DeadlineExceeded, Refused
from .._wait import observe_patiently
from .deployment import Kind
from .gates import HEALTH_HINT
from .model import State
from .steps import SwitchOver

GATE_SHARE = 0.5  # of the time of a call, that a step may wait until it is safe

Change = t.TypeVar("Change", bound=Step[t.Any])


class Gated(Operation[State, Change]):
    """Takes one step after the other; a subclass knows what each one does, lacks and needs as proof."""

    _deployment: Deployment
    _kind: Kind

    def execute(self, steps: t.Sequence[Change], state: State) -> t.Sequence[Change]:
        """Take the first step once its gate is open, and return when it has been proven."""
        if self._deployment.hold(*self._kind.scopes):
            return ()  # what was observed before the lock may be old: observe again
        step = steps[0]
        before = self._await_gate(step)
        if self._overtaken(before, step):
            return ()  # another member comes first by now: plan again
        try:
            self._take(step)
            self._await_proof(step, before)
        except PhaseFailed as error:
            raise PhaseFailed([], [(step, why) for _part, why in error.failed]) from error
        except CollectionError as error:
            if isinstance(error, Refused) and isinstance(step, SwitchOver):
                raise  # before anything of it was sent
            raise PhaseFailed([], [(step, error)]) from error
        return [step]

    def _observe_patiently(self) -> State:
        return observe_patiently(self._kind.observe, self.plan, timeout=self._deployment.timeout)

    @abc.abstractmethod
    def _take(self, step: Change) -> None:
        """Do what the step says."""

    @abc.abstractmethod
    def _missing(self, state: State, step: Change) -> str:
        """Return what keeps the step from being taken now; empty where it is safe."""

    @abc.abstractmethod
    def _unfinished(self, state: State, step: Change, before: State) -> str:
        """Return what is missing for the step to be done, given the state in which it was taken."""

    def _overtaken(self, state: State, step: Change) -> bool:
        """Return whether by now something else has to be done first."""
        return False

    def _await_gate(self, step: Change) -> State:
        try:
            return self._deployment.poll(
                self.observe,
                lambda state: "" if self._overtaken(state, step) else self._missing(state, step),
                awaiting=f"a moment at which it is safe to {step.describe()}",
                # The rest is for the step itself, which must not be begun with a second left.
                within=self._deployment.timeout * GATE_SHARE,
                hint=f"This step has not been begun. {HEALTH_HINT}",
                longest_interval=1.0,
            )
        except DeadlineExceeded as error:
            # Before anything of this step was done.
            raise Refused(error.message, node=error.node, hint=error.hint) from error

    def _await_proof(self, step: Change, before: State) -> None:
        self._deployment.poll(
            self.observe,
            lambda state: self._unfinished(state, step, before),
            awaiting=f"the effect of step '{step.describe()}'",
            hint="Nothing else is done meanwhile. See the log of the member that is named; then run again.",
            longest_interval=0.5,
        )
