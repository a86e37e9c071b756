# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run on a deployment: its deadline, its connections, its lock, its phases and its waits."""

from __future__ import annotations

import time
import typing as t

from .. import _locking
from .._client import CHANGE, Access, Client, Connections, Record, gather
from .._errors import CollectionError, DeadlineExceeded, EngineRefused, Refused
from .._lock_rules import shared_key
from .._nodes import DesiredNode
from .._wait import poll
from .loop import PhaseFailed
from .steps import NodeStep, State

# Servers whose lock is taken, and the login for them.
Scope = t.Tuple[t.Sequence[DesiredNode], Access]
Observation = t.TypeVar("Observation")
Change = t.TypeVar("Change", bound=NodeStep[t.Any])


class Deployment:
    """What one run has of a deployment; everything that it opens ends with ``close``.

    ``timeout`` is for the whole run, in seconds; ``run_by`` is who runs it, as a run that has to wait reports it.
    ``together`` is for work that the hosts of one run do side by side: it excludes other runs, and not each other.
    """

    def __init__(
        self,
        record: Record,
        timeout: float,
        run_by: t.Mapping[str, t.Any] | None = None,
        clock: t.Callable[[], float] = time.monotonic,
        *,
        together: bool = False,
    ) -> None:
        self.timeout = timeout
        self._key = shared_key(run_by) if together else None
        self._record = record
        self._run_by = run_by
        self._clock = clock
        self._deadline = clock() + timeout
        self._opened: list[Connections] = []
        self._lock: _locking.Lock | None = None
        # What servers refused and steps tolerated, with the step.
        self.tolerated: list[tuple[NodeStep[t.Any], EngineRefused]] = []

    def connections(self, nodes: t.Iterable[DesiredNode], access: Access) -> Connections:
        """Return a connection to each of the servers, opened at first use and closed with the run."""
        opened = Connections(nodes, access, self._record)
        self._opened.append(opened)
        return opened

    def left(self) -> float:
        """Return the seconds until the deadline, 0 after it."""
        return max(self._deadline - self._clock(), 0.0)

    def restart_timeout(self) -> None:
        """Start the timeout again: what follows does not depend on the work before, such as another set's."""
        self._deadline = self._clock() + self.timeout

    def hold(self, *scopes: Scope, within: float | None = None) -> bool:
        """Take the deployment's lock; return whether what was observed may be old: observe and plan again.

        The first call takes it, at every server of the scopes that answers, within so many seconds (the time that is
        left by default).  Each later one makes sure that it was not lost.  Raises Locked, and Unreachable when no
        server answers.
        """
        if self._lock is not None:
            return not self._lock.verify()
        # Its connections record nothing: they are used all the time.
        clients = {node.name: Client(node.address, node.port, access) for nodes, access in scopes for node in nodes}
        lock = _locking.Lock(list(clients.values()), _locking.holder(self._run_by), key=self._key)
        lock.take(self.left() if within is None else within)
        self._lock = lock
        return True

    def perform(self, connections: Connections, steps: t.Sequence[Change], state: t.Any) -> t.Sequence[Change]:
        """Send steps that belong together, and return them: nodes side by side, those of a node in their order.

        Raises Refused, before any is sent, when one is not ready any more; and PhaseFailed, with all errors, when some
        failed.
        """
        for step in steps:
            if not step.ready(state):
                changed = "the deployment has changed since it was planned"
                raise Refused(f"cannot {step.describe()}: {changed}", hint="Run again.")
        per_node: dict[str, list[Change]] = {}
        for step in steps:
            per_node.setdefault(step.node, []).append(step)

        outcomes = gather(lambda node: self._send(connections[node], per_node[node], state), list(per_node))
        errors: dict[Change, CollectionError] = {}
        for sent, outcome in zip(per_node.values(), outcomes):
            each = [outcome] * len(sent) if isinstance(outcome, CollectionError) else outcome
            errors.update((step, error) for step, error in zip(sent, each) if error is not None)
        if errors:
            raise PhaseFailed([step for step in steps if step not in errors], list(errors.items()))
        return steps

    def await_effect(
        self,
        steps: t.Sequence[Change],
        observe: t.Callable[[], State],
        **how: t.Any,
    ) -> State:
        """Wait until nothing of these steps' effect is missing, and return the state.

        ``how`` is for ``poll``.  Raises PhaseFailed at the deadline: those steps failed whose effect did not come.
        """
        last: list[State] = []

        def look() -> State:
            last[:] = [observe()]
            return last[0]

        try:
            return self.poll(look, lambda state: some([step.missing(state) for step in steps]), **how)
        except DeadlineExceeded as error:
            late = [step for step in steps if step.missing(last[0])]
            raise PhaseFailed([step for step in steps if step not in late], [(step, error) for step in late]) from error

    def poll(
        self,
        observe: t.Callable[[], Observation],
        missing: t.Callable[[Observation], str],
        *,
        within: float | None = None,
        **how: t.Any,
    ) -> Observation:
        """Wait as ``_wait.poll`` does, for so many seconds and never beyond the deadline."""
        left = self.left()
        return poll(observe, missing, timeout=left if within is None else min(left, within), **how)

    def _send(self, client: Client, steps: t.Sequence[Change], state: t.Any) -> list[CollectionError | None]:
        """Send the commands of all steps in one packet; return each step's first error."""
        commands = [[*step.commands(state)] for step in steps]
        replies = iter(client.pipeline([command for each in commands for command in each], CHANGE))
        errors: list[CollectionError | None] = []
        for step, sent in zip(steps, commands):
            refusals = [(command, reply) for command, reply in zip(sent, replies) if isinstance(reply, CollectionError)]
            welcome = [
                reply
                for command, reply in refusals
                if isinstance(reply, EngineRefused) and step.tolerates(command, reply)
            ]
            self.tolerated += [(step, reply) for reply in welcome]
            errors.append(next((reply for _command, reply in refusals if reply not in welcome), None))
        return errors

    def close(self) -> None:
        """Close all connections and give the lock back."""
        for opened in self._opened:
            opened.__exit__()
        if self._lock is not None:
            self._lock.release()


def first_phase(steps: t.Sequence[Change]) -> list[Change]:
    """Return the steps at the head of a plan that belong together."""
    return [step for step in steps if step.phase == steps[0].phase]


def some(said: t.Iterable[str], most: int = 5) -> str:
    """Return the first few sentences and how many there are more; empty ones do not count."""
    sentences = [one for one in said if one]
    more = [f"and {len(sentences) - most} more"] if len(sentences) > most else []
    return "; ".join(sentences[:most] + more)
