# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ``acceptance_writer`` module's way through: one client that writes, started, ended, or found left over."""

from __future__ import annotations

import os
import time
import typing as t
from dataclasses import dataclass

from .._argspec import access
from .._client import Record
from .._engine.loop import Operation
from .._errors import CollectionError, Refused
from .._host.commands import write as write_file
from .._preflight import proc
from .._wait import poll
from . import background, figures, journal, writer
from .shard import Shard

Params = t.Mapping[str, t.Any]
STARTED, STOPPED = "started", "stopped"
NOTE, REPORT, STOP, READY = ".writer", ".report", ".stop", ".ready"
SUFFIXES = (REPORT, STOP, READY, NOTE)  # the note is the last to go
START_WITHIN = 20.0
SCAN = 1000


@dataclass(frozen=True)
class Left:
    """A writer that was started: whether it runs, and whether it has reported."""

    run: str
    runs: bool = True
    reported: bool = False


Writers = t.Tuple[Left, ...]


@dataclass(frozen=True)
class Begin:
    """Start a writer."""

    run: str
    what: str

    def describe(self) -> str:
        """Return the line for people."""
        return f"write {self.what} as {self.run}"

    def apply(self, state: Writers) -> Writers:
        """It writes."""
        return (*state, Left(self.run))


@dataclass(frozen=True)
class End:
    """End a writer, remove its keys and its files."""

    run: str

    def describe(self) -> str:
        """Return the line for people."""
        return f"end writer {self.run}, and remove its keys"

    def apply(self, state: Writers) -> Writers:
        """It is gone."""
        return tuple(one for one in state if one.run != self.run)


class WriterOperation(Operation[Writers, t.Union[Begin, End]]):
    """Starts one writer, ends one, or ends all that are left on this host."""

    def __init__(self, params: Params, record: Record) -> None:
        self._params = params
        self._record = record
        self._directory: str = params["directory"]
        self._run: str = params["run"] or ""
        self._access = access(params)
        self._report: dict[str, t.Any] = {}
        self._begun = False
        if params["state"] != "absent" and not self._run:
            raise Refused("a writer needs a name", hint="Give `run`.")

    def observe(self) -> Writers:
        """Look for writers that were started here."""
        found = journal.names(self._directory, NOTE)
        return tuple(self._left(name[: -len(NOTE)]) for name in found)

    def plan(self, state: Writers) -> tuple[Begin | End, ...]:
        """Return what is left to do."""
        mine = [one for one in state if one.run == self._run]
        if self._params["state"] == STARTED:
            what = self._params["connection"] or f"to {', '.join(self._names())}"
            return () if mine or self._begun else (Begin(self._run, what),)
        return tuple(End(one.run) for one in (mine if self._params["state"] == STOPPED else state))

    def execute(self, steps: t.Sequence[Begin | End], state: Writers) -> t.Sequence[Begin | End]:
        """Do the first step: returns when the writer writes, or when it has reported and is gone."""
        step = steps[0]
        if isinstance(step, Begin):
            self._begin()
        else:
            self._end(next(one for one in state if one.run == step.run))
        return [step]

    def render(self, state: Writers) -> str:
        """Return the writers."""
        return "".join(f"{one.run} {'writes' if one.runs else 'has ended'}\n" for one in state)

    def result(self, state: Writers) -> dict[str, t.Any]:
        """Return what the writer has reported."""
        return {"report": self._report}

    def _path(self, run: str, suffix: str) -> str:
        return os.path.join(self._directory, run + suffix)

    def _names(self) -> list[str]:
        return [f"{one['address']}:{one['port']}" for one in self._params["nodes"] or ()]

    def _left(self, run: str) -> Left:
        note = journal.read(self._path(run, NOTE))
        runs = bool(note.get("started")) and proc.start_time(int(note.get("pid", 0))) == note["started"]
        return Left(run, runs, os.path.exists(self._path(run, REPORT)))

    def _task(self) -> writer.Assignment:
        params = self._params
        return writer.Assignment(
            run=self._run,
            prefix=params["prefix"],
            nodes=tuple((one["address"], one["port"]) for one in params["nodes"] or ()),
            tag=figures.tag_of(figures.ranges_of(params["slots"])),
            connection=params["connection"] or "",
            interval=params["interval"] / 1000,
            deadline=params["deadline"],
        )

    def _begin(self) -> None:
        task, run = self._task(), self._run
        journal.make(self._directory)
        note = {"prefix": task.prefix, "nodes": task.nodes, "tag": task.tag, "connection": task.connection}
        self._note(note, 0)

        def program() -> dict[str, t.Any]:
            self._note(note, os.getpid())
            return writer.write(
                task,
                self._access,
                self._path(run, STOP),
                lambda: write_file(self._path(run, READY), "", background.MODE),
            )

        background.launch(program, self._path(run, REPORT))
        self._begun = True
        poll(
            lambda: self._left(run),
            lambda now: "" if now.runs or now.reported else "no such process",
            awaiting=f"writer {run} to start",
            timeout=START_WITHIN,
        )
        if not task.connection:  # an application that cannot connect is not waited for: its report says why
            self._await_first(run)

    def _await_first(self, run: str) -> None:
        poll(
            lambda: any(os.path.exists(self._path(run, suffix)) for suffix in (READY, REPORT)),
            lambda there: "" if there else "it has not written yet",
            awaiting=f"writer {run} to write",
            timeout=START_WITHIN,
            hint="See whether the deployment takes writes.",
        )
        if os.path.exists(self._path(run, REPORT)):
            raise CollectionError(f"writer {run} ended: {journal.read(self._path(run, REPORT)).get('error')}")

    def _note(self, note: dict[str, t.Any], pid: int) -> None:
        started = proc.start_time(pid) if pid else ""
        write_file(
            self._path(self._run, NOTE),
            journal.text({**note, "pid": pid, "started": started}),
            background.MODE,
        )

    def _end(self, left: Left) -> None:
        write_file(self._path(left.run, STOP), "", background.MODE)
        if left.runs:
            deadline = time.monotonic() + self._params["timeout"]
            poll(
                lambda: self._left(left.run),
                lambda now: "" if now.reported or not now.runs else "it still reads back",
                awaiting=f"writer {left.run} to end",
                timeout=max(0.0, deadline - time.monotonic()),
            )
        if os.path.exists(self._path(left.run, REPORT)):
            self._report = journal.read(self._path(left.run, REPORT))
        if not self._report or self._report.get("left") or "error" in self._report:
            self._sweep(left.run)
        for suffix in SUFFIXES:
            journal.remove(self._path(left.run, suffix))

    def _sweep(self, run: str) -> None:
        """Remove the keys of a writer that could not do it itself, on every primary; they expire in any case."""
        note = journal.read(self._path(run, NOTE))
        for host, port in note.get("nodes") or ():
            shard = Shard([(host, port)], self._access, self._access.timeout)
            try:
                self._sweep_node(shard, f"{note['prefix']}:{run}:*")
            except CollectionError:
                continue  # a replica, or a node that is down: its primary is among the nodes
            finally:
                shard.close()

    def _sweep_node(self, shard: Shard, pattern: str) -> None:
        deadline = time.monotonic() + self._params["timeout"]
        cursor = "0"
        while True:
            cursor, keys = shard.command("SCAN", cursor, "MATCH", pattern, "COUNT", SCAN)
            if keys:
                shard.command("UNLINK", *keys)
            if str(cursor) == "0" or time.monotonic() > deadline:
                return
