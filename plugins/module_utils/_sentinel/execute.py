# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Doing the steps of a plan: a phase at a time, until all Sentinels are settled."""

from __future__ import annotations

import time
import typing as t

from .. import _lock
from .._addresses import Addresses
from .._client import CHANGE, Access, Client, Connections, Record, gather
from .._errors import CollectionError, Refused
from .._wait import poll
from . import checks, render
from .desired import Desired, make_desired
from .model import Observed
from .observe import locked_out, observe_all
from .plan import plan, undecided
from .steps import Forget, Rename, Step

SETTLE_HINT = (
    "Check that the Sentinels reach each other and all instances, at the addresses that those announce; see their "
    "logs. Then run again."
)


def make_operation(params: t.Mapping[str, t.Any], access: Access, record: Record) -> SentinelOperation:
    """Build the operation from the module's options; raises Refused for a wish that Sentinels cannot fulfil."""
    resolve = Addresses()
    return SentinelOperation(make_desired(params, resolve), access, record, params["timeout"], resolve)


class SentinelOperation:
    """The ``sentinel`` module's way through (see ``_run.Operation``)."""

    def __init__(self, desired: Desired, access: Access, record: Record, timeout: float, resolve: Addresses) -> None:
        self._desired = desired
        self._access = access
        self._record = record
        self._deadline = time.monotonic() + timeout
        self._connections = Connections(desired.sentinels, access, record)
        self._resolve = resolve
        self._lock: Client | None = None
        self._forgotten: set[Forget | Rename] = set()
        self._locked_out = locked_out(desired, access, record)

    def observe(self) -> Observed:
        """Ask every Sentinel; a failover is waited for."""
        observed = self._look()
        if not undecided(observed, self._desired):
            return observed
        # What time does not settle the plan refuses, with everybody's opinion.
        patient_until = time.monotonic() + self._left() / 2
        return poll(
            self._look,
            lambda observed: undecided(observed, self._desired) if time.monotonic() < patient_until else "",
            awaiting="a failover to end",
            timeout=self._left(),
        )

    def plan(self, state: Observed) -> tuple[Step, ...]:
        """Return the steps that are left."""
        return plan(state, self._desired)

    def execute(self, steps: t.Sequence[Step], state: Observed) -> t.Sequence[Step]:
        """Do the first phase under the lock; the first call takes it."""
        if self._lock is None:
            first = min(self._desired.sentinels, key=lambda one: one.name)
            self._lock = Client(first.address, first.port, self._access, record=self._record)
            _lock.acquire(self._lock, self._left())
            return ()  # what was observed before the lock may be old: look again
        phase = [step for step in steps if step.phase == steps[0].phase]
        forgetting = isinstance(phase[0], (Forget, Rename))
        if forgetting:
            self._refuse_to_forget_again(phase[0])
            self._wait_until_safe(state)
        for outcome in gather(self._send, phase):
            if isinstance(outcome, CollectionError):
                raise outcome
        if forgetting:
            self._poll("the Sentinel that forgot to find everybody again", but_for_quorum=True)
        return phase

    def settle(self, state: Observed) -> Observed:
        """Wait until every Sentinel knows everybody and can have a quorum."""
        if not checks.unsettled(state, self._desired):
            return state
        return self._poll("the Sentinels to know everybody and to agree")

    def render(self, state: Observed) -> str:
        """Return the Sentinels as a table."""
        return render.summary(state)

    def result(self, state: Observed) -> dict[str, t.Any]:
        """Return Sentinels, sets, findings and the table for people."""
        found = [finding for finding in checks.findings(state, self._desired) if finding.severity != "error"]
        return {**render.report(state, found), "warnings": [finding.text() for finding in found]}

    def _left(self) -> float:
        return max(self._deadline - time.monotonic(), 0.0)

    def _look(self) -> Observed:
        return observe_all(self._desired, self._connections, self._resolve, self._locked_out)

    def _send(self, step: Step) -> None:
        for reply in self._connections[step.sentinel].pipeline(step.commands(), CHANGE):
            if isinstance(reply, CollectionError):
                raise reply

    def _refuse_to_forget_again(self, step: Step) -> None:
        """What comes back after a reset is told by somebody: it is not gone for good."""
        if step in self._forgotten and isinstance(step, Rename):
            raise Refused(
                f"cannot {step.describe()}: it names the address again",
                node=step.sentinel,
                hint="Check that the host name resolves on the host of that Sentinel, and see its log.",
            )
        if step in self._forgotten:
            raise Refused(
                f"cannot {step.describe()}: it came back after a reset",
                node=step.sentinel,
                hint="Something still tells of it: a primary that has not noticed yet (repl-timeout), or it runs at "
                "times. Stop it for good, and run again.",
            )
        if isinstance(step, (Forget, Rename)):
            self._forgotten.add(step)

    def _wait_until_safe(self, state: Observed) -> None:
        """A reset drops what a Sentinel knows: only when all others know everybody, and nothing is going on.

        That there is no quorum is no obstacle: phantoms are voters that never vote, and this is the cure.
        """
        if checks.unsettled(state, self._desired, but_for_quorum=True):
            try:
                self._poll("all to be well before one Sentinel forgets", but_for_quorum=True)
            except CollectionError as error:
                raise Refused(
                    f"nothing is forgotten while not all is well: {error.message}", hint=SETTLE_HINT
                ) from error

    def _poll(self, awaiting: str, *, but_for_quorum: bool = False) -> Observed:
        def missing(observed: Observed) -> str:
            return "; ".join(checks.unsettled(observed, self._desired, but_for_quorum=but_for_quorum)[:5])

        return poll(
            self._look,
            missing,
            awaiting=awaiting,
            timeout=self._left(),
            hint=SETTLE_HINT,
            longest_interval=0.5,
        )
