# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Doing the steps of a plan: a phase at a time, until all Sentinels are settled."""

from __future__ import annotations

import time
import typing as t

from .._addresses import Addresses
from .._client import Access, Connections, Record
from .._engine.deployment import Deployment, Scope, first_phase, some
from .._engine.loop import Operation, PhaseFailed
from .._errors import AuthenticationFailed, CollectionError, DeadlineExceeded, PermissionDenied, Refused
from . import checks, render
from .desired import Desired, make_desired
from .model import Observed
from .observe import Locks, locked_out, observe_all
from .plan import plan, undecided
from .steps import Forget, Rename, Step

SETTLE_HINT = (
    "Check that the Sentinels reach each other and all instances, at the addresses that those announce; see their "
    "logs. Then run again."
)


def make_operation(
    params: t.Mapping[str, t.Any], access: Access, node_access: Access, record: Record
) -> SentinelOperation:
    """Build the operation from the module's options; ``node_access`` is for the lock at the instances."""
    deployment = Deployment(record, params["timeout"], params["run_by"])
    return SentinelOperation(params, access, node_access, deployment, record)


class SentinelOperation(Operation[Observed, Step]):
    """The ``sentinel`` module's way through."""

    def __init__(
        self,
        params: t.Mapping[str, t.Any],
        access: Access,
        node_access: Access,
        deployment: Deployment,
        record: Record,
    ) -> None:
        self._params = params
        self._access = access
        self._node_access = node_access
        self._deployment = deployment
        self._resolve = Addresses()
        self._record = record
        self._desired: Desired
        self._scopes: tuple[Scope, ...]
        self._connections: Connections
        self._notes: list[str] = []
        self._forgotten: set[Forget | Rename] = set()
        self._locked_out: Locks | None = None

    def enter(self) -> None:
        """Find the addresses of host names; raises Refused for a desired state that Sentinels cannot reach."""
        self._desired = desired = make_desired(self._params, self._resolve)
        # Who has no login for the instances locks the Sentinels alone.
        known = self._node_access.username or self._node_access.password
        nodes = [node for one in desired.sets for node in one.nodes] if known else []
        self._scopes = ((desired.sentinels, self._access), (nodes, self._node_access))
        self._connections = self._deployment.connections(desired.sentinels, self._access)

    def observe(self) -> Observed:
        """Ask every Sentinel; a failover is waited for."""
        observed = self._look()
        if not undecided(observed, self._desired):
            return observed
        # What time does not settle the plan refuses, with the opinion of each Sentinel.
        patient_until = time.monotonic() + self._deployment.left() / 2
        return self._deployment.poll(
            self._look,
            lambda observed: undecided(observed, self._desired) if time.monotonic() < patient_until else "",
            awaiting="a failover to end",
        )

    def plan(self, state: Observed) -> tuple[Step, ...]:
        """Return the steps that are left; raise Refused also for what was forgotten, and is there again."""
        steps = plan(state, self._desired)
        for step in first_phase(steps) if steps else ():
            if step in self._forgotten:
                _refuse_to_forget_again(step)
        return steps

    def execute(self, steps: t.Sequence[Step], state: Observed) -> t.Sequence[Step]:
        """Do the first phase under the lock; the first call takes it."""
        if self._hold():
            return ()  # what was observed before the lock may be old: look again
        phase = first_phase(steps)
        forgetting = [step for step in phase if isinstance(step, (Forget, Rename))]
        if forgetting:
            self._wait_until_safe(state)
            self._forgotten.update(forgetting)
        self._deployment.perform(self._connections, phase, state)
        if forgetting:
            try:
                self._poll("the Sentinel that forgot to find all members again", but_for_quorum=True)
            except DeadlineExceeded as error:
                raise PhaseFailed([], [(step, error) for step in forgetting]) from error
        return phase

    def settle(self, state: Observed) -> Observed:
        """Wait until every Sentinel knows all members and can reach a quorum."""
        if not checks.unsettled(state, self._desired):
            return state
        return self._poll("the Sentinels to know all members and to agree")

    def render(self, state: Observed) -> str:
        """Return the Sentinels as a table."""
        return render.summary(state)

    def result(self, state: Observed) -> dict[str, t.Any]:
        """Return Sentinels, sets, findings and the table for people."""
        found = [finding for finding in checks.findings(state, self._desired) if finding.severity != "error"]
        return {**render.report(state, found), "warnings": list(self._notes)}

    def close(self) -> None:
        """Give the lock back."""
        self._deployment.close()

    def _hold(self) -> bool:
        """Take the lock; where the instances refuse the login, at the Sentinels alone."""
        try:
            return self._deployment.hold(*self._scopes)
        except (AuthenticationFailed, PermissionDenied) as error:
            if len(self._scopes) == 1 or error.node in [one.name for one in self._desired.sentinels]:
                raise
            self._notes.append(
                f"the lock of the deployment was taken at the Sentinels alone: {error}. A run that does not connect "
                "to the Sentinels, such as a load test, could be at work beside this one"
            )
            self._scopes = self._scopes[:1]
            return self._deployment.hold(*self._scopes)

    def _look(self) -> Observed:
        if self._locked_out is None:
            self._locked_out = locked_out(self._desired, self._access, self._record)
        return observe_all(self._desired, self._connections, self._resolve, self._locked_out)

    def _wait_until_safe(self, state: Observed) -> None:
        """A reset drops what a Sentinel knows: only when all others know all members, and nothing is going on.

        A missing quorum is not an obstacle: phantoms are voters that never vote, and this is the cure.
        """
        if checks.unsettled(state, self._desired, but_for_quorum=True):
            try:
                self._poll("all checks to pass before one Sentinel forgets", but_for_quorum=True)
            except CollectionError as error:
                raise Refused(f"nothing is forgotten while a check fails: {error.message}", hint=SETTLE_HINT) from error

    def _poll(self, awaiting: str, *, but_for_quorum: bool = False) -> Observed:
        def missing(observed: Observed) -> str:
            return some(checks.unsettled(observed, self._desired, but_for_quorum=but_for_quorum))

        return self._deployment.poll(self._look, missing, awaiting=awaiting, hint=SETTLE_HINT, longest_interval=0.5)


def _refuse_to_forget_again(step: Step) -> None:
    """What comes back after a reset is reported by another server: it is not gone for good."""
    if isinstance(step, Rename):
        raise Refused(
            f"cannot {step.describe()}: it names the address again",
            node=step.node,
            hint="Check that the host name resolves on the host of that Sentinel, and see its log.",
        )
    raise Refused(
        f"cannot {step.describe()}: it came back after a reset",
        node=step.node,
        hint="Something still reports it: a primary that has not noticed yet (repl-timeout), or it runs at "
        "times. Stop it for good, and run again.",
    )
