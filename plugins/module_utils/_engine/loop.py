# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The loop of every operation: observe, plan, execute, observe again.  Knows nothing of Ansible.

A run has a life: ``entered`` gives back what an operation took, whatever ends it, and ``run`` keeps a report that is
true at any moment, so that a failure can name what was done, what failed and what is left.
"""

from __future__ import annotations

import contextlib
import time
import typing as t
from dataclasses import dataclass, field

from .._errors import CollectionError, Locked, Refused
from .steps import State, Step

Change = t.TypeVar("Change", bound=Step[t.Any])


class Operation(t.Protocol[State, Change]):
    """What one module does; all decisions are in ``plan``.  Operations are subclasses, for the three defaults."""

    def observe(self) -> State:
        """Ask every node and return plain values."""

    def plan(self, state: State) -> t.Sequence[Change]:
        """Return the steps that are left; raise Refused where nothing may be done."""

    def execute(self, steps: t.Sequence[Change], state: State) -> t.Sequence[Change]:
        """Do the first step, or the first few that belong together, and return those whose effect is visible.

        None may be returned, for what was observed to be observed again (after the lock was taken, for example).
        Raises PhaseFailed where some of them failed, and DeadlineExceeded when an effect does not come.
        """

    def render(self, state: State) -> str:
        """Return the model as text, for the diff."""

    def result(self, state: State) -> dict[str, t.Any]:
        """Return what the module returns in addition to changed, plan, done and diff.

        ``warnings`` in it are texts, which Ansible shows as such.
        """

    def enter(self) -> None:
        """Take what the run needs before it observes: a lock of the host, the addresses of names, what an engine is.

        Called once, at the beginning of a run.  A constructor takes values and does nothing: whatever fails here is
        followed by ``abandon`` and ``close``.
        """
        return

    def settle(self, state: State) -> State:
        """Wait until the end state is verified (nothing is planned any more) and return it."""
        return state

    def abandon(self) -> None:
        """Undo what was only meant to last for the run; called when an error ends it.  Raises nothing."""
        return

    def close(self) -> None:
        """Give back connections and locks; called at every end.  Raises nothing."""
        return


@dataclass
class Report:
    """What a run can report at any moment; ``done`` has the seconds that each step took.

    ``failed_steps`` has each step that failed with its error (Ansible has another use for the name ``failed``);
    ``remaining`` is all that was planned and not done, those that failed among them.
    """

    changed: bool = False
    plan: list[str] = field(default_factory=list)
    done: list[dict[str, t.Any]] = field(default_factory=list)
    failed_steps: list[dict[str, t.Any]] = field(default_factory=list)
    remaining: list[str] = field(default_factory=list)


class PhaseFailed(CollectionError):
    """Of several steps that went out together some failed; the kind is that of the first error.

    ``done`` are the steps that succeeded, ``failed`` the others with their errors.
    """

    def __init__(self, done: t.Sequence[Step[t.Any]], failed: t.Sequence[tuple[Step[t.Any], CollectionError]]) -> None:
        errors = list(dict.fromkeys(str(error) for _step, error in failed))
        first = failed[0][1]
        further = [f"{len(errors) - 1} more failed: {'; '.join(errors[1:5])}"] if errors[1:] else []
        super().__init__("; ".join([first.message, *further]), node=first.node, hint=first.hint, **first.data)
        self.kind = first.kind
        self.done = tuple(done)
        self.failed = tuple(failed)


class Stalled(CollectionError):
    """A step was done, and what is observed afterwards asks for the same steps again.

    Either the server accepts a command and does not do it, or the collection reads something else than it writes.
    """

    kind = "stalled"


@contextlib.contextmanager
def entered(operation: Operation[State, Change]) -> t.Iterator[Operation[State, Change]]:
    """Enter the operation, and close it at the end; where an error is the end, it first undoes what it must."""
    try:
        operation.enter()
        yield operation
    except Exception:
        operation.abandon()
        raise
    finally:
        operation.close()


def run(
    operation: Operation[State, Change],
    report: Report,
    *,
    check: bool = False,
    clock: t.Callable[[], float] = time.monotonic,
    note: t.Callable[[Report], None] = lambda report: None,
) -> tuple[State, State]:
    """Bring the world to what the operation plans, and return what was observed first and last.

    With ``check`` the plan is applied to the model alone.  ``note`` is given the report before each phase and after it:
    whatever ends the process, the step that was begun has been noted.  Raises what the operation raises, and Stalled
    when a plan does not change although its first steps were done.
    """
    before = state = operation.observe()
    plan = operation.plan(state)
    report.plan = [step.describe() for step in plan]
    report.changed = bool(plan)
    if check:
        for step in plan:
            state = step.apply(state)
        return before, state
    report.changed = False
    while plan:
        report.remaining = [step.describe() for step in plan]
        note(report)
        try:
            done = _execute(operation, plan, state, report, clock)
        finally:
            note(report)
        earlier, old = state, plan
        state = operation.observe()
        plan = operation.plan(state)
        if done and list(plan) == list(old):
            raise _stalled(operation, done, earlier, state)
        if not report.done:
            # Nothing of ours has happened yet: another run may have done the work in between.
            report.plan = [step.describe() for step in plan]
    report.remaining = []
    return before, operation.settle(state)


def _execute(
    operation: Operation[State, Change],
    plan: t.Sequence[Change],
    state: State,
    report: Report,
    clock: t.Callable[[], float],
) -> t.Sequence[Change]:
    started = clock()
    done: t.Sequence[Change] = ()
    try:
        done = operation.execute(plan, state)
    except PhaseFailed as error:
        done = t.cast("t.Sequence[Change]", error.done)
        report.failed_steps = [{"step": step.describe(), **why.result()} for step, why in error.failed]
        report.remaining = [step.describe() for step in plan if step not in done]
        raise
    except (Refused, Locked):
        raise  # before anything of this phase was sent
    except CollectionError as error:
        report.failed_steps = [{"step": plan[0].describe(), **error.result()}]
        raise
    finally:
        seconds = round(clock() - started, 3)
        report.done += [{"step": step.describe(), "seconds": seconds} for step in done]
        if not report.failed_steps:
            report.remaining = [step.describe() for step in plan if step not in done]
        report.changed = bool(report.done or report.failed_steps)
    return done


def _stalled(operation: Operation[State, Change], done: t.Sequence[Change], before: State, after: State) -> Stalled:
    return Stalled(
        f"{done[0].describe()}: done, and afterwards it is planned again as if it had not been",
        hint="Run again with -vvv, which shows the commands; see the log of that server. If a server does not ignore "
        "the command, please report this as a bug with both observations.",
        observed_before=operation.render(before),
        observed_after=operation.render(after),
    )
