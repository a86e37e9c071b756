# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking one step of a whole restart: over the network, or on this host."""

from __future__ import annotations

import dataclasses
import time
import typing as t

from .._argspec import access, sentinel_access
from .._engine.deployment import Deployment, some
from .._errors import CollectionError
from .._host.commands import systemd_runs
from .._rolling import process
from .._rolling.deployment import Kind
from .._rolling.model import SENTINEL
from .._rolling.options import make_servers
from . import execute, store
from .model import Record, Seen, State, followers, leader
from .steps import PRIMARIES, Begin, Compare, Prove, Quiesce, Start, Step, Stop, counted, lagging

if t.TYPE_CHECKING:
    from .._client import Record as Recorder

QUICK = 0.2  # seconds between two observations while clients may write before they are held


class Taking:
    """What one call needs in order to take steps; ``look`` observes all members."""

    def __init__(
        self,
        params: t.Mapping[str, t.Any],
        record: Recorder,
        deployment: Deployment,
        kind: Kind,
        look: t.Callable[[], State],
    ) -> None:
        self._params = params
        self._record = record
        self._deployment = deployment
        self._kind = kind
        self._look = look
        self._servers = {one.name: one for one in make_servers(params["servers"], systemd=systemd_runs())}
        pairs = zip(kind.scopes, kind.connections)
        self._clients = {node.name: to[node.name] for (nodes, _access), to in pairs for node in nodes}

    def take(self, step: Step, before: State) -> None:
        """Take a step that was found safe in this state; raises CollectionError."""
        found = [before.member(one) for one in getattr(step, "nodes", ())]
        if isinstance(step, Prove):
            execute.prove(found, self._clients, self._deployment)
        elif isinstance(step, Begin):
            by = self._params["run_by"] or {}
            words = "@".join(str(by[one]) for one in ("user", "host") if by.get(one))
            self._write(dataclasses.replace(step.record, since=int(time.time()), by=words))
        elif isinstance(step, Quiesce):
            self._quiesce(step)
        elif isinstance(step, Stop):
            if step.what == PRIMARIES:
                # The stop of the replicas may have taken longer than writes were held.
                self._hold_writes(step.nodes)
                self._write(counted(self._look(), step.nodes).record)
            execute.shut_down(found, self._clients, self._deployment)
        elif isinstance(step, Start):
            self._start(step)
        elif isinstance(step, Compare):
            self._compare(step)
        else:
            self._end()

    def let_write(self, nodes: t.Sequence[str]) -> None:
        """Let clients write to these primaries again, as far as they answer."""
        execute.let_write(nodes, self._clients)

    def _hold_writes(self, nodes: t.Sequence[str]) -> None:
        # As long as a step may take: a run that is killed leaves it, and the next one goes on within that time.
        execute.hold_writes(nodes, self._clients, self._deployment.timeout)

    def _quiesce(self, step: Quiesce) -> None:
        self._hold_writes(step.nodes)
        state = self._deployment.poll(
            self._look,
            lambda seen: some(lagging(seen, step.nodes)),
            awaiting="replicas to have everything",
            hint="Clients write again. See the log of the replica that is named; then run again.",
            longest_interval=QUICK,
        )
        self._write(counted(state, step.nodes).record)

    def _start(self, step: Start) -> None:
        for node in step.nodes:
            server = self._servers[node]
            login = sentinel_access(self._params) if server.kind == SENTINEL else access(self._params)
            process.launch(server, login, self._record, self._deployment.left())
        self._await_answers(step.nodes)
        if step.what == PRIMARIES:
            self._hold_writes(step.nodes)

    def _await_answers(self, nodes: t.Sequence[str], *, loaded: bool = False) -> State:
        def missing(one: Seen) -> str:
            if not one.answers:
                if one.node in self._servers:
                    process.refuse_failed(self._servers[one.node], self._deployment.left())
                return f"{one.node} {one.problem}"
            return f"{one.node} is loading its data" if loaded and one.loading else ""

        return self._deployment.poll(
            self._look,
            lambda state: some(missing(state.member(node)) for node in nodes),
            awaiting=f"{', '.join(nodes)} to {'load their data' if loaded else 'answer'}",
            hint="See the log of the member that is named; then run again, which goes on from here.",
            longest_interval=QUICK,
        )

    def _compare(self, step: Compare) -> None:
        self._hold_writes(step.nodes)
        state = self._await_answers(step.nodes, loaded=True)
        record = t.cast(Record, state.record)
        found = [(one, leader(state, record, one)) for one in record.shards]
        ours = [(one, first) for one, first in found if first.node in step.nodes]
        for one, first in ours:
            short = execute.short(one, first)
            if short:
                raise CollectionError(short, node=first.node, hint=_remedy(state, record, first.node))
        self._write(record.replacing(*(dataclasses.replace(one, whole=True) for one, _first in ours)))
        self.let_write(step.nodes)

    def _end(self) -> None:
        self._deployment.poll(
            self._kind.observe,
            lambda whole: some([*(one.failure for one in whole.members), *whole.unwell]),
            awaiting="the deployment to be healthy",
            hint="All data are there, and clients can write. See the log of the member that is named; then run again.",
        )
        store.remove(self._params["records"], self._params["deployment"])

    def _write(self, record: Record | None) -> None:
        if record is not None:
            store.write(self._params["records"], record)


def _remedy(state: State, record: Record, node: str) -> str:
    """Return what to do about a primary that came back with less than it had."""
    shard = next(one for one in record.shards if node in [each.node for each in record.shard(one.node)])
    others = ", ".join(one.node for one in followers(state, record, shard))
    if not others:
        return (
            "Writes to it are held meanwhile. Its log shows which files it has loaded. docs/rolling.md (a primary that "
            "comes back with less) shows what to do."
        )
    return (
        f"Its replicas were not started, and their files have all data: {others}. Writes to it are held meanwhile. "
        "docs/rolling.md (a primary that comes back with less) shows how it gets these files."
    )
