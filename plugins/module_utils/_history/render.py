# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history for people: a run with its calls, and the last change of a deployment in one line."""

from __future__ import annotations

import typing as t

from .model import DONE, FAILED, INTERRUPTED, RUNNING, Record
from .runs import UNFINISHED, Run

# The colours of ``_health.tree``: error, warning, good, muted.
COLOURS = {INTERRUPTED: "error", FAILED: "error", RUNNING: "warning", UNFINISHED: "warning", DONE: "good"}
Paint = t.Callable[[str, str], str]


def last_change(run: Run) -> str:
    """Return a run as one line of a status."""
    where = f" on {_some(run.hosts)}" if run.hosts else ""
    return f"last change: {_when(run)} {who(run)}{where}: {_outcome(run)}"


def entry(run: Run, paint: Paint, *, steps: bool = False) -> list[str]:
    """Return the lines of one run: who, when, how it ended, and a line for each call; with ``steps`` those, too."""
    head = f"{_when(run)}  {who(run)}: {_outcome(run)}"
    about = f" ({', '.join(run.deployments)})" if run.deployments else ""
    lines = [paint(COLOURS[run.outcome], f"{head}{about}")]
    for call in run.calls:
        lines.append(f"  {_call(call)}")
        if steps:
            lines += [f"      {line}" for line in _steps(call)]
        if call.error:
            lines.append(f"      {call.error}")
    return lines


def who(run: Run) -> str:
    """Return who ran what, from where: ``site.yml by alice on control1``."""
    first = run.calls[0]
    what = first.playbook or first.verb
    person = first.user or first.account or "an unknown user"
    return f"{what} by {person} on {first.controller or first.address or 'an unknown host'}"


def as_value(run: Run) -> dict[str, t.Any]:
    """Return a run for a machine."""
    return {**head_value(run), "calls": [call_value(one) for one in run.calls]}


def head_value(run: Run) -> dict[str, t.Any]:
    """Return a run for a machine, without its calls."""
    return {
        "run": run.key,
        "began": run.began,
        "ended": run.ended,
        "outcome": run.outcome,
        "playbook": run.calls[0].playbook,
        "user": run.calls[0].user,
        "controller": run.calls[0].controller,
        "hosts": list(run.hosts),
        "deployments": list(run.deployments),
        "steps": run.steps,
    }


def call_value(call: Record) -> dict[str, t.Any]:
    """Return a record as JSON has it."""
    value = {name: list(each) if isinstance(each, tuple) else each for name, each in vars(call).items()}
    return {**value, "done": [vars(one) for one in call.done]}


def _outcome(run: Run) -> str:
    at = next((one.step for one in run.calls if one.outcome == run.outcome and one.step), "")
    if run.outcome == INTERRUPTED:
        return f"INTERRUPTED{_at(at)}, after {_steps_of(run.steps)}"
    if run.outcome == FAILED:
        return f"FAILED{_at(at)}, after {_steps_of(run.steps)}"
    if run.outcome == RUNNING:
        return f"running{_at(at)}, after {_steps_of(run.steps)}"
    if run.outcome == UNFINISHED:
        left = run.calls[-1].left
        rest = f"{_steps_of(left)} left" if left else "no end is recorded"
        return f"UNFINISHED after {_steps_of(run.steps)}: {rest}"
    return f"done, {_steps_of(run.steps)}"


def _call(call: Record) -> str:
    where = f"{call.host}: " if call.host else ""
    state = "" if call.outcome == DONE else f", {call.outcome}{_at(call.step)}"
    return f"{where}{call.verb}, {_steps_of(call.steps)} in {call.seconds:.1f} s{state}"


def _steps(call: Record) -> t.Iterator[str]:
    cut = call.steps - len(call.done)
    for index, one in enumerate(call.done):
        if cut and index == len(call.done) - len(call.done) // 2:
            yield f"... {cut} more"
        yield f"{one.seconds:.1f} s  {one.step}"
    if cut and not call.done:
        yield f"... {cut} more"
    for failed in call.failed:
        yield f"failed, possibly half done: {failed}"
    left = [one for one in call.plan if one not in {each.step for each in call.done} | set(call.failed)]
    if call.outcome != DONE and not cut and call.planned == len(call.plan):
        yield from (f"not done: {one}" for one in left if one != call.step)


def _at(step: str) -> str:
    return f" at: {step}" if step else ""


def _steps_of(number: int) -> str:
    return f"{number} step" if number == 1 else f"{number} steps"


def _when(run: Run) -> str:
    """Return when it began, to the second."""
    return f"{run.began[:10]} {run.began[11:19]} UTC"


def _some(names: t.Sequence[str], most: int = 3) -> str:
    more = [f"{len(names) - most} more"] if len(names) > most else []
    return ", ".join([*names[:most], *more])
