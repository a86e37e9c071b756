# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of one call of a module, kept while it works: begun before its first change, completed step by step.

A record that cannot be written stops nothing: what is wrong is kept in ``problem``, for a warning.
"""

from __future__ import annotations

import dataclasses
import os
import pwd
import secrets
import time
import types
import typing as t
from dataclasses import dataclass, field

from .._errors import CollectionError
from .._lock_rules import shared_key
from . import store
from .model import DONE, FAILED, Done, Record

Clean = t.Callable[[t.Any], t.Any]


class Progress(t.Protocol):
    """What a call can report at any moment: ``_engine.loop.Report``, or what another writer has in its place.

    ``done`` has ``step`` and ``seconds`` of each step, ``failed_steps`` ``step`` of each; ``remaining`` are the lines
    of those that are left, the next one first.
    """

    plan: list[str]
    done: list[dict[str, t.Any]]
    failed_steps: list[dict[str, t.Any]]
    remaining: list[str]


@dataclass
class Report:
    """The progress of a writer that is not an operation of the engine."""

    plan: list[str] = field(default_factory=list)
    done: list[dict[str, t.Any]] = field(default_factory=list)
    failed_steps: list[dict[str, t.Any]] = field(default_factory=list)
    remaining: list[str] = field(default_factory=list)


class Journal:
    """Keeps the record of one call.  Used as a context, whose end is the end of the call.

    ``run_by`` is option ``run_by``: without a directory in it nothing is recorded.  ``clean`` blanks what Ansible knows
    to be secret, in whatever it is given.  ``clock`` returns seconds for durations, ``now`` seconds since 1970.
    """

    def __init__(
        self,
        verb: str,
        params: t.Mapping[str, t.Any],
        clean: Clean,
        *,
        clock: t.Callable[[], float] = time.monotonic,
        now: t.Callable[[], float] = time.time,
    ) -> None:
        self.problem = ""
        self.left: t.Sequence[str] = ()
        self._verb, self._params, self._clean = verb, params, clean
        self._clock, self._now = clock, now
        self._directory = str((params.get("run_by") or {}).get("directory") or "")
        self._began = 0.0
        self._base: Record | None = None
        self._file: store.Stored | None = None
        self._progress: Progress = Report()
        self._written: Record | None = None

    def note(self, progress: Progress) -> None:
        """Record how far the call has come; the first time before anything is changed."""
        if not self._directory:
            return
        self._progress = progress
        if self._base is None:
            self._began = self._clock()
            self._base = self._begin()
        self._write(self._now_is(self._base))

    def __enter__(self) -> Journal:
        """Nothing is recorded before there is something to do."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _where: types.TracebackType | None
    ) -> None:
        """Record the end; a call that has changed nothing leaves no record.

        What interrupts the process (a signal) is no end: the record says what was begun, as after a kill.
        """
        if self._base is None or (error is not None and not isinstance(error, Exception)):
            return
        progress = self._progress
        crashed = error is not None and not isinstance(error, CollectionError)
        if not (progress.done or progress.failed_steps or crashed):
            self._attempt(lambda file: file.remove())
            self.problem = ""  # there is nothing that had to be recorded
            return
        self._write(
            dataclasses.replace(
                self._now_is(self._base),
                ended=_iso(self._now()),
                outcome=DONE if error is None else FAILED,
                error=""
                if error is None
                else self._clean(f"{kind.__name__}: {error}" if crashed and kind else str(error)),
                left=len(self.left),
                step=self._clean(self.left[0]) if self.left else "" if error is None else self._next(),
            )
        )
        if self._file is not None:
            self._file.close()

    def _begin(self) -> Record:
        params, run_by = self._params, self._params["run_by"]
        said = {name: str(run_by.get(name) or "") for name in ("host", "user", "playbook", "on", "part")}
        deployments = [run_by.get("deployment"), params.get("deployment"), params.get("set")]
        deployments += [one.get("name") for one in params.get("sets") or () if isinstance(one, t.Mapping)]
        return Record(
            verb=self._verb.rpartition(".")[2],
            began=_iso(self._now()),
            run=shared_key(run_by) or "",
            host=said["on"],
            deployments=tuple(dict.fromkeys(str(one) for one in deployments if one and isinstance(one, str))),
            playbook=said["playbook"],
            user=said["user"],
            controller=said["host"],
            account=_account(),
            address=(os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_CLIENT") or "").partition(" ")[0],
            part=bool(said["part"]),
        )

    def _now_is(self, base: Record) -> Record:
        progress = self._progress
        return dataclasses.replace(
            base,
            plan=tuple(self._clean(list(progress.plan))),
            planned=len(progress.plan),
            done=tuple(Done(self._clean(str(one["step"])), float(one["seconds"])) for one in progress.done),
            steps=len(progress.done),
            failed=tuple(self._clean(str(one["step"])) for one in progress.failed_steps),
            step=self._next(),
            seconds=round(self._clock() - self._began, 3),
        )

    def _next(self) -> str:
        remaining = self._progress.remaining
        return str(self._clean(remaining[0])) if remaining else ""

    def _write(self, record: Record) -> None:
        # Before a phase nothing is new since the end of the one before, but the time.
        if self._written is not None and dataclasses.replace(record, seconds=self._written.seconds) == self._written:
            return
        if self._attempt(lambda file: file.write(record)):
            self._written = record

    def _attempt(self, act: t.Callable[[store.Stored], None]) -> bool:
        """Do something with the file; return whether it succeeded, and keep what is wrong if not."""
        try:
            if self._file is None:
                store.prepare(self._directory)
                self._file = store.Stored(self._directory, self._name())
            act(self._file)
        except OSError as error:
            self.problem = (
                f"This call is not recorded in {self._directory}, or not completely: {error.strerror}. What it did is "
                "done. Make the directory writable (as root, with become), or set redis_history_directory."
            )
            return False
        self.problem = ""
        return True

    def _name(self) -> str:
        base = t.cast(Record, self._base)
        return store.name_of(base.began, base.run, secrets.token_hex(4))


def _iso(seconds: float) -> str:
    """Return seconds since 1970 as ISO 8601 in UTC, with milliseconds."""
    whole = int(seconds)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(whole))}.{int((seconds - whole) * 1000):03}Z"


def _account() -> str:
    """Return the user of this host that the module was started by: behind sudo, who called it."""
    if os.environ.get("SUDO_USER"):
        return os.environ["SUDO_USER"]
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
