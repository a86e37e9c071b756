# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A planned switchover of one shard: nothing that was acknowledged is lost."""

from __future__ import annotations

import time
import typing as t

from .. import _slots
from .._client import Access
from .._engine.deployment import Deployment, some
from .._engine.loop import Operation, PhaseFailed
from .._errors import CollectionError, DeadlineExceeded, Refused
from .._nodes import ERROR
from .._wait import observe_patiently
from . import plan_switchover, render
from .checks import findings
from .desired import Desired
from .model import Observed
from .observe import observe
from .plan_takeover import (
    SPARE,
    TENURE_QUESTIONS,
    Tenure,
    node_timeout,
    parse_tenure,
    unproven,
    unready,
    wait,
)
from .steps_roles import TakeOver

GIVEN_UP = "Its log has the reason: it may be too far behind. No acknowledged write is lost; run again."


class FailoverOperation(Operation[Observed, TakeOver]):
    """The ``cluster_switchover`` module's way through."""

    def __init__(
        self, desired: Desired, access: Access, deployment: Deployment, options: t.Mapping[str, t.Any]
    ) -> None:
        self._desired = desired
        self._candidate, self._primary = str(options["to"] or ""), str(options["from"] or "")
        if bool(self._candidate) == bool(self._primary):
            raise Refused("give one of `to` and `from`", hint="`to` is the node that is to be primary.")
        self._access = access
        self._deployment = deployment
        self._connections = self._deployment.connections(desired.nodes, access)
        self._observed = False
        self._done: TakeOver | None = None
        self._seconds = self._waited = 0.0

    def observe(self) -> Observed:
        """Ask every node; the first time, with some patience for what passes by itself."""
        if self._observed:
            return self._observe()
        self._observed = True
        return observe_patiently(self._observe, self.plan, timeout=self._deployment.timeout)

    def _observe(self) -> Observed:
        return observe(self._desired, self._connections)

    def plan(self, state: Observed) -> tuple[TakeOver, ...]:
        """Return the switchover, unless it is done or not needed; raise Refused where it would not be safe."""
        if self._done:
            return ()
        return plan_switchover.plan(state, self._desired, self._candidate, self._primary)

    def execute(self, steps: t.Sequence[TakeOver], state: Observed) -> t.Sequence[TakeOver]:
        """Switch over once that is safe, and return when it is proven; what the engine gave up is tried again."""
        if self._deployment.hold((self._desired.nodes, self._access)):
            return ()  # what was observed before the lock may be old: look again
        step = steps[0]
        if not step.ready(state):
            raise Refused(f"cannot {step.describe()}: the cluster has changed since it was planned", hint="Run again.")
        began = time.monotonic()
        given_up = False
        while True:
            try:
                before, tenure = self._await_safe(step)
            except (DeadlineExceeded, Refused) as error:
                if given_up:
                    # Clients were paused meanwhile: the error must not claim that nothing was done.
                    raise PhaseFailed([], [(step, error)]) from error
                raise
            started = time.monotonic()
            self._deployment.perform(self._connections, [step], before)
            try:
                self._await(step, before, tenure.given_up + SPARE)
                break
            except DeadlineExceeded as error:
                # The primary's clients stay paused until the engine gives up: an attempt is watched to its end.
                if self._deployment.left() < tenure.given_up + SPARE:
                    raise PhaseFailed([], [(step, error)]) from error
                given_up = True
        self._done, self._seconds, self._waited = step, time.monotonic() - started, started - began
        return steps

    def settle(self, state: Observed) -> Observed:
        """Wait until all nodes see the candidate as primary, and all replicas follow it."""
        if not self._done:
            return state

        def missing(observed: Observed) -> str:
            return some([one.message for one in findings(observed, self._desired) if one.severity == ERROR])

        return self._deployment.poll(
            self.observe,
            missing,
            awaiting=f"all nodes to follow {self._done.node}",
            hint="See cluster_info, and the logs of the nodes that lag.",
            longest_interval=0.3,
        )

    def render(self, state: Observed) -> str:
        """Return the topology as a table."""
        return render.summary(state, self._desired, findings(state, self._desired))

    def result(self, state: Observed) -> dict[str, t.Any]:
        """Return the old and the new primary, which slots, and how long it took (s)."""
        step = self._done
        to = state.by_name()[step.node if step else self._candidate or self._follower(state)]
        return {
            "from": step.primary if step else "",
            "to": to.name,
            "slots": _slots.text(to.slots),
            "seconds": round(self._seconds, 3),
            "waited": round(self._waited, 3),
        }

    def _follower(self, state: Observed) -> str:
        """Return who is primary of the shard of a node that is none any more; of one that is, itself."""
        node = state.by_name()[self._primary]
        primary = state.by_id().get(node.myself.primary_id or "")
        return primary.name if primary else node.name

    def close(self) -> None:
        """Give the lock back."""
        self._deployment.close()

    def _await_safe(self, step: TakeOver) -> tuple[Observed, Tenure]:
        """Return the cluster as it is when the command may be sent; raise Refused if that is after the deadline."""

        def ask() -> tuple[Observed, Tenure]:
            return self.observe(), self._tenure(step.primary)

        def missing(seen: tuple[Observed, Tenure]) -> str:
            state, tenure = seen
            seconds = wait(tenure, node_timeout(state))
            early = (
                f"{step.primary} has been primary for {tenure.seconds} s, and a switchover is safe again four node "
                f"timeouts after the last one of a shard, in {seconds:.0f} s"
            )
            if seconds > self._deployment.left():
                hint = f"Run again then, or with a longer timeout ({self._deployment.left():.0f} s are left)."
                raise Refused(early, node=step.primary, hint=hint)
            return unready(state, step.node, step.primary) or (early if seconds else "")

        return self._deployment.poll(
            ask,
            missing,
            awaiting=f"a moment at which {step.node} can take over from {step.primary}",
            node=step.node,
            hint="See cluster_info, and the logs of both. The primary is the same as before.",
            longest_interval=0.5,
        )

    def _tenure(self, primary: str) -> Tenure:
        replies = self._connections[primary].pipeline(TENURE_QUESTIONS)
        for reply in replies:
            if isinstance(reply, CollectionError):
                raise reply
        return parse_tenure(*replies)

    def _await(self, step: TakeOver, before: Observed, timeout: float) -> None:
        """Return once the switchover is proven."""

        def missing(now: Observed) -> str:
            return unproven(before, now, step.node, step.primary)

        self._deployment.poll(
            self.observe,
            missing,
            awaiting=f"{step.node} to take over from {step.primary}",
            within=timeout,
            node=step.node,
            hint=GIVEN_UP,
            longest_interval=0.2,
        )
