# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a drill, and which of them are due after what the steps before have come to.

Invariant: what a step has stopped or preferred is undone by a later step that no failure skips; the note of who was
primary goes only after that instance is primary again.  A run that is killed leaves its notes on the hosts (see
``plan``), and ``return_steps`` are the rest of the way.
"""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass, field

from .model import FREEZE, KILL

Value = t.Mapping[str, t.Any]
PLANNED = "planned"
FAULTS = (PLANNED, KILL, FREEZE)

REMEMBER, WRITE, STOP, TAKEOVER = "remember", "write", "stop", "takeover"
PUT_BACK, HEALED, COUNT = "put_back", "healed", "count"
PREFER, PREFERRED, RETURN, UNPREFER, FORGET = "prefer", "preferred", "return", "unprefer", "forget"

TITLES = {
    REMEMBER: "Record who is primary",
    WRITE: "Start a client that writes",
    STOP: "Stop the primary",
    TAKEOVER: "Wait for the successor",
    PUT_BACK: "Start the old primary again",
    HEALED: "Wait until the deployment is whole",
    COUNT: "Stop the client and count the lost writes",
    PREFER: "Make the old primary the preferred replica",
    PREFERRED: "Wait until all Sentinels prefer it",
    RETURN: "Switch back to the old primary",
    UNPREFER: "Restore its priority",
    FORGET: "End the record of who was primary",
}
# Steps that change an instance run on its own host; all others on the host that asks and writes.
ON_THE_INSTANCE = frozenset([REMEMBER, PUT_BACK, PREFER, UNPREFER, FORGET])
BACK_IN_A_SET = (PREFER, PREFERRED, RETURN, UNPREFER, FORGET)
BACK_IN_A_CLUSTER = (RETURN, FORGET)
CLUSTER = "cluster"


@dataclass(frozen=True)
class Step:
    """One step: what is done to a shard, where, and under the name of which drill."""

    name: str
    shard: Value
    host: str
    run: str
    fault: str = ""

    def as_dict(self) -> dict[str, t.Any]:
        """Return the step as a task takes it, with its title for people."""
        return {**dataclasses.asdict(self), "title": TITLES[self.name]}


@dataclass(frozen=True)
class Outcome:
    """What a step has come to.  ``began`` and ``ended`` are s since 1970, by the controller's clock."""

    shard: str
    step: str
    began: float = 0.0
    ended: float = 0.0
    problem: str = ""
    result: Value = field(default_factory=dict)


Journal = t.Tuple[Outcome, ...]


def make_step(given: Value) -> Step:
    """Return the step that a task was given."""
    return Step(**{name: given[name] for name in ("name", "shard", "host", "run", "fault")})


def make_journal(given: t.Iterable[Value]) -> Journal:
    """Return the journal that a task was given."""
    return tuple(Outcome(**one) for one in given)


def steps(shard: Value, topology: str, run: str, asks: str, fault: str, returns: bool) -> tuple[Step, ...]:
    """Return the steps of one drill in their order.

    ``asks`` is the host that asks and writes, ``run`` the name of the acceptance; ``returns`` says whether the primary
    is to be where it was at the end.
    """
    names = [REMEMBER] if returns else []
    names += [WRITE, STOP, TAKEOVER]
    names += [] if fault == PLANNED else [PUT_BACK]
    names += [HEALED, COUNT]
    names += _back(topology) if returns else ()
    return tuple(_step(name, shard, asks, f"{run}-{shard['port']}", fault) for name in names)


def return_steps(shard: Value, topology: str, run: str, asks: str) -> tuple[Step, ...]:
    """Return the steps that give a shard back the primary that it had before drill ``run`` was interrupted."""
    return tuple(_step(name, shard, asks, run, "") for name in (HEALED, *_back(topology)))


def is_due(step: Step, journal: Journal) -> bool:
    """Whether a step is to be done, after what is in the journal."""
    mine = of_shard(journal, step.shard["primary"])
    if any(problem_of(one) for one in journal if one not in mine):
        return False  # nothing is stopped in a deployment in which a drill before went wrong
    if step.name in (PUT_BACK, COUNT):
        return True
    if step.name == HEALED:
        return not (found := find(mine, PUT_BACK)) or not found.problem
    if step.name == UNPREFER:
        return find(mine, PREFER) is not None
    if any(one.problem for one in mine):
        return False
    return step.name not in (PREFER, PREFERRED, RETURN) or current_primary(step, journal) != step.shard["primary"]


def current_primary(step: Step, journal: Journal) -> str:
    """Return the node that is primary of the shard now, as far as the journal has it: who took over, or was seen."""
    mine = of_shard(journal, step.shard["primary"])
    if taken := find(mine, TAKEOVER):
        return str(taken.result.get("successor") or "")
    healed = find(mine, HEALED)
    primaries = list(healed.result.get("primaries") or ()) if healed else []
    return step.shard["primary"] if step.shard["primary"] in primaries else str((primaries or [""])[0])


def of_shard(journal: Journal, shard: str) -> Journal:
    """Return what the steps of one shard, by the name of its primary, have come to."""
    return tuple(one for one in journal if one.shard == shard)


def find(journal: Journal, step: str) -> Outcome | None:
    """Return what a step has come to, None where it was not done."""
    return next((one for one in journal if one.step == step), None)


def problem_of(outcome: Outcome) -> str:
    """Return what went wrong in a step, also where the client that wrote has ended by itself."""
    written: Value = outcome.result.get("report") or {}
    return outcome.problem or (f"its writer ended: {written['error']}" if written.get("error") else "")


def _back(topology: str) -> tuple[str, ...]:
    """Who takes over in a set is Sentinel's choice: for as long as it takes, it prefers the old primary."""
    return BACK_IN_A_CLUSTER if topology == CLUSTER else BACK_IN_A_SET


def _step(name: str, shard: Value, asks: str, run: str, fault: str) -> Step:
    stops = name == STOP and fault != PLANNED
    return Step(name, shard, shard["host"] if name in ON_THE_INSTANCE or stops else asks, run, fault)
