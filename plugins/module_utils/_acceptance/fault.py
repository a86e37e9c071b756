# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ``acceptance_fault`` module's way through: stopping one instance of this host, or putting all back."""

from __future__ import annotations

import contextlib
import os
import signal
import time
import typing as t

from .._addresses import Addresses
from .._client import Access
from .._engine.deployment import Deployment
from .._engine.loop import Operation
from .._errors import CollectionError, Locked
from .._host.commands import run, write
from .._managed import model as managed
from .._managed import processes, start
from .._managed.connection import connect
from .._managed.options import bare_instances, ids, layout, login
from .._nodes import make_desired_nodes
from .._preflight import proc
from .._wait import poll
from . import journal, plan
from .model import KILL, PREFER, Host, Instance, Request
from .steps import Forget, Hold, Note, Prioritise, Release, Signal, Start, Step, Thaw

if t.TYPE_CHECKING:
    from .._client import Record

Params = t.Mapping[str, t.Any]
DROP_IN = "/run/systemd/system/{}.d/redis-acceptance.conf"
HELD = "# A drill keeps this instance stopped; acceptance.yml --tags restore ends that.\n[Service]\nRestart=no\n"


class FaultOperation(Operation[Host, Step]):
    """Does the act of a drill to one instance (``present``), undoes all acts of this host (``absent``), or forgets."""

    def __init__(self, params: Params, record: Record) -> None:
        self._params = params
        self._directory: str = params["directory"]
        self._login = login(params, record)
        self._systemd = bool(params["unit"])
        self._deployment = Deployment(record, params["timeout"], params["run_by"])
        self._access = Access(params["admin_user"], params["admin_password"], params["admin_password_old"])
        self._instances: dict[int, managed.Instance] = {}
        self._sought: dict[int, processes.Sought]
        self._launcher: start.Launcher
        self._alone = False
        self._at = 0.0
        self._done: list[str] = []

    def enter(self) -> None:
        """Find the addresses of the instances and the service user."""
        resolve, params = Addresses(), self._params
        instances = [{**one, "address": resolve(one["address"])} for one in params["instances"]]
        where = layout(params)
        user, group = ids(params["user"], params["group"])
        self._instances = {one.port: one for one in bare_instances({**params, "instances": instances})}
        self._sought = {port: processes.Sought(port, where.home(port), user, where.server) for port in self._instances}
        self._launcher = start.Launcher(where, user, group, params["open_files"], params["timeout"], self._login)

    def observe(self) -> Host:
        """Look for the processes, what holds them, and what is written down."""
        entries = journal.entries(self._directory)
        pids = processes.find(list(self._sought.values()))
        asked = {one.port for one in entries if one.fault == PREFER}
        if self._params["fault"] == PREFER and self._params["state"] == "present":
            asked.add(self._params["port"])
        return Host(tuple(self._look(port, pids.get(port, 0), port in asked) for port in self._instances), entries)

    def plan(self, state: Host) -> tuple[Step, ...]:
        """Return the steps that are left."""
        if self._params["state"] == "absent":
            return plan.restore(state)
        port = self._params["port"]
        if self._params["state"] == "forgotten":
            return plan.forget(state, port)
        request = Request(
            self._params["run"], self._params["deployment"], port, self._params["fault"], self._unit(port)
        )
        return plan.stop(state, request)

    def execute(self, steps: t.Sequence[Step], state: Host) -> t.Sequence[Step]:
        """Do the first step, and return when it is done; no other run is at work when the first one is chosen."""
        if not self._alone:
            self._alone = True
            self._take_lock()
            return ()  # what was observed before the lock may be old: look again
        step = steps[0]
        if isinstance(step, Signal):
            # A server that is dead or frozen cannot give it back.
            self._deployment.close()
        self._do(step)
        self._done.append(step.describe())
        return [step]

    def render(self, state: Host) -> str:
        """Return which instances run, and what is written down."""
        lines = [f"{one.port} {_condition(one)}\n" for one in state.instances]
        return "".join([*lines, *(f"recorded: {one.port} {one.fault} by {one.run}\n" for one in state.entries)])

    def result(self, state: Host) -> dict[str, t.Any]:
        """Return when the signal was sent (s since 1970; 0 where none was), and what is still written down."""
        noted = [
            {"run": one.run, "deployment": one.deployment, "port": one.port, "fault": one.fault}
            for one in state.entries
        ]
        return {"at": round(self._at, 3), "noted": noted}

    def close(self) -> None:
        """Give the lock back."""
        self._deployment.close()

    def _take_lock(self) -> None:
        try:
            nodes = make_desired_nodes({"address": one.address, "port": one.port} for one in self._instances.values())
            self._deployment.hold((nodes, self._access))
        except Locked:
            raise
        except CollectionError:
            # What was stopped or harmed by a drill accepts no client, and is restored all the same.
            if self._params["state"] == "present":
                raise

    def _unit(self, port: int) -> str:
        return f"{self._params['unit']}@{port}.service" if self._systemd else ""

    def _look(self, port: int, pid: int, ask: bool) -> Instance:
        held = self._systemd and os.path.exists(DROP_IN.format(self._unit(port)))
        if not pid:
            return Instance(port, held=held)
        frozen = proc.state(pid) == "T"
        return Instance(
            port,
            pid,
            proc.start_time(pid) or "",
            frozen,
            held,
            self._priority(port) if ask and not frozen else "",
        )

    def _priority(self, port: int) -> str:
        with connect(self._instances[port], self._login) as client:
            return str(client.command("CONFIG", "GET", "replica-priority")[1])

    def _do(self, step: Step) -> None:
        if isinstance(step, Note):
            journal.note(self._directory, step.entry)
        elif isinstance(step, Forget):
            journal.forget(self._directory, step.entry)
        elif isinstance(step, Hold):
            write(DROP_IN.format(step.unit), HELD)
            run(["systemctl", "daemon-reload"])
        elif isinstance(step, Release):
            self._release(step.unit)
        elif isinstance(step, Start):
            self._start(step)
        elif isinstance(step, Prioritise):
            self._prioritise(step)
        else:
            self._signal(step)

    def _signal(self, step: Signal | Thaw) -> None:
        entry = step.entry
        number = signal.SIGCONT
        if isinstance(step, Signal):
            number = signal.SIGKILL if entry.fault == KILL else signal.SIGSTOP
            self._at = time.time()
        os.kill(entry.pid, number)
        wanted = {signal.SIGKILL: "", signal.SIGSTOP: "T"}.get(number)

        def missing(state: str) -> str:
            good = state != "T" if wanted is None else state == wanted
            return "" if good else f"process {entry.pid} is in state {state or 'gone'}"

        poll(
            lambda: proc.state(entry.pid) if proc.start_time(entry.pid) == entry.started else "",
            missing,
            awaiting=f"{step.describe()} to take effect",
            timeout=self._params["timeout"],
        )

    def _release(self, unit: str) -> None:
        journal.remove(DROP_IN.format(unit))
        with contextlib.suppress(OSError):
            os.rmdir(os.path.dirname(DROP_IN.format(unit)))
        run(["systemctl", "daemon-reload"])

    def _start(self, step: Start) -> None:
        one = self._instances.get(step.port)
        if one is None:
            raise CollectionError(
                f"instance {step.port} was stopped by a drill, and is no longer an instance of this host",
                hint=f"Start it by hand if it is needed, and remove its file in {self._directory}.",
            )
        if not step.unit:
            self._launcher.check([one])
            self._launcher.start([one], self._sought)
            return
        # It was killed, so it has failed; and starts are counted, which is not this unit's fault.
        run(["systemctl", "reset-failed", step.unit], allowed=None)
        run(["systemctl", "start", "--no-block", step.unit])
        poll(
            lambda: processes.find([self._sought[step.port]]),
            lambda found: "" if found else "no such process",
            awaiting=f"{step.unit} to start",
            timeout=self._params["timeout"],
            hint=f"journalctl -u {step.unit} shows why not.",
        )

    def _prioritise(self, step: Prioritise) -> None:
        one = self._instances[step.port]
        self._launcher.await_answers([one], self._sought)
        with connect(one, self._login) as client:
            client.command("CONFIG", "SET", "replica-priority", step.priority)
            # Sentinel has instances write their files when it promotes: it must not be kept there.
            client.command("CONFIG", "REWRITE")


def _condition(one: Instance) -> str:
    said = "frozen" if one.frozen else "started" if one.pid else "stopped"
    return f"{said}, held" if one.held else said
