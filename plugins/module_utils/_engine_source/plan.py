# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what was seen to the steps that are left: a pure function.

Invariant: nothing that a server runs from is ever changed.  A build has a directory of its own, is
complete when it gets its name, and stays as it is; ``current`` is one link, replaced in one step.
So a run that is cut off leaves the build before in force, and what it was at is a leftover.
"""

from __future__ import annotations

from .._errors import Refused
from .checks import obstacles
from .model import Desired, State
from .steps import Install, Link, Pack, Remove, Step, Switch


def plan(wanted: Desired, state: State) -> list[Step]:
    """Return the steps from what was seen to what is wanted, in their order."""
    steps: list[Step] = [Remove(state.leftovers)] if state.leftovers else []
    if wanted.name not in state.installed:
        found = obstacles(wanted, state)
        if found:
            raise Refused("; ".join(found))
        steps.append(Install(wanted.name, wanted.path, wanted.label, wanted.method))
        if wanted.archive.startswith(f"{wanted.home}/."):
            steps.append(Remove((wanted.archive,)))
    if wanted.pack and not state.packed:
        steps.append(Pack(wanted.packed))
    if wanted.activate and state.current != wanted.name:
        steps.append(Switch(wanted.current, state.current, wanted.name))
    for path, target in state.links:
        own = f"{wanted.current}/bin/{path.rpartition('/')[2]}"
        if target is None or (target and not target.startswith(f"{wanted.prefix}/")):
            raise Refused(
                f"{path} is in the way: it is not a link of this collection's",
                hint="Move it away, or set redis_install_links to another directory.",
            )
        if target != own:
            steps.append(Link(path, own))
    return steps


def warnings(wanted: Desired, state: State) -> list[str]:
    """Return a sentence for each program that goes on running from another build."""
    return [
        f"{program} (pid {pid}) runs from build {build}, and current is {state.current}: "
        "it goes on as it was started, until it is restarted"
        for pid, program, build in state.outdated
        if build != state.current
    ]
