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

import re
import time
import typing as t
from dataclasses import dataclass

from .._client import Access, Addresses, Connections, Record
from .._errors import CollectionError, Refused
from .._nodes import Wanted, make_wanted, refuse_set_name
from .._replication.model import Node
from .._replication.observe import observe_nodes
from .._wait import poll
from . import checks, render
from .desired import Desired, WantedSet
from .model import Observed
from .observe import observe_all
from .plan import primary_of

COORDINATED_SINCE = (9, 0)
# How long writes wait at most, should this run be killed meanwhile: seconds.
HOLD = 15.0
# A replica that lacks more than this many bytes is not waited for.
NEAR = 1024 * 1024
UNCHANGED = "Nothing has been changed."


@dataclass(frozen=True)
class State:
    """What Sentinels and instances say, and where the switchover stands."""

    sentinels: Observed
    nodes: tuple[Node, ...]
    primary: str


@dataclass(frozen=True)
class Switch:
    """The one step: another replica becomes primary; Sentinel chooses which."""

    set: str
    primary: str
    coordinated: bool

    def describe(self) -> str:
        """Return the line for people."""
        how = "coordinated by Sentinel" if self.coordinated else "writes held until a replica has all of them"
        return f"{self.set}: switch over from {self.primary} to the replica that Sentinel chooses, {how}"

    def apply(self, state: State) -> State:
        """Who becomes primary is Sentinel's choice: nothing that could be shown."""
        return state


class FailoverOperation:
    """The ``sentinel_failover`` module's way through (see ``_run.Operation``)."""

    def __init__(
        self,
        desired: Desired,
        nodes: tuple[Wanted, ...],
        access: Access,
        node_access: Access,
        record: Record,
        timeout: float,
        only_from: str = "",
    ) -> None:
        self._desired = desired
        self._set = desired.sets[0]
        self._nodes = nodes
        self._sentinels = Connections(desired.sentinels, access, record)
        self._connections = Connections(nodes, node_access, record)
        self._resolve = Addresses()
        self._only_from = only_from
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout
        self._before = ""
        self._coordinated = False
        self._seconds = 0.0

    def observe(self) -> State:
        """Ask all Sentinels and all instances."""
        sentinels = observe_all(self._desired, self._sentinels, self._resolve)
        return State(sentinels, observe_nodes(self._nodes, self._connections, self._resolve), self._primary(sentinels))

    def plan(self, state: State) -> tuple[Switch, ...]:
        """Return the switchover, unless it is done or not wanted; raise Refused where it would not be safe."""
        if self._before:
            return ()
        if self._only_from and state.primary != self._only_from:
            return ()
        refuse(state, self._desired)
        return (Switch(self._set.name, state.primary, _can_coordinate(state)),)

    def execute(self, steps: t.Sequence[Switch], state: State) -> t.Sequence[Switch]:
        """Switch over, and return when another one says that it is primary."""
        started = time.monotonic()
        self._before, self._coordinated = state.primary, steps[0].coordinated
        sentinel = self._sentinels[self._desired.sentinels[0].name]
        if self._coordinated:
            sentinel.command("SENTINEL", "FAILOVER", self._set.name, "COORDINATED")
            self._await_promotion()
        else:
            self._hold_and_switch(sentinel.command)
        self._seconds = time.monotonic() - started
        return steps

    def settle(self, state: State) -> State:
        """Wait until every Sentinel names the new primary and every instance follows it."""
        if not self._before:
            return state
        return poll(
            self.observe,
            lambda state: "; ".join(self._unsettled(state)[:5]),
            awaiting=f"all Sentinels and replicas to follow the new primary of {self._set.name}",
            timeout=self._left(),
            hint="Sentinel goes on by itself; see sentinel_info, and the logs of those that lag.",
            longest_interval=0.3,
        )

    def render(self, state: State) -> str:
        """Return the Sentinels as a table."""
        return render.summary(state.sentinels)

    def result(self, state: State) -> dict[str, t.Any]:
        """Return from whom to whom, and how long there was no primary that took writes (s, at most)."""
        return {
            "set": self._set.name,
            "from": self._before or state.primary,
            "to": state.primary,
            "coordinated": self._coordinated,
            "seconds": round(self._seconds, 3),
        }

    def _primary(self, sentinels: Observed) -> str:
        """Return whom the Sentinels name; during the switchover they may differ for a moment."""
        if self._before:
            named = {watch.primary for _one, watch in sentinels.watches(self._set.name)}
            return named.pop() if len(named) == 1 else ""
        return primary_of(sentinels, self._set)

    def _left(self) -> float:
        return max(self._deadline - time.monotonic(), 0.0)

    def _hold_and_switch(self, ask: t.Callable[..., t.Any]) -> None:
        old = self._connections[self._before]
        old.command("CLIENT", "PAUSE", int(HOLD * 1000), "WRITE")
        try:
            offset = self._node(self._before).offset
            self._await_copy(offset)
            ask("SENTINEL", "FAILOVER", self._set.name)
            new = next(node for node in self._nodes if node.name == self._await_promotion())
            # What Sentinel itself sends ten seconds later; clients come back and find the new primary.
            replies = old.pipeline(
                [
                    ("MULTI",),
                    ("REPLICAOF", new.address, new.port),
                    ("CONFIG", "REWRITE"),
                    ("CLIENT", "KILL", "TYPE", "normal"),
                    ("CLIENT", "KILL", "TYPE", "pubsub"),
                    ("EXEC",),
                ]
            )
            for reply in replies:
                if isinstance(reply, CollectionError):
                    raise reply
        finally:
            # Should this fail, the pause still ends by itself.
            old.command("CLIENT", "UNPAUSE")

    def _await_copy(self, offset: int) -> None:
        def missing(nodes: tuple[Node, ...]) -> str:
            behind = [node for node in nodes if node.name != self._before and node.offset < offset]
            return "" if len(behind) < len(nodes) - 1 else f"{offset - max(n.offset for n in behind)} bytes are missing"

        poll(
            self._ask_nodes,
            missing,
            awaiting="a replica to have all writes",
            timeout=min(self._left(), HOLD / 3),
            node=self._before,
            hint="Writes go on at the old primary. Run again when the replicas keep up.",
        )

    def _await_promotion(self) -> str:
        def missing(nodes: tuple[Node, ...]) -> str:
            promoted = any(node.is_primary and node.name != self._before and not node.problem for node in nodes)
            return "" if promoted else f"only {self._before} says that it is primary"

        nodes = poll(
            self._ask_nodes,
            missing,
            awaiting="a replica to be promoted",
            timeout=min(self._left(), self._timeout / 2 if self._coordinated else HOLD / 2),
            node=self._before,
            hint="Sentinel's user may lack rights that a switchover takes (+failover, +client|pause, +slaveof ...): "
            "see ACL LOG on the instances. Writes go on at the old primary.",
            longest_interval=0.1,
        )
        return next(node.name for node in nodes if node.is_primary and node.name != self._before and not node.problem)

    def _ask_nodes(self) -> tuple[Node, ...]:
        return observe_nodes(self._nodes, self._connections, self._resolve)

    def _node(self, name: str) -> Node:
        return next(node for node in self._ask_nodes() if node.name == name)

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


def make_operation(
    params: t.Mapping[str, t.Any], access: Access, node_access: Access, record: Record
) -> FailoverOperation:
    """Build the operation from the module's options."""
    nodes = make_wanted(params["nodes"])
    name = refuse_set_name(params["set"])
    # Nothing is wanted of the Sentinels but that all know all: primary and quorum are theirs to say.
    wanted = WantedSet(name, nodes[0].name, nodes, quorum=1)
    desired = Desired(make_wanted(params["sentinels"]), (wanted,))
    return FailoverOperation(desired, nodes, access, node_access, record, params["timeout"], params["from"] or "")


def refuse(state: State, desired: Desired) -> None:
    """Raise Refused unless a switchover is safe: all agree, a quorum is there, a replica is in sync."""
    wanted = desired.sets[0]
    unwatched = [one.name for one in state.sentinels.sentinels if not one.problem and not one.watch(wanted.name)]
    if unwatched:
        raise Refused(
            f"{', '.join(unwatched)} does not watch {wanted.name!r}", hint=f"Correct the name of the set. {UNCHANGED}"
        )
    said = checks.unsettled(state.sentinels, desired)
    if said:
        raise Refused(
            f"not all is well: {'; '.join(said[:5])}", hint=f"Run site.yml, and switch over then. {UNCHANGED}"
        )
    nodes = {node.name: node for node in state.nodes}
    primary = nodes.get(state.primary)
    if primary is None or primary.problem or not primary.is_primary:
        raise Refused(
            f"the Sentinels name {state.primary} as primary, which "
            + ("is none of the nodes" if primary is None else primary.detail or "is a replica"),
            hint=UNCHANGED,
        )
    _one, watch = state.sentinels.watches(wanted.name)[0]
    heirs = [each.name for each in watch.replicas if each.priority and _near(nodes.get(each.name), primary)]
    if not heirs:
        raise Refused(
            f"no replica of {state.primary} can take over: each is down, of priority 0, or far behind",
            node=state.primary,
            hint=f"Wait until one is in sync. {UNCHANGED}",
        )


def _near(node: Node | None, primary: Node) -> bool:
    return node is not None and not node.problem and node.link_up and primary.offset - node.offset <= NEAR


def _can_coordinate(state: State) -> bool:
    versions = [one.version for one in state.sentinels.sentinels] + [node.version for node in state.nodes]
    return all(_release(version) >= COORDINATED_SINCE for version in versions if version)


def _release(version: str) -> tuple[int, ...]:
    engine, _blank, number = version.partition(" ")
    found = re.match(r"(\d+)\.(\d+)", number)
    return (int(found[1]), int(found[2])) if found and engine == "valkey" else (0, 0)
