# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A key is written through each primary and read back on each of its replicas; what keeps a node from taking over."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass

from .._addresses import Addresses
from .._argspec import access
from .._client import Client, Connections, Record, gather
from .._engine.loop import Operation
from .._errors import CollectionError, DeadlineExceeded
from .._health import observe
from .._health.model import Server
from .._nodes import DesiredNode, make_desired_nodes
from .._wait import poll
from . import figures

Params = t.Mapping[str, t.Any]
CLUSTER = "cluster"
EXPIRE = 60
SETTINGS = ("replica-priority", "cluster-replica-no-failover")
State = t.Tuple[Server, ...]


@dataclass(frozen=True)
class WriteAndRead:
    """The one step: nothing of it is left behind."""

    primaries: tuple[str, ...]

    def describe(self) -> str:
        """Return the line for people."""
        return f"write a key through {', '.join(self.primaries)}, read it back on their replicas, and remove it"

    def apply(self, state: State) -> State:
        """Nothing that could be shown has changed."""
        return state


class CopiesOperation(Operation[State, WriteAndRead]):
    """The ``acceptance_replication`` module's way through."""

    def __init__(self, params: Params, record: Record) -> None:
        self._params = params
        self._record = record
        self._clustered = params["topology"] == CLUSTER
        self._resolve = Addresses()
        self._nodes: tuple[DesiredNode, ...]
        self._connections: Connections
        self._done = False
        self._copies: list[dict[str, t.Any]] = []
        self._refused: list[dict[str, t.Any]] = []

    def enter(self) -> None:
        """Find the addresses of the nodes: servers know each other by address."""
        nodes = ({**one, "address": self._resolve(str(one["address"]))} for one in self._params["nodes"])
        self._nodes = make_desired_nodes(nodes)
        self._connections = Connections(self._nodes, access(self._params), self._record)

    def observe(self) -> State:
        """Ask every node who it is and what it follows."""
        servers = observe.observe_servers(self._nodes, self._connections, self._resolve, 0)
        if not self._clustered:
            return servers
        seen, _wish = observe.observe_cluster(self._nodes, frozenset(), 0, self._connections)
        return observe.with_slots(servers, seen)

    def plan(self, state: State) -> tuple[WriteAndRead, ...]:
        """Return the step, once."""
        primaries = tuple(one.name for one in self._primaries(state))
        return () if self._done or not primaries else (WriteAndRead(primaries),)

    def execute(self, steps: t.Sequence[WriteAndRead], state: State) -> t.Sequence[WriteAndRead]:
        """Write, read back, remove."""
        gather(lambda primary: self._try(primary, state), self._primaries(state))
        self._done = True
        return steps

    def render(self, state: State) -> str:
        """Return the roles."""
        return "".join(f"{one.name} {one.role or one.problem} {one.following}\n" for one in state)

    def result(self, state: State) -> dict[str, t.Any]:
        """Return each copy with its lag, what was refused, and what every node says about taking over."""
        return {
            "copies": sorted(self._copies, key=lambda one: str(one["node"])),
            "refused": self._refused,
            "nodes": [self._about(one) for one in state],
        }

    def _primaries(self, state: State) -> list[Server]:
        return [one for one in state if one.role == "primary" and one.slots != 0]

    def _try(self, primary: Server, state: State) -> None:
        tag = figures.tag_of(figures.ranges_of(primary.slots_text) if self._clustered else ())
        key = f"{figures.PREFIX}:{self._params['run']}:copy:{{{tag}}}"
        client = self._connections[primary.name]
        try:
            client.command("SET", key, self._params["run"], "EX", EXPIRE)
            written = time.monotonic()
            # One that has no link is a finding of item `complete`, and would only be waited for here.
            replicas = [one for one in state if one.following == primary.name and _has_link(one)]
            gather(lambda one: self._read(one, primary, key, written), replicas)
            client.command("UNLINK", key)
        except CollectionError as error:
            self._refused.append({"node": primary.name, "problem": error.message})

    def _read(self, replica: Server, primary: Server, key: str, written: float) -> None:
        client = self._connections[replica.name]
        problem = ""
        try:
            self._await(client, key)
        except DeadlineExceeded:
            problem = f"it does not have the write within {self._params['timeout']:g} s"
        except CollectionError as error:
            problem = error.message
        lag = round((time.monotonic() - written) * 1000, 1)
        self._copies.append({"node": replica.name, "primary": primary.name, "lag_ms": lag, "problem": problem})

    def _await(self, client: Client, key: str) -> None:
        if self._clustered:
            client.command("READONLY")
        poll(
            lambda: client.command("GET", key),
            lambda value: "" if value == self._params["run"] else f"{value}",
            awaiting="the write",
            timeout=self._params["timeout"],
            node=client.node,
            first_interval=0.001,
            longest_interval=0.05,
        )

    def _about(self, server: Server) -> dict[str, t.Any]:
        reported: dict[str, t.Any] = {"name": server.name, "id": "", "settings": {}}
        if not server.answers:
            return reported
        client = self._connections[server.name]
        try:
            *pairs, myself = client.pipeline([*(("CONFIG", "GET", one) for one in SETTINGS), ("CLUSTER", "MYID")])
        except CollectionError:
            return reported
        reported["settings"] = {pair[0]: pair[1] for pair in pairs if isinstance(pair, list) and len(pair) == 2}
        reported["id"] = myself if isinstance(myself, str) else ""
        return reported


def _has_link(server: Server) -> bool:
    return server.info.get("master_link_status") == "up"
