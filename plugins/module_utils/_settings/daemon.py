# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ``instance_daemon``: instances as daemons, on hosts without a service manager."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from .._engine.loop import Operation
from .._errors import Refused
from .._files import Directory
from .._managed import files, processes, start
from .._managed.exclusion import Exclusion
from .._managed.model import Instance
from .._managed.options import Params, bare_instances, ids, layout, login
from .._managed.steps import MakeDirectory
from . import guard

if t.TYPE_CHECKING:
    import socket

    from .._client import Record

RUN_MODE = 0o755
STARTED = "started"


@dataclass(frozen=True)
class Daemons:
    """What was seen: the directory of the pid files, and the pid of each instance that runs."""

    directory: Directory | None
    pids: tuple[tuple[int, int | None], ...]
    # Who else holds the port of an instance that does not run.
    holders: tuple[tuple[int, str], ...] = field(default=(), compare=False)

    def with_directory(self, directory: Directory) -> Daemons:
        """Return the state with the directory of the pid files, which is gone after a boot."""
        return replace(self, directory=directory)


@dataclass(frozen=True)
class Start:
    """Start an instance."""

    instance: Instance

    def describe(self) -> str:
        """Return one line for people."""
        return f"start {self.instance.node}"

    def apply(self, state: Daemons) -> Daemons:
        """Return the state with the instance running; its pid is not known before."""
        return _with_pid(state, self.instance.port, 0)


@dataclass(frozen=True)
class Stop:
    """Stop an instance."""

    instance: Instance
    pid: int

    def describe(self) -> str:
        """Return one line for people."""
        return f"stop {self.instance.node} (pid {self.pid})"

    def apply(self, state: Daemons) -> Daemons:
        """Return the state with the instance stopped."""
        return _with_pid(state, self.instance.port, None)


Step = t.Union[MakeDirectory, Start, Stop]


def plan(instances: t.Sequence[Instance], directory: Directory, wanted: str, state: Daemons) -> list[Step]:
    """Return what is left to start or to stop; refuses to start where another program has the port."""
    pids, holders = dict(state.pids), dict(state.holders)
    if wanted != STARTED:
        return [Stop(one, pid) for one in instances for pid in (pids[one.port],) if pid is not None]
    starts: list[Step] = [Start(one) for one in instances if pids[one.port] is None]
    for one in instances:
        if pids[one.port] is None and one.port in holders:
            raise Refused(
                f"port {one.port} is held by {holders[one.port]}, which is not this instance",
                node=one.node,
                hint="Stop that program, or give the instance another port.",
            )
    made: list[Step] = [MakeDirectory(directory)] if starts and state.directory != directory else []
    return made + starts


class Daemon(Operation[Daemons, Step]):
    """Starts and stops a host's instances."""

    def __init__(self, params: Params, record: Record) -> None:
        self._params = params
        self._layout = layout(params)
        self._wanted: str = params["state"]
        self._instances = bare_instances(params)
        self._login = login(params, record)
        self._directory: Directory
        self._sought: dict[int, processes.Sought]
        self._launcher: start.Launcher
        self._guard: guard.Guard | None = None
        self._lock: socket.socket | None = None
        self._exclusion = Exclusion(self._login, params["timeout"], params["run_by"])

    def enter(self) -> None:
        """Find the service user, and take the lock of the host's daemons."""
        params, where = self._params, self._layout
        user, group = ids(params["user"], params["group"])
        self._directory = Directory(where.run_dir, user, group, RUN_MODE)
        self._sought = {
            one.port: processes.Sought(one.port, where.home(one.port), user, where.server) for one in self._instances
        }
        self._launcher = start.Launcher(where, user, group, params["open_files"], params["timeout"], self._login)
        self._guard = guard.Guard(where, user, group, params["guard"]) if params["guard"] else None
        self._lock = files.hold_lock(where.run_dir, params["timeout"])

    def close(self) -> None:
        """Give the locks back."""
        self._exclusion.close()
        if self._lock is not None:
            self._lock.close()

    def observe(self) -> Daemons:
        """Look for the processes."""
        pids = processes.find(list(self._sought.values()))
        stopped = [one for one in self._instances if one.port not in pids]
        addresses = {one.address for one in stopped}
        holders = processes.listeners({one.port for one in stopped}, addresses) if stopped else {}
        return Daemons(
            directory=files.look_at_directory(self._layout.run_dir),
            pids=tuple((one.port, pids.get(one.port)) for one in self._instances),
            holders=tuple(sorted((port, one.who) for port, one in holders.items())),
        )

    def plan(self, state: Daemons) -> list[Step]:
        """Return the steps that are left."""
        return plan(self._instances, self._directory, self._wanted, state)

    def execute(self, steps: t.Sequence[Step], state: Daemons) -> list[Step]:
        """Do all steps: directory first, then instances side by side.

        What runs is stopped with the deployment's lock.  A start takes none: that a server comes up, as at a boot, is
        something that every run has to live with.
        """
        stops = [(step.instance, step.pid) for step in steps if isinstance(step, Stop)]
        if stops and self._exclusion.hold([one for one, _pid in stops]):
            return []  # what was observed before the lock may be old: look again
        starts = [step.instance for step in steps if isinstance(step, Start)]
        self._launcher.check(starts)
        for step in steps:
            if isinstance(step, MakeDirectory):
                files.make_directory(step.directory)
        if starts:
            if self._guard is not None:
                self._guard.run(starts)
            self._launcher.start(starts, self._sought)
        if stops:
            self._launcher.stop(stops, self._sought)
        return list(steps)

    def settle(self, state: Daemons) -> Daemons:
        """Wait until every instance that runs answers, also one that this run has not started."""
        if self._wanted == STARTED:
            self._launcher.await_answers(self._instances, self._sought)
        return state

    def render(self, state: Daemons) -> str:
        """Return which instances run."""
        pids = dict(state.pids)
        return "".join(f"{one.node} {'stopped' if pids[one.port] is None else 'started'}\n" for one in self._instances)

    def result(self, state: Daemons) -> dict[str, t.Any]:
        """Return the pids, and the limit of open files that new instances got."""
        pids = dict(state.pids)
        found: dict[str, t.Any] = {
            "instances": [
                {"port": one.port, "address": one.address, "pid": pids[one.port] or None} for one in self._instances
            ]
        }
        if self._guard is not None and self._guard.said:
            found["guard"] = self._guard.said
        warnings = [*self._exclusion.notes, *self._launcher.warnings]
        if warnings:
            found["warnings"] = warnings
        return found


def _with_pid(state: Daemons, port: int, pid: int | None) -> Daemons:
    return replace(state, pids=tuple((one, pid if one == port else known) for one, known in state.pids))
