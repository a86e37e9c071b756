# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers, as far as the lock knows them, and runs whose every command waits for its turn."""

from __future__ import annotations

import contextlib
import secrets
import threading
import typing as t
from unittest import mock

from ansible_collections.almashooq.redis.plugins.module_utils import _locking
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError, EngineRefused, Unreachable
from ansible_collections.almashooq.redis.plugins.module_utils._lock_rules import (
    FLAGS,
    HELD,
    Holder,
    Mark,
    marks_in,
    parse,
)
from ansible_collections.almashooq.redis.plugins.module_utils._locking import KEEP_EVERY, Lock

EPOCH = 1_790_000_000  # s


class Server:
    """One member: the names of the connections that it has, by number."""

    def __init__(self, node: str) -> None:
        self.node = node
        self.names: dict[int, str] = {}
        self.up = True
        self.up_since = -1000.0
        self.refuses: CollectionError | None = None
        self._next = 0

    def connect(self) -> int:
        self._next += 1
        self.names[self._next] = ""
        return self._next

    def answer(self, connection: int, command: t.Sequence[object]) -> object:
        words = [str(word) for word in command]
        if words[:2] == ["CLIENT", "GETNAME"]:
            return self.names[connection] or None
        if words[:2] == ["CLIENT", "SETNAME"]:
            if not all("!" <= character <= "~" for character in words[2]):
                return EngineRefused("Client names cannot contain spaces, newlines or special characters.")
            self.names[connection] = words[2]
            return "OK"
        if words == ["CLIENT", "LIST", "TYPE", "normal"]:
            return "".join(
                f"id={number} addr=192.0.2.{number}:50000 fd=8 name={name} age=1\n"
                for number, name in self.names.items()
            )
        raise AssertionError(f"{words} is not what a lock asks")

    def kill_all(self) -> None:
        self.names.clear()


class Connection:
    """What the lock has of a client, to one server; ``turn`` is called before each command, ``heard`` with replies."""

    def __init__(self, server: Server, turn: t.Callable[[], None], heard: t.Callable[[str], None]) -> None:
        self.node = server.node
        self._server = server
        self._turn = turn
        self._heard = heard
        self._number: int | None = None

    def command(self, *command: object) -> object:
        (reply,) = self.pipeline([command])
        return reply

    def pipeline(self, commands: t.Sequence[t.Sequence[object]]) -> list[object]:
        replies = []
        self._turn()
        if self._number is None:
            self._talk()
            self._number = self._server.connect()
        for command in commands:
            self._talk()
            replies.append(self._server.answer(self._number, command))
            self._turn()
        self._talk()
        for reply in replies:
            self._heard(str(reply))
        return replies

    def close(self) -> None:
        if self._number is not None:
            self._server.names.pop(self._number, None)
        self._number = None

    def _talk(self) -> None:
        """Raise what a client raises when the server has gone, or has closed this connection."""
        if not self._server.up or (self._number is not None and self._number not in self._server.names):
            self.close()
            raise Unreachable("no answer: Connection closed by server", node=self.node)
        if self._server.refuses is not None:
            raise self._server.refuses


class Abandoned(BaseException):
    """Ends the thread of a run that is not to go on."""


class Run:
    """One run with its lock.  It acts in a thread, and only when it is its turn."""

    def __init__(self, world: World, name: str, members: t.Iterable[str], start: float, key: str | None) -> None:
        self.world, self.name, self.members, self.key = world, name, frozenset(members), key
        self.at_work = False
        self.busy = False
        self.over = False
        self.wake: float | None = None
        self.saw = False  # a flag of another
        self.kept = 0.0  # when its keepers were last at work
        self.last = -1  # number of the world's event in which it last got an answer that it has the lock
        clients = [Connection(world.servers[node], self.turn, self.heard) for node in sorted(members)]
        self.lock = Lock(
            t.cast(t.Any, clients),
            Holder("control1", name, "site.yml"),
            clock=lambda: world.clock,
            sleep=self.sleep,
            now=lambda: EPOCH + start,
            keep_every=None,
            key=key,
        )
        self.outcome: object = None
        self._go, self._paused = threading.Semaphore(0), threading.Semaphore(0)
        self._thread: threading.Thread | None = None
        self._abandoned = False

    def begin(self, function: t.Callable[[], object]) -> None:
        """Let the run do something; it stands before its first command."""
        self.at_work = False
        self.busy = True
        self._thread = threading.Thread(target=self._do, args=(function,), daemon=True)
        self._thread.start()

    def _do(self, function: t.Callable[[], object]) -> None:
        with contextlib.suppress(Abandoned):
            self._wait()
            try:
                self.outcome = function()
            except CollectionError as error:
                self.outcome = error
        self.busy = False
        self._paused.release()

    def step(self) -> None:
        """Let it go on until its next turn, or its end."""
        self._go.release()
        self._paused.acquire()

    def turn(self) -> None:
        if threading.current_thread() is self._thread:  # and not the keeper, who is called by the world
            self._paused.release()
            self._wait()

    def heard(self, reply: str) -> None:
        marks = [seen.mark for seen in marks_in(reply, "")]
        self.saw = self.saw or any(not self.shows(mark) and mark.form in FLAGS for mark in marks)

    def shows(self, mark: Mark) -> bool:
        """Return whether a mark is of this run, or of another process of the same run."""
        return mark.holder.user == self.name or mark.key == self.key

    def excludes(self, other: Run) -> bool:
        """Return whether the two may not be at work together: they share members, and are not of one run."""
        return other is not self and bool(self.members & other.members) and (self.key or "") != other.key

    def _wait(self) -> None:
        self._go.acquire()
        if self._abandoned:
            raise Abandoned

    def sleep(self, seconds: float) -> None:
        if threading.current_thread() is not self._thread:
            self.world.pass_time(seconds)
            return
        self.wake = self.world.clock + seconds
        while self.world.clock < self.wake:
            self.turn()
        self.wake = None

    def abandon(self) -> None:
        self._abandoned = True
        while self.busy:
            self.step()

    @property
    def asleep(self) -> bool:
        return self.wake is not None and self.world.clock < self.wake

    def holds(self, node: str) -> bool:
        """Return whether a mark of this run stands at a member that has not been lost before."""
        marks = [parse(name) for name in self.world.servers[node].names.values()]
        return any(mark is not None and mark.holder.user == self.name and mark.form == HELD for mark in marks)


class World:
    """Members and runs.  Time passes only between commands, and keepers do their work meanwhile."""

    def __init__(self, nodes: int) -> None:
        self.servers = {f"member{number}": Server(f"member{number}") for number in range(nodes)}
        self.runs: list[Run] = []
        self.clock = 1000.0
        self._keys = iter(range(1000))
        self._patches = contextlib.ExitStack()
        self._patches.enter_context(mock.patch.object(_locking, "gather", in_turn))
        self._patches.enter_context(mock.patch.object(secrets, "token_hex", lambda _bytes: f"{next(self._keys):03}"))

    def close(self) -> None:
        for run in self.runs:
            run.abandon()
        self._patches.close()

    def run(
        self, members: t.Iterable[str] | None = None, start: float = 0, name: str = "", key: str | None = None
    ) -> Run:
        run = Run(self, name or f"user{len(self.runs)}", self.servers if members is None else members, start, key)
        self.runs.append(run)
        return run

    def step(self, run: Run) -> None:
        run.step()
        if not run.busy:
            self.ended(run)

    def ended(self, run: Run) -> None:
        """Take note of the end of what a run did."""

    def pass_time(self, seconds: float) -> None:
        """Let time pass: the one that does not sleep acts first, and keepers check every ``KEEP_EVERY`` seconds."""
        end = self.clock + seconds
        self._act()
        while self.clock < end - 1e-9:
            wakes = [run.wake for run in self.runs if run.busy and run.wake is not None and run.wake > self.clock]
            holders = [run for run in self.runs if run.at_work or (run.busy and run.last >= 0)]
            for run in holders:
                run.kept = max(run.kept, self.clock - KEEP_EVERY)
            self.clock = min([end, *wakes, *(run.kept + KEEP_EVERY for run in holders)])
            # The one that wakes is faster than a keeper.
            self._act()
            for run in holders:
                if self.clock >= run.kept + KEEP_EVERY and not run.over:
                    run.kept = self.clock
                    run.lock.keep()

    def _act(self) -> None:
        while awake := [run for run in self.runs if run.busy and not run.asleep]:
            for run in awake:
                if run.busy and not run.asleep:
                    self.step(run)

    def kill(self, node: str, whose: Run | None = None) -> None:
        """Close all connections of a member, or those of one run."""
        names = self.servers[node].names
        for number, name in list(names.items()):
            mark = parse(name)
            if whose is None or (mark is not None and mark.holder.user == whose.name):
                del names[number]

    def stop(self, node: str) -> None:
        self.servers[node].kill_all()
        self.servers[node].up = False

    def start(self, node: str) -> None:
        if not self.servers[node].up:
            self.servers[node].up = True
            self.servers[node].up_since = self.clock


def in_turn(function: t.Callable[[t.Any], t.Any], items: t.Sequence[t.Any], workers: int = 1) -> list[t.Any]:
    """Do what ``gather`` does, one after the other."""

    def one(item: t.Any) -> t.Any:
        try:
            return function(item)
        except CollectionError as error:
            return error

    return [one(item) for item in items]
