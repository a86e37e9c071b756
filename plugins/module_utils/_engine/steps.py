# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a step of a plan is, and one that is commands to one server: pure, as everything that a plan is made of."""

from __future__ import annotations

import typing as t

from .._errors import EngineRefused

State = t.TypeVar("State")
Command = t.Sequence[object]


class Step(t.Protocol[State]):
    """One change: how it reads, and what it does to the model."""

    def describe(self) -> str:
        """Return one line for people: verb, node, value."""

    def apply(self, state: State) -> State:
        """Return the model as it is after this step."""


class NodeStep(Step[State], t.Protocol[State]):
    """A step that is commands to one server.  Steps of one ``phase`` do not depend on each other."""

    @property
    def phase(self) -> str:
        """Return which steps may go out together: those of the same phase at the head of a plan."""

    @property
    def node(self) -> str:
        """Return the name of the server that is changed."""

    def ready(self, state: State) -> bool:
        """Return whether the step may still be done in this state: it was planned in another one."""

    def commands(self, state: State) -> t.Sequence[Command]:
        """Return the commands, which go out in one packet."""

    def missing(self, state: State) -> str:
        """Return what of the effect cannot be observed yet, for people; empty when it is there."""

    def tolerates(self, command: Command, refusal: EngineRefused) -> bool:
        """Return whether this answer to this command means that there was nothing left to do."""


class StepDefaults:
    """What is true of most steps: they can be done at any time, no refusal is welcome, and the effect is immediate."""

    def ready(self, state: t.Any) -> bool:
        """Always."""
        return True

    def missing(self, state: t.Any) -> str:
        """Nothing: the server answers when it is done."""
        return ""

    def tolerates(self, command: Command, refusal: EngineRefused) -> bool:
        """Never."""
        return False
