# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All checks in one pass, and what the checks share.  Pure: from what was seen to findings."""

from __future__ import annotations

import typing as t

from .._nodes import ERROR, WARNING, Finding
from .checks_addresses import addresses
from .checks_common import Unseen
from .checks_cutoff import cutoff
from .checks_data import data
from .checks_nodes import nodes
from .checks_pending import pending
from .checks_replicas import replicas
from .checks_restart import restarts
from .desired import Desired, Mute
from .maintenance import absence_of, lowered, overdue
from .model import Observed


class Verdict(t.NamedTuple):
    """The findings that count, errors first, and those that are muted, each with who muted it."""

    findings: tuple[Finding, ...]
    muted: tuple[tuple[Finding, Mute], ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong; warnings do not count."""
        return not any(one.severity == ERROR for one in self.findings)


def evaluate(observed: Observed, desired: Desired) -> Verdict:
    """Return what does not hold, as the user wants it weighed."""
    found = [
        *nodes(observed, desired),
        *pending(observed, desired),
        *data(observed, desired),
        *restarts(observed),
        *replicas(observed, desired),
        *addresses(observed, desired),
        *cutoff(observed, desired),
        *observed.topology,
        *overdue(desired.absences),
    ]
    counted: list[Finding] = []
    muted: list[tuple[Finding, Mute]] = []
    for one in dict.fromkeys(found):
        if one.check not in desired.checks or (isinstance(one, Unseen) and one.of not in desired.checks):
            continue
        mute = next((each for each in desired.mutes if each.check == one.check and each.node in ("", one.node)), None)
        absence = absence_of(one, desired.absences)
        if mute is None and absence is not None and not absence.expired:
            mute = Mute(one.check, f"host {absence.host} is {absence.text}", one.node or "")
        if mute is not None:
            muted.append((one, mute))
        else:
            counted.append(_weighed(one if absence is None else lowered(one), desired))
    return Verdict(tuple(sorted(counted, key=lambda one: one.severity != ERROR)), tuple(muted))


def _weighed(one: Finding, desired: Desired) -> Finding:
    if one.check not in desired.lowered or one.severity == WARNING:
        return one
    return lowered(one)
