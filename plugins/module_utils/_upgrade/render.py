# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answers as text: what runs, what it is to become, what is in use, how much room there is, and the way back."""

from __future__ import annotations

import typing as t

from .._nodes import ERROR, Finding
from .._preflight.checks import mebibytes
from .._rolling import edges
from .checks import way_back
from .checks_data import is_built_in
from .model import Survey


def report(name: str, survey: Survey, findings: t.Sequence[Finding]) -> list[str]:
    """Return the answers as lines, with the findings below them."""
    lines = [f"{name}: {_versions(survey)} to {survey.target or 'an unknown version'}"]
    if edges.release(survey.target):
        lines += [f"change: {_change(survey)}", f"functions: {_functions(survey)}", f"modules: {_modules(survey)}"]
        lines += [f"room: {_room(survey)}", f"health: {_health(survey)}", f"way back: {_back(survey)}"]
    lines += [f"{'IN THE WAY' if one.severity == ERROR else 'note'}: {one.text()}" for one in findings]
    return lines


def ended(name: str, survey: Survey, findings: t.Sequence[Finding]) -> list[str]:
    """Return what an upgrade has come to, as lines."""
    lines = [f"{name}: {_versions(survey)}; the target is {survey.target}", f"health: {_health(survey)}"]
    return [*lines, *(f"left: {one.text()}" for one in findings)]


def _versions(survey: Survey) -> str:
    counts: dict[str, int] = {}
    for one in survey.answering:
        counts[one.version] = counts.get(one.version, 0) + 1
    return ", ".join(f"{version} ({count})" for version, count in counts.items()) or "no member answers"


def _change(survey: Survey) -> str:
    if not survey.behind:
        return "none: every member that answers runs it"
    changed = [one for one in survey.releases if one != edges.release(survey.target)]
    kind = f"of the release, from {' and '.join(changed)}" if changed else "of the patch within a release"
    return f"{kind}; {len(survey.behind)} of {len(survey.state.members)} members have to be restarted"


def _functions(survey: Survey) -> str:
    names = sorted({one.name for each in survey.instances for one in each.libraries})
    return ", ".join(names) or "none"


def _modules(survey: Survey) -> str:
    names = sorted({one.name for each in survey.instances for one in each.modules if not is_built_in(one)})
    return ", ".join(names) or "none"


def _room(survey: Survey) -> str:
    known = [
        (place.disk_free, survey.data(one), one.name)
        for one in survey.changing
        for place in [survey.places.get(one.name)]
        if place is not None and place.disk_free is not None
    ]
    if not known:
        return "nothing needs any" if not survey.changing else "not known"
    free, needed, name = min(known, key=lambda one: one[0] - one[1])
    return f"{mebibytes(free)} of disk at {name}, where it is least; a snapshot may take {mebibytes(needed)}"


def _health(survey: Survey) -> str:
    failing = [one.failure for one in survey.state.members if one.failure]
    said = [*failing, *survey.state.unwell]
    return "; ".join(said) or "all members are in sync"


def _back(survey: Survey) -> str:
    target = edges.release(survey.target)
    old = {edges.release(one.version): one.version for one in survey.answering}
    others = [version for release, version in old.items() if release != target]
    patches = [one.version for one in survey.behind if edges.release(one.version) == target]
    versions = list(dict.fromkeys([*others, *patches]))
    return " ".join(way_back(survey, version) for version in versions) or "not needed"
