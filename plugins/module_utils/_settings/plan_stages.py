# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which part of a plan one call does: a live change goes to one member of a deployment, then to the next.

``apply`` does everything, one instance after another.  Over several hosts the calls are: ``defer`` on all of them at
once leaves alone the instances that have a live change; then, for one of those after another, ``trial`` changes it and
keeps the old values on record, and ``keep`` (after other hosts have tried to reach it) drops the record and writes the
files, or ``undo`` puts the values back; ``apply`` on all hosts ends it with what members have in common, their logins.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._managed.layout import Layout
from .._text import SECRET_SETTINGS
from .._users.steps import LoadUsers
from .model import Desired, Host
from .steps import KeepTrial, SetLive, Step, UndoTrial, WriteFile

APPLY = "apply"
DEFER = "defer"
TRIAL = "trial"
KEEP = "keep"
UNDO = "undo"
STAGES = (APPLY, DEFER, TRIAL, KEEP, UNDO)
# What members log in to each other with: changed on all of them at once, as the users are. No secret gets on record.
LOGINS = SECRET_SETTINGS | {"masteruser", "primaryuser"}


@dataclass(frozen=True)
class Stage:
    """What a call is to do: for the instances with these ports, or for all if there are none."""

    name: str = APPLY
    only: frozenset[int] = frozenset()
    # Ports that this very call has put on trial.
    own: frozenset[int] = frozenset()

    def concerns(self, port: int | None) -> bool:
        """Return whether the call does anything about an instance."""
        return not self.only or port is None or port in self.only


def conclusions(wanted: Desired, host: Host, stage: Stage) -> list[Step]:
    """Return the steps that end what an earlier call has put on trial."""
    found: list[Step] = []
    for one, node in zip(wanted.instances, host.nodes):
        if not node.trial or one.port in stage.own or not stage.concerns(one.port):
            continue
        if stage.name == KEEP and stage.only:
            found.append(KeepTrial(one.port, one.node, node.trial))
        else:
            found.append(UndoTrial(one.port, one.node, node.trial, bool(node.settings)))
    return found


def staged(steps: t.Sequence[Step], wanted: Desired, stage: Stage) -> list[Step]:
    """Return the steps of a whole plan that this call does, in their order."""
    if stage.name == UNDO:
        return []
    waiting = deferred(steps) if stage.name == DEFER else {}
    found = []
    for step in steps:
        port = _port(step, wanted)
        chosen = _part(step, stage) if stage.concerns(port) and port not in waiting else None
        if chosen is not None:
            found.append(chosen)
    return found


def deferred(steps: t.Sequence[Step]) -> dict[int, tuple[str, ...]]:
    """Return the settings that are to be changed live on one member at a time, by port."""
    tried = {step.port: _tried(step) for step in steps if isinstance(step, SetLive)}
    return {port: tuple(name for name, _now, _then in changes) for port, changes in tried.items() if changes}


def _part(step: Step, stage: Stage) -> Step | None:
    if stage.name in (TRIAL, KEEP) and isinstance(step, SetLive):
        return replace(step, changes=_tried(step)) if _tried(step) else None
    if stage.name == TRIAL or (stage.name == KEEP and isinstance(step, LoadUsers)):
        return None
    return step


def _tried(step: SetLive) -> tuple[tuple[str, str, str], ...]:
    return tuple(change for change in step.changes if change[0] not in LOGINS)


def _port(step: Step, wanted: Desired) -> int | None:
    if isinstance(step, WriteFile):
        layout = wanted.layout
        files = {path: one.port for one in wanted.instances for path in _files(layout, one.port)}
        return files.get(step.file.path)
    return getattr(step, "port", None)


def _files(layout: Layout, port: int) -> tuple[str, str]:
    return layout.config_file(port), layout.users_file(port)
