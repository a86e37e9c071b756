# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A planned switchover: nothing that was acknowledged is lost.

Sentinel's own SENTINEL FAILOVER leaves the old primary writable for some ten seconds after another
one has been promoted (it converts it after four times its publish period), and whatever it takes in
that time is lost.  So writes are held on the old primary, for a time that ends by itself, until a
replica has everything; Sentinel promotes; and the old primary is made a replica at once, its clients
sent away to find the new one.  Valkey 9 has this built in (SENTINEL FAILOVER ... COORDINATED).
"""

from __future__ import annotations

import contextlib
import time
import typing as t

from .._addresses import Addresses
from .._client import CHANGE, Access, Client, Connections, Record
from .._engine import capabilities
from .._engine.deployment import Deployment, Scope, some
from .._engine.loop import Operation, PhaseFailed
from .._errors import CollectionError, EngineRefused
from .._nodes import DesiredNode, make_desired_nodes, refuse_set_name
from .._replication.model import Node
from .._replication.observe import observe_nodes
from .._replies import number, parse_info
from .._wait import observe_patiently
from . import checks, render, switchover
from .desired import Desired, DesiredSet, announced_name
from .model import Observed
from .observe import observe_all
from .plan import primary_of
from .switchover import State, Switch

# How long writes wait at most, should this run be killed meanwhile: seconds.  Longer than the eight after which
# Sentinel makes a replica of the old primary, so that it does so as soon as writes are let go (until then its
# connection waits, too: it publishes).  What was waiting at that moment is refused by min-replicas-to-write 1.
HOLD = 15.0
# SENTINEL FAILOVER <set> COORDINATED has one word more than every Sentinel takes.
ASKED, COORDINATED_WORDS = "sentinel|failover", 4
# What SENTINEL FAILOVER ... COORDINATED has Sentinel's user do on the primary.
COORDINATION = (("FAILOVER",), ("CLIENT", "PAUSE", "1"), ("CLIENT", "UNPAUSE"))


def make_operation(
    params: t.Mapping[str, t.Any], access: Access, node_access: Access, record: Record
) -> FailoverOperation:
    """Build the operation from the module's options."""
    return FailoverOperation(params, access, node_access, Deployment(record, params["timeout"], params["run_by"]))


class FailoverOperation(Operation[State, Switch]):
    """The ``sentinel_switchover`` module's way through."""

    def __init__(
        self, params: t.Mapping[str, t.Any], access: Access, node_access: Access, deployment: Deployment
    ) -> None:
        self._params = params
        self._access = access
        self._node_access = node_access
        self._deployment = deployment
        self._resolve = Addresses()
        self._only_from: str = params["from"] or ""
        self._desired: Desired
        self._set: DesiredSet
        self._nodes: tuple[DesiredNode, ...]
        self._scopes: tuple[Scope, ...]
        self._sentinels: Connections
        self._connections: Connections
        self._observed = False
        self._before = ""
        self._coordinated = False
        self._seconds = 0.0
        self._down_after = HOLD
        self._held: Client | None = None

    def enter(self) -> None:
        """Find the addresses of host names."""
        params, resolve = self._params, self._resolve
        nodes = make_desired_nodes({**node, "address": resolve(str(node["address"]))} for node in params["nodes"])
        sentinels = make_desired_nodes(params["sentinels"])
        announced = ((one.name, announced_name(given, resolve)) for one, given in zip(sentinels, params["sentinels"]))
        # Nothing is wanted of the Sentinels but that all know all: primary and quorum are up to them.
        self._set = DesiredSet(refuse_set_name(params["set"]), nodes[0].name, nodes, quorum=1)
        self._nodes = nodes
        self._desired = Desired(sentinels, (self._set,), announced=tuple(announced))
        self._scopes = ((sentinels, self._access), (nodes, self._node_access))
        self._sentinels = self._deployment.connections(sentinels, self._access)
        self._connections = self._deployment.connections(nodes, self._node_access)

    def observe(self) -> State:
        """Ask all Sentinels and all instances; the first time, with some patience for what passes by itself."""
        if self._observed:
            return self._observe()
        self._observed = True
        return observe_patiently(self._observe, self.plan, timeout=self._deployment.timeout)

    def _observe(self) -> State:
        sentinels = observe_all(self._desired, self._sentinels, self._resolve)
        primary = self._primary(sentinels)
        return State(sentinels, self._ask_nodes(), primary, not self._before and self._may_coordinate(primary))

    def plan(self, state: State) -> tuple[Switch, ...]:
        """Return the switchover, unless it is done or not wanted; raise Refused where it would not be safe."""
        if self._before:
            return ()
        if self._only_from and state.primary != self._only_from:
            return ()
        return (switchover.plan(state, self._desired),)

    def execute(self, steps: t.Sequence[Switch], state: State) -> t.Sequence[Switch]:
        """Switch over, and return when another one reports that it is primary."""
        if self._deployment.hold(*self._scopes):
            return ()  # what was observed before the lock may be old: look again
        step = steps[0]
        started = time.monotonic()
        self._before, self._coordinated, self._down_after = state.primary, step.coordinated, step.down_after
        sentinel = self._sentinels[self._desired.sentinels[0].name]
        if not self._coordinated:
            self._hold_writes(step.candidates)
        try:
            coordinated = ("COORDINATED",) if self._coordinated else ()
            sentinel.command("SENTINEL", "FAILOVER", self._set.name, *coordinated, patience=CHANGE)
            new = self._await_promotion(self._deployment.timeout / 2 if self._coordinated else HOLD / 2)
            if self._held is not None:
                held, self._held = self._held, None
                self._follow(held, new)
                with contextlib.suppress(CollectionError):  # it ends by itself
                    held.command("CLIENT", "UNPAUSE")
        except CollectionError as error:
            raise PhaseFailed([], [(step, error)]) from error
        self._seconds = time.monotonic() - started
        return steps

    def abandon(self) -> None:
        """Resume writes, unless another primary is there: whatever the old one still took would be lost.

        Then it stays shut until Sentinel has made it a replica; the pause ends by itself.
        """
        if self._held is not None:
            with contextlib.suppress(CollectionError):
                self._held.command("CLIENT", "UNPAUSE")

    def close(self) -> None:
        """Give the lock back."""
        self._deployment.close()

    def settle(self, state: State) -> State:
        """Wait until every Sentinel names the new primary and every instance follows it."""
        if not self._before:
            return state
        return self._deployment.poll(
            self.observe,
            lambda state: some(self._unsettled(state)),
            awaiting=f"all Sentinels and replicas to follow the new primary of {self._set.name}",
            hint="Sentinel goes on by itself; see sentinel_info, and the logs of those that lag.",
            longest_interval=0.3,
        )

    def render(self, state: State) -> str:
        """Return the Sentinels as a table."""
        return render.summary(state.sentinels)

    def result(self, state: State) -> dict[str, t.Any]:
        """Return the old and the new primary, and how long there was no primary that took writes (s, at most)."""
        return {
            "set": self._set.name,
            "from": self._before or state.primary,
            "to": state.primary,
            "coordinated": self._coordinated,
            "seconds": round(self._seconds, 3),
        }

    def _primary(self, sentinels: Observed) -> str:
        """Return which primary the Sentinels name; during the switchover they may differ for a moment."""
        if self._before:
            named = {watch.primary for _one, watch in sentinels.watches(self._set.name)}
            return named.pop() if len(named) == 1 else ""
        return primary_of(sentinels, self._set)

    def _may_coordinate(self, primary: str) -> bool:
        """Ask the Sentinels whether they can, and the primary whether the user that they are logged in as may."""
        if not any(node.name == primary for node in self._nodes):
            return False
        client = self._connections[primary]
        try:
            can = [capabilities.ask(self._sentinels[one.name], [ASKED]) for one in self._desired.sentinels]
            if not all(one.takes(ASKED, COORDINATED_WORDS) for one in can):
                return False
            lines = str(client.command("CLIENT", "LIST", "TYPE", "normal")).splitlines()
            listed = [dict(word.partition("=")[::2] for word in line.split()) for line in lines]
            users = {one.get("user") for one in listed if one.get("name", "").startswith("sentinel-")}
            trials = client.pipeline([("ACL", "DRYRUN", user, *what) for user in users for what in COORDINATION])
        except CollectionError:
            return False  # who does not answer is refused elsewhere; this needs ACL DRYRUN (7.0)
        return bool(trials) and all(answer == "OK" for answer in trials)

    def _hold_writes(self, candidates: t.Sequence[str]) -> None:
        """Hold writes on the old primary, for a time that ends by itself, until the candidates have all there were."""
        old = self._connections[self._before]
        self._held = old
        old.command("CLIENT", "PAUSE", int(HOLD * 1000), "WRITE")
        self._await_copies(number(parse_info(old.command("INFO", "replication")).get("master_repl_offset")), candidates)

    def _follow(self, old: Client, new: str) -> None:
        """Do what Sentinel itself does ten seconds later; clients come back and find the new primary."""
        node = next(node for node in self._nodes if node.name == new)
        replies = old.pipeline(
            [
                ("MULTI",),
                ("REPLICAOF", self._resolve(node.address), node.port),
                ("CONFIG", "REWRITE"),
                ("CLIENT", "KILL", "TYPE", "normal"),
                ("CLIENT", "KILL", "TYPE", "pubsub"),
                ("EXEC",),
            ]
        )
        for reply in replies:
            if isinstance(reply, CollectionError):
                raise reply
        if isinstance(replies[-1][0], Exception):
            raise EngineRefused(f"REPLICAOF {new} returned: {replies[-1][0]}", node=self._before)

    def _await_copies(self, offset: int, candidates: t.Sequence[str]) -> None:
        """Wait until every replica that Sentinel may choose has all that the old primary ever acknowledged."""

        def missing(nodes: tuple[Node, ...]) -> str:
            behind = [node for node in nodes if node.name in candidates and node.offset < offset]
            return ", ".join(f"{node.name} lacks {offset - node.offset} bytes" for node in behind)

        self._deployment.poll(
            self._ask_nodes,
            missing,
            awaiting="the replicas to have all writes",
            within=min(HOLD / 3, self._down_after / 2),
            node=self._before,
            hint="Writes go on at the old primary. Run again when the replicas keep up.",
            longest_interval=0.05,
        )

    def _await_promotion(self, timeout: float) -> str:
        """Return who has become primary beside the old one."""

        def others(nodes: tuple[Node, ...]) -> list[str]:
            return [n.name for n in nodes if n.is_primary and n.name != self._before and not n.problem]

        nodes = self._deployment.poll(
            self._ask_nodes,
            lambda nodes: "" if others(nodes) else f"only {self._before} reports that it is primary",
            awaiting="a replica to be promoted",
            within=timeout,
            node=self._before,
            hint="See the Sentinels' logs, and ACL LOG on the instances: Sentinel's user may lack a right. "
            "Writes go on at the old primary.",
            longest_interval=0.05,
        )
        return others(nodes)[0]

    def _ask_nodes(self) -> tuple[Node, ...]:
        return observe_nodes(self._nodes, self._connections, self._resolve)

    def _unsettled(self, state: State) -> list[str]:
        said = checks.unsettled(state.sentinels, self._desired)
        if state.primary in ("", self._before):
            said.append("the Sentinels do not all name a new primary")
        for node in state.nodes:
            if node.problem:
                said.append(f"{node.name} is {node.problem}")
            elif node.name != state.primary and not (node.following == state.primary and node.link_up):
                said.append(f"{node.name} does not follow {state.primary or 'it'}")
        return said
