# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an instance is stopped for a drill, and how everything that drills have touched is put back: pure functions.

Invariant: whatever is touched has been written down before, with all that undoing it takes, and the note is the last
to go.  So a drill may be cut at any step: ``restore`` finds the note, and touches nothing that no note names.
"""

from __future__ import annotations

from .._errors import Refused
from .model import KILL, PREFER, PREFERRED, REMEMBER, Entry, Host, Instance, Wish
from .steps import Forget, Hold, Note, Prioritise, Release, Signal, Start, Step, Thaw

START = "Start it, and run acceptance.yml --tags restore again."
RESTORE = "Run acceptance.yml --tags restore, and then the drill again."


def stop(state: Host, wish: Wish) -> tuple[Step, ...]:
    """Return what is left to do to the instance; raise Refused where it does not run, or another drill has it."""
    instance = state.instance(wish.port)
    others = [one for one in state.entries if one.port == wish.port and _is_another(one, wish)]
    if others:
        raise Refused(
            f"instance {wish.port} was touched by drill {others[0].run} ({others[0].manner}) before, and not put back",
            hint=RESTORE,
        )
    entry = state.entry(wish.port, wish.manner)
    if entry is None:
        if not instance.pid or instance.frozen:
            raise Refused(f"instance {wish.port} does not run", hint="A drill stops what is healthy.")
        entry = _entry(wish, instance)
        return (Note(entry), *_act(entry, instance))
    return _act(entry, instance)


def restore(state: Host) -> tuple[Step, ...]:
    """Return what puts back everything that is written down: processes first, then their settings.

    Who was primary is no matter of one host: that note stays, until ``forget``.
    """
    touched = [one for one in state.entries if one.manner != REMEMBER]
    entries = sorted(touched, key=lambda one: (one.manner == PREFER, one.port))
    waiting = [one for one in entries if one.manner == PREFER and not state.instance(one.port).pid]
    steps = tuple(step for one in entries if one not in waiting for step in _undo(one, state.instance(one.port)))
    if waiting and not steps:
        ports = ", ".join(str(one.port) for one in waiting)
        raise Refused(f"the replica-priority of instance {ports} is to be given back, and it does not run", hint=START)
    return steps


def forget(state: Host, port: int) -> tuple[Step, ...]:
    """Return what removes the note that this instance was primary."""
    entry = state.entry(port, REMEMBER)
    return (Forget(entry),) if entry else ()


def _is_another(entry: Entry, wish: Wish) -> bool:
    """Whether somebody else has the instance; a drill first remembers it, and then stops it."""
    return entry.run != wish.run or (entry.manner != wish.manner and REMEMBER not in (entry.manner, wish.manner))


def _entry(wish: Wish, instance: Instance) -> Entry:
    return Entry(
        run=wish.run,
        deployment=wish.deployment,
        port=wish.port,
        manner=wish.manner,
        unit=wish.unit,
        pid=instance.pid,
        started=instance.started,
        priority=instance.priority,
    )


def _is_it(entry: Entry, instance: Instance) -> bool:
    return bool(instance.pid) and (instance.pid, instance.started) == (entry.pid, entry.started)


def _act(entry: Entry, instance: Instance) -> tuple[Step, ...]:
    if entry.manner == REMEMBER:
        return ()
    if entry.manner == PREFER:
        return () if instance.priority == PREFERRED else (Prioritise(entry.port, PREFERRED),)
    if not _is_it(entry, instance) or instance.frozen:
        return ()
    hold = entry.manner == KILL and bool(entry.unit) and not instance.held
    return (*((Hold(entry.port, entry.unit),) if hold else ()), Signal(entry))


def _undo(entry: Entry, instance: Instance) -> tuple[Step, ...]:
    steps: list[Step] = []
    if entry.manner == PREFER:
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
