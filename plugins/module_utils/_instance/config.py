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

from .._client import Access, Client
from .._engine.loop import Operation
from .._errors import Refused
from .._preflight.observe import memory_limit
from . import checks, files, pending, probe
from .answers import overlaid, question
from .compare import different_names, look_alikes
from .execute import execute
from .knowledge import advice, unknown_directive
from .model import Answer, Host, Instance, Memory, Wanted
from .observe import Login, observe
from .options import Params, ids, layout, wanted
from .plan import plan, restart_required
from .plan_stages import DEFER, TRIAL, Stage, conclusions, deferred, staged
from .render import blanked, directive_lines, shown
from .steps import SetLive, Step
from .users import users_text

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from .._client import Record

ACCESS_TIMEOUT = 5.0


class Config(Operation[Host, Step]):
    """Converges the managed configuration of a host's instances."""

    def __init__(self, params: Params, record: Record) -> None:
        where = layout(params)
        user, group = ids(params["user"], params["group"])
        self._timeout: float = params["timeout"]
        self._engine = probe.identify(where.server, user, group, self._timeout, files.label(where.config_dir))
        self._wanted: Wanted = wanted(params, (self._engine.name, self._engine.version))
        self._admin = (params["admin_user"], params["admin_password"])
        self._login = login(params, record)
        self._lock = files.hold_lock(where.config_dir, self._timeout)
        probe.remove_leftovers(self._engine)
        self._told: dict[object, probe.Told] = {}
        self._fixed: dict[object, dict[str, bool]] = {}
        self._aliases: dict[object, dict[str, str]] = {}
        self._others: tuple[tuple[str, int], ...] = ()
        self._touched: set[str] = set()
        self._stage = Stage(params["live"], frozenset(params["only"]))
        self._deferred: dict[int, tuple[str, ...]] = {}

    def observe(self) -> Host:
        """Look at the host, and ask the engine what has not been asked yet."""
        host = observe(self._wanted, self._login)
        checks.check_obstacles(self._wanted, host)
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
        checks.check_memory(self._wanted, answers, self._memory())
        first = conclusions(self._wanted, host, self._stage)
        for conclusion in first:
            host = conclusion.apply(host)
        rest = plan(self._wanted, answers, host)
        steps = [*first, *staged(rest, self._wanted, self._stage)]
        self._deferred = deferred(rest) if self._stage.name == DEFER else {}
        checks.check_writable(steps, host)
        for step in steps:
            if isinstance(step, SetLive):
                self._touched |= {name for name, _now, _then in step.changes}
        return steps

    def execute(self, steps: t.Sequence[Step], state: Host) -> list[Step]:
        """Do the first batch of steps."""
        keep = self._stage.name != TRIAL
        done = execute(steps, self._wanted, self._login, self._timeout, keep=keep)
        if not keep:
            ports = {step.port for step in done if isinstance(step, SetLive)}
            self._stage = replace(self._stage, own=self._stage.own | ports)
        return done

    def settle(self, state: Host) -> Host:
        """Return the state: each step has waited for its own effect.  What waits for a restart is recorded."""
        waiting: dict[int, list[dict[str, t.Any]]] = {}
        for one in self._pending(state):
            waiting.setdefault(one["port"], []).append(one)
        pids = {node.port: node.pid for node in state.nodes}
        pending.remember(self._wanted.layout.data_dir, pids, waiting, self._wanted.owner)
        return state

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
            "restart_required": self._pending(state),
            "deferred": [
                {"port": node.port, "role": node.role, "settings": list(self._deferred[node.port])}
                for node in state.nodes
                if node.port in self._deferred
            ],
            "memory": checks.memory_result(self._wanted, answers, self._memory()),
            "engine": {"name": self._engine.name, "version": self._engine.version},
        }

    def _pending(self, state: Host) -> list[dict[str, t.Any]]:
        found = restart_required(self._wanted, self._answers(), state)
        for entry in found:
            entry.update({key: shown(entry["setting"], entry[key]) for key in ("running", "wanted")})
        return found

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
        """Yield a throwaway server for each; a directive that it does not know is told with the nearest right name."""
        users = users_text(self._wanted.accounts)
        try:
            with probe.throwaways(self._engine, instances, users, self._admin) as clients:
                yield clients
        except Refused as error:
            name = unknown_directive(error.message)
            if name is not None:
                error.hint = advice(
                    name, f"{self._engine.name} {self._engine.version}", self._known(instances[0], name)
                )
            raise

    def _known(self, instance: Instance, name: str) -> frozenset[str]:
        """Return the directives that the engine knows, told by a throwaway server without any."""
        bare, users = replace(instance, directives=()), users_text(self._wanted.accounts)
        with probe.throwaways(self._engine, [bare], users, self._admin) as clients:
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


def login(params: Params, record: Record) -> Login:
    """Return how to log in to running instances: as is wanted, then with the old password if given."""
    passwords = [params["admin_password"], params["admin_password_old"]]
    accesses = [
        Access(username=params["admin_user"], password=password, timeout=min(ACCESS_TIMEOUT, params["timeout"]))
        for password in passwords
        if password is not None
    ]
    return Login(tuple(accesses), record)


def _is_old(name: str) -> bool:
    return any(word in name for word in ("slave", "master", "ziplist"))
