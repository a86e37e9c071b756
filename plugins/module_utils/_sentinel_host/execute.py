# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing the Sentinel of this host to what is wanted."""

from __future__ import annotations

import os
import typing as t

from .._client import CHANGE, Access, Client, Record
from .._engine.loop import Operation
from .._errors import CollectionError, Refused
from .._files import Directory, File
from .._host.commands import run
from .._host.units import journal
from .._managed import files, processes, start, throwaway
from .._managed.connection import checked, connect, version_of
from .._managed.exclusion import Exclusion
from .._managed.model import Instance
from .._managed.options import Params
from .._managed.options import login as login_of
from .._managed.render import blanked
from .._managed.steps import MakeDirectory
from .._text import node_name
from .._users.canonical import canonical
from .._users.execute import load_users
from .._users.steps import LoadUsers
from .._wait import poll
from . import ownfile
from .model import Desired, Seen, Validated
from .observe import busy, observe, unready, with_quorum
from .options import instance_of, sentinel_layout, wanted_of
from .plan import plan
from .steps import Restart, Seed, SetLogin, Start, Step, WriteFile

if t.TYPE_CHECKING:
    import socket

RUN_MODE = 0o755


class SentinelConfig(Operation[Seen, Step]):
    """The ``sentinel_config`` module's way through."""

    def __init__(self, params: Params, record: Record) -> None:
        self._params = params
        self._layout = sentinel_layout(params)
        self._instance = instance_of(params, self._layout)
        self._unit: str = params["unit"] or ""
        self._timeout: float = params["timeout"]
        self._login = login_of(params, record)
        self._peers = [(one["address"], one["port"]) for one in params["peers"]]
        self._access = Access(params["admin_user"], params["admin_password"], timeout=5.0)
        self._record = record
        self._wanted: Desired
        self._sought: processes.Sought
        self._launcher: start.Launcher
        self._validated: Validated
        self._lock: socket.socket | None = None
        self._exclusion = Exclusion(self._login, self._timeout, params["run_by"])

    def enter(self) -> None:
        """Find the service user, take the lock of this host's Sentinel, and make the engine validate the options."""
        params = self._params
        self._wanted = wanted = wanted_of(params, self._layout, self._instance)
        self._sought = processes.Sought(wanted.port, wanted.home, wanted.user, wanted.server)
        self._launcher = start.Launcher(
            self._layout, wanted.user, wanted.group, params["open_files"], self._timeout, self._login
        )
        _refuse_scripts(params)
        self._lock = files.hold_lock(self._layout.config_dir, self._timeout)
        self._validated = self._validate()

    def close(self) -> None:
        """Give the locks back."""
        self._exclusion.close()
        if self._lock is not None:
            self._lock.close()

    def observe(self) -> Seen:
        """Inspect the files, the process and what it reports."""
        return observe(self._wanted, self._instance, self._sought, self._login, self._validated)

    def plan(self, state: Seen) -> tuple[Step, ...]:
        """Return the steps that are left."""
        return plan(state, self._wanted, self._validated)

    def execute(self, steps: t.Sequence[Step], state: Seen) -> t.Sequence[Step]:
        """Do the first step, with the deployment's lock where a Sentinel runs."""
        if self.hold(state):
            return ()  # what was observed before the lock may be old: look again
        step = steps[0]
        if isinstance(step, MakeDirectory):
            files.make_directory(step.directory)
        elif isinstance(step, WriteFile):
            files.replace_file(step.file)
        elif isinstance(step, Seed):
            files.create_file(step.file)
        elif isinstance(step, LoadUsers):
            users, engine = self._wanted.users.text, self._validated.version
            load_users([(step, self._instance)], users, engine, self._login, self._timeout)
        elif isinstance(step, SetLogin):
            with connect(self._instance, self._login) as client:
                for name, value in (("auth-user", step.login.user), ("auth-pass", step.login.password)):
                    client.command("SENTINEL", "SET", step.login.set, name, value, patience=CHANGE)
        elif isinstance(step, Start):
            self._start(step)
        else:
            self._restart(step, state)
        return [step]

    def hold(self, state: Seen) -> bool:
        """Have the deployment's lock, at the Sentinels that run; return whether what was observed may be old."""
        return self._exclusion.hold([] if state.pid is None else [self._instance], self._peers)

    def render(self, state: Seen) -> str:
        """Return the files and the hooks as text without secrets."""
        parts = [f"{one.path} {one.owner}:{one.group} {one.mode:04o}\n" for one in state.directories]
        for file in (state.managed, state.users):
            if file is not None:
                parts.append(f"\n{file.path} {file.owner}:{file.group} {file.mode:04o}\n{blanked(file.text)}")
        for name, scripts in state.hooks:
            parts += [f"\n{name}: {' '.join(words)}" for words in scripts]
        return "".join([*parts, "\n", "runs\n" if state.pid is not None else "does not run\n"])

    def result(self, state: Seen) -> dict[str, t.Any]:
        """Return what the Sentinel watches, and where its files are."""
        return {
            "sets": list(state.sets),
            "running": state.pid is not None,
            "config_file": self._wanted.managed.path,
            "sentinel_file": self._wanted.seed.path,
            "engine": self._validated.version,
            "warnings": [*self._exclusion.notes, *self._launcher.warnings],
        }

    def _validate(self) -> Validated:
        """Make the engine read settings and users, in a Sentinel that cannot be reached and that watches nothing."""
        wanted = self._wanted
        engine = throwaway.identify(
            wanted.server, wanted.user, wanted.group, self._timeout, files.label(self._layout.config_dir), sentinel=True
        )
        throwaway.remove_leftovers(engine)
        login = (self._access.username or "", self._access.password or "")
        with throwaway.throwaways(engine, [self._instance], wanted.users.text, login) as clients:
            users, info = checked(clients[0].pipeline([("ACL", "LIST"), ("INFO", "server")]))
            version = version_of(info)
            return Validated(canonical(users, version), version)

    def _start(self, step: Start) -> None:
        if step.own is not None:
            files.replace_file(step.own)
        self._run(self._instance)

    def _restart(self, step: Restart, state: Seen) -> None:
        sets = ownfile.watched((step.own or state.own or self._wanted.seed).text)
        if sets:
            self._refuse_lone_restart()
        with connect(self._instance, self._login) as client:
            self._await("a failover to end before Sentinel is restarted", lambda: busy(client))
            had_quorum = with_quorum(client, sets)
        self._stop(state)
        # Sentinel writes its file whenever it learns something, so the edit is made on what it has left.
        own = files.look_at_file(self._wanted.seed.path) or self._wanted.seed
        scripts = {name: dict(self._wanted.scripts) for name in ownfile.watched(own.text)}
        text = ownfile.with_scripts(own.text, scripts)
        if text != own.text:
            files.replace_file(File(own.path, text, own.owner, own.group, own.mode))
        self._run(self._instance)
        with connect(self._instance, self._login) as client:
            self._await("the restarted Sentinel to have its quorum again", lambda: unready(client, sets, had_quorum))

    def _refuse_lone_restart(self) -> None:
        for address, port in self._peers:
            try:
                with Client(address, port, self._access, record=self._record) as client:
                    client.command("PING")
            except CollectionError as error:
                raise Refused(
                    f"{self._instance.node} is to be restarted, and Sentinel {node_name(address, port)} is not up: "
                    f"{error.message}",
                    node=self._instance.node,
                    hint="One Sentinel at a time is restarted, with all others up: bring that one up first.",
                ) from error

    def _run(self, one: Instance) -> None:
        if self._unit:
            run(["systemctl", "reset-failed", self._unit], allowed=None)
            try:
                run(["systemctl", "start", self._unit])
                self._launcher.await_answers([one], {one.port: self._sought})
            except CollectionError as error:
                error.hint = error.hint or journal(self._unit)
                raise
            return
        files.make_directory(Directory(self._layout.run_dir, self._wanted.user, self._wanted.group, RUN_MODE))
        self._launcher.start([one], {one.port: self._sought})

    def _stop(self, state: Seen) -> None:
        if self._unit:
            run(["systemctl", "stop", self._unit])
        if state.pid is not None:
            self._launcher.stop([(self._instance, state.pid)], {self._instance.port: self._sought})

    def _await(self, awaiting: str, missing: t.Callable[[], str]) -> None:
        poll(missing, str, awaiting=awaiting, timeout=self._timeout, node=self._instance.node)


def _refuse_scripts(params: Params) -> None:
    """Refuse a hook that Sentinel could not run: at its next start it would not come up."""
    for name in ("notification_script", "client_reconfig_script"):
        path = params[name]
        if path in params["scripts_to_come"] and not os.path.lexists(path):
            continue
        if path and not (os.path.isfile(path) and os.access(path, os.X_OK)):
            raise Refused(
                f"{name} {path} is {'not executable' if os.path.exists(path) else 'not there'}",
                hint="Sentinel does not start with such a hook: install it (role redis_hooks), make it executable, "
                "or name none.",
            )
