# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A planned switchover of one shard: nothing that was acknowledged is lost."""

from __future__ import annotations

import time
import typing as t

from .. import _slots
from .._client import Access, Connections, Record
from .._errors import DeadlineExceeded, Refused
from .._nodes import ERROR
from .._wait import poll
from . import plan_switchover, render
from .checks import findings
from .desired import Desired
from .model import Node, Observed
from .observe import observe
from .plan_switchover import TakeOver

# The engine gives a manual failover up after five seconds (CLUSTER_MF_TIMEOUT), and says nothing of it.
ATTEMPT = 6.0


class FailoverOperation:
    """The ``cluster_failover`` module's way through (see ``_run.Operation``)."""

    def __init__(self, desired: Desired, access: Access, record: Record, options: t.Mapping[str, t.Any]) -> None:
        self._desired = desired
        self._heir, self._primary = str(options["to"] or ""), str(options["from"] or "")
        if bool(self._heir) == bool(self._primary):
            raise Refused("give one of `to` and `from`", hint="`to` is the node that is to be primary.")
        self._deadline: float = time.monotonic() + options["timeout"]
        self._connections = Connections(desired.nodes, access, record)
        self._done: TakeOver | None = None
        self._seconds = 0.0

    def observe(self) -> Observed:
        """Ask every node."""
        return observe(self._desired, self._connections)

    def plan(self, state: Observed) -> tuple[TakeOver, ...]:
        """Return the switchover, unless it is done or not wanted; raise Refused where it would not be safe."""
        if self._done:
            return ()
        return plan_switchover.plan(state, self._desired, self._heir, self._primary)

    def execute(self, steps: t.Sequence[TakeOver], state: Observed) -> t.Sequence[TakeOver]:
        """Switch over, and return when the heir owns the slots; what the engine gave up is tried again."""
        step = steps[0]
        if not step.ready(state):
            raise Refused(f"cannot {step.describe()}: the world moved", hint="Run again.")
        started = time.monotonic()
        while True:
            self._connections[step.node].command("CLUSTER", "FAILOVER")
            try:
                self._await(step, min(ATTEMPT, self._left()))
                break
            except DeadlineExceeded:
                if self._left() <= 0:
                    raise
        self._done, self._seconds = step, time.monotonic() - started
        return steps

    def settle(self, state: Observed) -> Observed:
        """Wait until all nodes see the heir as primary, and all replicas follow it."""
        if not self._done:
            return state

        def missing(observed: Observed) -> str:
            return "; ".join([one.message for one in findings(observed, self._desired) if one.severity == ERROR][:5])

        return poll(
            self.observe,
            missing,
            awaiting=f"all nodes to follow {self._done.node}",
            timeout=self._left(),
            hint="See cluster_info, and the logs of the nodes that lag.",
            longest_interval=0.3,
        )

    def render(self, state: Observed) -> str:
        """Return the topology as a table."""
        return render.summary(state, self._desired, findings(state, self._desired))

    def result(self, state: Observed) -> dict[str, t.Any]:
        """Return from whom to whom, which slots, and how long it took (s)."""
        step = self._done
        to = state.by_name()[step.node if step else self._heir or self._follower(state)]
        return {
            "from": step.primary if step else "",
            "to": to.name,
            "slots": _slots.text(to.slots),
            "seconds": round(self._seconds, 3),
        }

    def _follower(self, state: Observed) -> str:
        """Return who is primary of the shard of a node that is none any more; of one that is, itself."""
        node = state.by_name()[self._primary]
        primary = state.by_id().get(node.myself.primary_id or "")
        return primary.name if primary else node.name

    def _left(self) -> float:
        return max(self._deadline - time.monotonic(), 0.0)

    def _await(self, step: TakeOver, timeout: float) -> None:
        def nodes() -> dict[str, Node]:
            return self.observe().by_name()

        poll(
            nodes,
            lambda seen: "" if seen[step.node].slots else f"{step.node} owns no slot",
            awaiting=f"{step.node} to take over from {step.primary}",
            timeout=timeout,
            node=step.node,
            hint="Its log says why not: it may be too far behind. Nothing is lost; run again.",
            longest_interval=0.2,
        )
