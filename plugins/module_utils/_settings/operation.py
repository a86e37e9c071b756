# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ``instance``: one pass over the instances of a host."""

from __future__ import annotations

import contextlib
import os
import re
import typing as t
from dataclasses import replace

from .._client import Client
from .._engine.loop import Operation
from .._errors import Refused
from .._managed import files, throwaway
from .._managed.directive_names import advice, unknown_directive
from .._managed.exclusion import Exclusion
from .._managed.model import Instance
from .._managed.options import Params, ids, layout, login
from .._managed.probe_config import overlaid, question
from .._managed.render import blanked, directive_lines, shown
from .._preflight.observe import memory_limit
from .._users.users_file import users_text
from . import probe, safety
from .compare import different_names, look_alikes
from .execute import execute
from .model import Answer, Desired, Host, Memory
from .observe import observe
from .options import wanted
from .plan import plan, restart_required
from .plan_stages import DEFER, TRIAL, Stage, conclusions, deferred, staged
from .steps import SetLive, Step

if t.TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from .._client import Record


class Config(Operation[Host, Step]):
    """Converges the managed configuration of a host's instances."""

    def __init__(self, params: Params, record: Record) -> None:
        self._params = params
        self._timeout: float = params["timeout"]
        self._admin = (params["admin_user"], params["admin_password"])
        self._login = login(params, record)
        self._engine: throwaway.Engine
        self._wanted: Desired
        self._lock: socket.socket | None = None
        self._exclusion = Exclusion(self._login, self._timeout, params["run_by"])
        self._told: dict[object, probe.Effective] = {}
        self._fixed: dict[object, dict[str, bool]] = {}
        self._aliases: dict[object, dict[str, str]] = {}
        self._others: tuple[tuple[str, int], ...] = ()
        self._touched: set[str] = set()
        self._stage = Stage(params["live"], frozenset(params["only"]))
        self._deferred: dict[int, tuple[str, ...]] = {}

    def enter(self) -> None:
        """Identify the engine, make the options whole with that, and take the lock of the host's instances."""
        params, where = self._params, layout(self._params)
        user, group = ids(params["user"], params["group"])
        self._engine = throwaway.identify(where.server, user, group, self._timeout, files.label(where.config_dir))
        self._wanted = wanted(params, (self._engine.name, self._engine.version))
        self._lock = files.hold_lock(where.config_dir, self._timeout)
        throwaway.remove_leftovers(self._engine)

    def close(self) -> None:
        """Give the locks back."""
        self._exclusion.close()
        if self._lock is not None:
            self._lock.close()

    def observe(self) -> Host:
        """Inspect the host, and ask the engine what has not been asked yet."""
        host = observe(self._wanted, self._login)
        safety.check_obstacles(self._wanted, host)
        groups: dict[object, list[Instance]] = {}
        for one in self._wanted.instances:
            groups.setdefault(question(one), []).append(one)
        open_questions = {key: ones for key, ones in groups.items() if self._is_open(key, ones, host)}
        if open_questions:
            self._consult(open_questions, host)
        return host

    def plan(self, host: Host) -> list[Step]:
        """Return the steps that are left."""
        answers = self._answers()
        safety.check_memory(self._wanted, answers, self._memory())
        first = conclusions(self._wanted, host, self._stage)
        for conclusion in first:
            host = conclusion.apply(host)
        rest = plan(self._wanted, answers, host)
        steps = [*first, *staged(rest, self._wanted, self._stage)]
        self._deferred = deferred(rest) if self._stage.name == DEFER else {}
        safety.check_writable(steps, host)
        for step in steps:
            if isinstance(step, SetLive):
                self._touched |= {name for name, _now, _then in step.changes}
        return steps

    def execute(self, steps: t.Sequence[Step], state: Host) -> list[Step]:
        """Do the first batch of steps, with the deployment's lock where an instance runs; the first call takes it."""
        if self._exclusion.hold([one for one, node in zip(self._wanted.instances, state.nodes) if node.settings]):
            return []  # what was observed before the lock may be old: look again
        keep = self._stage.name != TRIAL
        done = execute(steps, self._wanted, self._login, self._timeout, keep=keep)
        if not keep:
            ports = {step.port for step in done if isinstance(step, SetLive)}
            self._stage = replace(self._stage, own=self._stage.own | ports)
        return done

    def render(self, state: Host) -> str:
        """Return files, and settings in force, as text without secrets."""
        parts = [f"{one.path} {one.owner}:{one.group} {one.mode:04o}\n" for one in state.directories]
        for file in state.files:
            parts.append(f"\n{file.path} {file.owner}:{file.group} {file.mode:04o}\n{blanked(file.text)}")
        for one, node in zip(self._wanted.instances, state.nodes):
            settings = [(name, value) for name, value in node.settings if name in self._touched]
            if settings:
                parts.append(f"\nin force at {one.node}\n")
            parts += [f"{name} {shown(name, value)}\n" for name, value in settings]
            if node.pending:
                parts.append(f"\nneeds a restart at {one.node}\n")
            parts += [f"{name} {running} -> {value}\n" for name, running, value in node.pending]
        return "".join(parts)

    def result(self, state: Host) -> dict[str, t.Any]:
        """Return the instances, what only a restart brings, memory, and which engine was asked."""
        answers, where = self._answers(), self._wanted.layout
        return {
            "instances": [
                {
                    "port": one.port,
                    "address": one.address,
                    "running": bool(node.settings),
                    "pid": node.pid,
                    "config_file": where.config_file(one.port),
                    "users_file": where.users_file(one.port),
                    "data_dir": where.home(one.port),
                }
                for one, node in zip(self._wanted.instances, state.nodes)
            ],
            "restart_required": restart_required(self._wanted, answers, state),
            "deferred": [
                {"port": node.port, "role": node.role, "settings": list(self._deferred[node.port])}
                for node in state.nodes
                if node.port in self._deferred
            ],
            "memory": safety.memory_result(self._wanted, answers, self._memory()),
            "engine": {"name": self._engine.name, "version": self._engine.version},
            "warnings": self._exclusion.notes,
        }

    def _is_open(self, key: object, ones: t.Sequence[Instance], host: Host) -> bool:
        if key not in self._told:
            return True
        return any(name not in self._fixed[key] for one in ones for name in self._differing(one, host))

    def _differing(self, one: Instance, host: Host) -> list[str]:
        node = next(node for node in host.nodes if node.port == one.port)
        return different_names(node, self._answer(one), one)

    def _consult(self, questions: t.Mapping[object, list[Instance]], host: Host) -> None:
        firsts = [ones[0] for ones in questions.values()]
        with self._throwaways(firsts) as clients:
            for (key, ones), client in zip(questions.items(), clients):
                self._told.setdefault(key, probe.ask(client, ones[0]))
                self._fixed.setdefault(key, {})
                self._aliases.setdefault(key, {})
                for one in ones:
                    self._classify(key, one, host, client)
            self._others = self._other_instances(clients[0])

    @contextlib.contextmanager
    def _throwaways(self, instances: t.Sequence[Instance]) -> Iterator[list[Client]]:
        """Yield a throwaway server for each; an unknown directive is reported with the nearest right name."""
        users = users_text(self._wanted.accounts)
        try:
            with throwaway.throwaways(self._engine, instances, users, self._admin) as clients:
                yield clients
        except Refused as error:
            name = unknown_directive(error.message)
            if name is not None:
                error.hint = advice(
                    name, f"{self._engine.name} {self._engine.version}", self._known(instances[0], name)
                )
            raise

    def _known(self, instance: Instance, name: str) -> frozenset[str]:
        """Return the directives that the engine knows, from a throwaway server without any."""
        bare, users = replace(instance, directives=()), users_text(self._wanted.accounts)
        with throwaway.throwaways(self._engine, [bare], users, self._admin) as clients:
            return probe.known_names(clients[0], name)

    def _classify(self, key: object, one: Instance, host: Host, client: Client) -> None:
        node = next(node for node in host.nodes if node.port == one.port)
        answer, running = self._answer(one), dict(node.settings)
        told = self._told[key]
        names = [name for name in self._differing(one, host) if name not in self._fixed[key] and name in told.settings]
        if not names:
            return
        groups = [
            sorted(group, key=lambda name: (name not in one.names(), _is_old(name), name))
            for group in look_alikes(names, node, answer)
        ]
        fixed, aliases = probe.classify(
            client, told, names, [[(name, running[name]) for name in group] for group in groups]
        )
        self._fixed[key].update({name: name in fixed for name in names})
        self._aliases[key].update(aliases)

    def _answers(self) -> dict[int, Answer]:
        return {one.port: self._answer(one) for one in self._wanted.instances}

    def _answer(self, one: Instance) -> Answer:
        key = question(one)
        told = self._told[key]
        fixed = frozenset(name for name, is_fixed in self._fixed[key].items() if is_fixed)
        return Answer(
            settings=overlaid(one, told.settings),
            users=told.users,
            version=told.version,
            fixed=fixed,
            aliases=tuple(sorted(self._aliases[key].items())),
        )

    def _memory(self) -> Memory:
        limit, source = memory_limit()
        return Memory(limit, source, self._others)

    def _other_instances(self, client: Client) -> tuple[tuple[str, int], ...]:
        """Return what other managed instances of this host may take; the engine reads its own units."""
        directory = self._wanted.layout.config_dir
        called = {f"{one.port}.conf" for one in self._wanted.instances}
        names = sorted(os.listdir(directory)) if os.path.isdir(directory) else []
        found = []
        for name in (name for name in names if re.fullmatch(r"\d+\.conf", name) and name not in called):
            file = files.look_at_file(f"{directory}/{name}")
            sizes = directive_lines(file.text, "maxmemory") if file else []
            if sizes:
                replies = client.pipeline([("CONFIG", "SET", "maxmemory", sizes[-1]), ("CONFIG", "GET", "maxmemory")])
                found.append((name, int(replies[1][1])))
        return tuple(found)


def _is_old(name: str) -> bool:
    return any(word in name for word in ("slave", "master", "ziplist"))
