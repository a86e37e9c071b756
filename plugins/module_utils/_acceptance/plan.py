# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an instance is stopped for a drill, and how everything that drills have touched is restored: pure functions.

Invariant: whatever is touched has been written down before, with all that undoing it takes, and the note is the last
to go.  So a drill may be cut at any step: ``restore`` finds the note, and touches nothing that no note names.
"""

from __future__ import annotations

from .._errors import Refused
from .model import KILL, PREFER, PREFERRED, REMEMBER, Entry, Host, Instance, Request
from .steps import Forget, Hold, Note, Prioritise, Release, Signal, Start, Step, Thaw

START = "Start it, and run acceptance.yml --tags restore again."
RESTORE = "Run acceptance.yml --tags restore, and then the drill again."


def stop(state: Host, request: Request) -> tuple[Step, ...]:
    """Return what is left to do to the instance; raise Refused where it does not run, or another drill has it."""
    instance = state.instance(request.port)
    others = [one for one in state.entries if one.port == request.port and _is_another(one, request)]
    if others:
        raise Refused(
            f"instance {request.port} was changed by drill {others[0].run} ({others[0].fault}) before and not restored",
            hint=RESTORE,
        )
    entry = state.entry(request.port, request.fault)
    if entry is None:
        if not instance.pid or instance.frozen:
            raise Refused(f"instance {request.port} does not run", hint="A drill stops what is healthy.")
        entry = _entry(request, instance)
        return (Note(entry), *_act(entry, instance))
    return _act(entry, instance)


def restore(state: Host) -> tuple[Step, ...]:
    """Return what restores everything that is written down: processes first, then their settings.

    Who was primary does not concern one host alone: that note stays, until ``forget``.
    """
    touched = [one for one in state.entries if one.fault != REMEMBER]
    entries = sorted(touched, key=lambda one: (one.fault == PREFER, one.port))
    waiting = [one for one in entries if one.fault == PREFER and not state.instance(one.port).pid]
    steps = tuple(step for one in entries if one not in waiting for step in _undo(one, state.instance(one.port)))
    if waiting and not steps:
        ports = ", ".join(str(one.port) for one in waiting)
        raise Refused(f"the replica-priority of instance {ports} has to be restored, and it does not run", hint=START)
    return steps


def forget(state: Host, port: int) -> tuple[Step, ...]:
    """Return what removes the note that this instance was primary."""
    entry = state.entry(port, REMEMBER)
    return (Forget(entry),) if entry else ()


def _is_another(entry: Entry, request: Request) -> bool:
    """Whether another drill has the instance; a drill first remembers it, and then stops it."""
    return entry.run != request.run or (entry.fault != request.fault and REMEMBER not in (entry.fault, request.fault))


def _entry(request: Request, instance: Instance) -> Entry:
    return Entry(
        run=request.run,
        deployment=request.deployment,
        port=request.port,
        fault=request.fault,
        unit=request.unit,
        pid=instance.pid,
        started=instance.started,
        priority=instance.priority,
    )


def _is_it(entry: Entry, instance: Instance) -> bool:
    return bool(instance.pid) and (instance.pid, instance.started) == (entry.pid, entry.started)


def _act(entry: Entry, instance: Instance) -> tuple[Step, ...]:
    if entry.fault == REMEMBER:
        return ()
    if entry.fault == PREFER:
        return () if instance.priority == PREFERRED else (Prioritise(entry.port, PREFERRED),)
    if not _is_it(entry, instance) or instance.frozen:
        return ()
    hold = entry.fault == KILL and bool(entry.unit) and not instance.held
    return (*((Hold(entry.port, entry.unit),) if hold else ()), Signal(entry))


def _undo(entry: Entry, instance: Instance) -> tuple[Step, ...]:
    steps: list[Step] = []
    if entry.fault == PREFER:
        if instance.priority != entry.priority:
            steps.append(Prioritise(entry.port, entry.priority))
        return (*steps, Forget(entry))
    if instance.frozen and _is_it(entry, instance):
        steps.append(Thaw(entry))
    if instance.held:
        steps.append(Release(entry.port, entry.unit))
    if not instance.pid:
        steps.append(Start(entry.port, entry.unit))
    return (*steps, Forget(entry))
