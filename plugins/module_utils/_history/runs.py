# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records of many hosts as runs: what one person did with one playbook, wherever it worked."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .model import DONE, FAILED, INTERRUPTED, RUNNING, Done, Record

# The module whose record is the end of a playbook.
END = "history_end"
# What a run has come to that was not cut off within a call, and has not noted its end.
UNFINISHED = "unfinished"
# Of several calls, the first of these that is the outcome of one is the outcome of the run.
WORST_FIRST = (INTERRUPTED, FAILED, RUNNING)


@dataclass(frozen=True)
class Run:
    """One run: its calls in their order, as the clocks of the hosts have it.

    ``outcome`` is ``interrupted`` where the process of a call was killed, and ``unfinished`` where all calls have ended
    and the run has not: it was cut off between them, has failed in a task that is not recorded, or still works.
    """

    key: str
    calls: tuple[Record, ...]
    outcome: str

    @property
    def began(self) -> str:
        """Return when the first call began."""
        return self.calls[0].began

    @property
    def ended(self) -> str:
        """Return when the last call ended; nothing where one has not."""
        return max(one.ended for one in self.calls) if all(one.ended for one in self.calls) else ""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return the hosts on which it worked, in the order of their names."""
        return tuple(sorted({one.host for one in self.calls if one.host}))

    @property
    def steps(self) -> int:
        """Return how many steps were done."""
        return sum(one.steps for one in self.calls)

    @property
    def deployments(self) -> tuple[str, ...]:
        """Return the deployments that its calls name."""
        return tuple(sorted({name for one in self.calls for name in one.deployments}))


def merged(records: t.Iterable[Record], most: int = 0) -> list[Run]:
    """Return the runs of all records, the newest first; the newest ones where there are more than ``most``.

    A record that is known of two names of one host counts once.
    """
    by_key: dict[object, list[Record]] = {}
    for record in dict.fromkeys(records):
        # A call of a run that is not known is one for itself.
        by_key.setdefault(record.run or record, []).append(record)
    runs = [_run(sorted(calls, key=lambda one: (one.began, one.host))) for calls in by_key.values()]
    runs = sorted((run for run in runs if run.calls), key=lambda run: (run.began, run.key), reverse=True)
    return runs[:most] if most else runs


def about(run: Run, deployment: str, hosts: t.Collection[str]) -> Run | None:
    """Return what of a run concerns a deployment on these hosts; nothing where it does not.

    A call that names no deployment concerns all of its host.
    """
    calls = [
        one
        for one in run.calls
        if (deployment in one.deployments if one.deployments else not hosts or one.host in hosts)
    ]
    # What the run has come to is of the whole run, unless it is of a call that concerns others.
    return Run(run.key, tuple(calls), _worst(calls) or _of_others(run)) if calls else None


def record_of(given: t.Mapping[str, t.Any]) -> Record:
    """Return a record from a result of module ``history_info``."""
    values: dict[str, t.Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
    }
    values["done"] = tuple(Done(one["step"], one["seconds"]) for one in given["done"])
    return Record(**values)


def _run(records: t.Sequence[Record]) -> Run:
    calls = tuple(one for one in records if one.verb != END)
    ends = len(calls) < len(records)
    open_end = bool(calls) and (calls[-1].left > 0 or (any(one.part for one in calls) and not ends))
    outcome = _worst(calls) or (UNFINISHED if open_end else DONE)
    return Run(records[0].run, calls, outcome)


def _worst(calls: t.Iterable[Record]) -> str:
    outcomes = {one.outcome for one in calls}
    return next((one for one in WORST_FIRST if one in outcomes), "")


def _of_others(run: Run) -> str:
    return run.outcome if run.outcome in (UNFINISHED, RUNNING) else DONE
