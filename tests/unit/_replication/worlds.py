# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets as a history makes them: servers with what was written to them, and the ids that engines keep of it."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._replication.desired import Desired, make_desired
from ansible_collections.almashooq.redis.plugins.module_utils._replication.model import (
    PRIMARY,
    REPLICA,
    Node,
    Observed,
    Opinion,
)
from ansible_collections.almashooq.redis.plugins.module_utils._replication.plan import plan
from ansible_collections.almashooq.redis.plugins.module_utils._replication.steps import Attach

A, B, C = NAMES = ("198.51.100.1:6379", "198.51.100.2:6379", "198.51.100.3:6379")
STRANGER = "203.0.113.9:6379"
SENTINELS = ("198.51.100.1:26379", "198.51.100.2:26379", "198.51.100.3:26379")
BYTES = 10  # of the stream, for each write


def endpoint(name: str) -> dict[str, t.Any]:
    """Return a name as modules' options have it."""
    address, port = name.rsplit(":", 1)
    return {"address": address, "port": int(port)}


def wish(*names: str, primary: str = A, discard: t.Iterable[str] = ()) -> Desired:
    """Return the desired state of these nodes (A, B and C by default)."""
    return make_desired("main", map(endpoint, names or NAMES), endpoint(primary), map(endpoint, SENTINELS), discard)


class World:
    """Servers that write, follow, break and come back by the engines' own rules; each write has a number."""

    def __init__(self, *names: str) -> None:
        self.nodes: dict[str, Node] = {}
        self.writes: dict[str, frozenset[int]] = {}
        self._ids = iter(range(1, 1_000_000))
        for name in names or NAMES:
            self.wipe(name)

    def _change(self, name: str, **changes: t.Any) -> World:
        self.nodes[name] = dataclasses.replace(
            self.nodes[name], **changes, keys=len(self.writes[name]), run_id=f"run of {name}"
        )
        return self

    def _fresh_id(self) -> str:
        return f"{next(self._ids):040x}"

    def wipe(self, name: str) -> World:
        """Start a server with nothing on its disk."""
        self.nodes[name] = Node(name, role=PRIMARY, replid=self._fresh_id(), replid2="0" * 40, version="redis 7.0.15")
        self.writes[name] = frozenset()
        return self._change(name)

    def write(self, name: str, times: int = 1) -> World:
        """Write to a primary; replicas refuse."""
        node = self.nodes[name]
        if not node.is_primary:
            return self
        self.writes[name] |= {next(self._ids) for _time in range(times)}
        return self._change(name, offset=node.offset + times * BYTES)

    def follow(self, name: str, leader: str) -> World:
        """Send REPLICAOF; nothing is taken over yet."""
        return self._change(name, role=REPLICA, following=leader, link_up=False) if name != leader else self

    def catch_up(self, name: str) -> World:
        """Bring a replica's link up: it goes on where it was if it may, else it takes over everything."""
        node, leader = self.nodes[name], self.nodes.get(self.nodes[name].following)
        if leader is None or leader.following == name:
            return self
        goes_on = (node.replid == leader.replid and node.offset <= leader.offset) or (
            node.replid == leader.replid2 and node.offset < leader.second_offset
        )
        ids: dict[str, t.Any] = {"replid": leader.replid}
        if not goes_on:
            ids.update(replid2="0" * 40, second_offset=-1)
        elif node.replid != leader.replid:
            ids.update(replid2=node.replid, second_offset=node.offset + 1)
        self.writes[name] = self.writes[leader.name]
        return self._change(name, link_up=True, offset=leader.offset, **ids)

    def promote(self, name: str) -> World:
        """Make a replica a primary: the history that it had becomes its second one."""
        node = self.nodes[name]
        if node.is_primary:
            return self
        return self._change(
            name, role=PRIMARY, following="", link_up=True, replid=self._fresh_id(), replid2=node.replid,
            second_offset=node.offset + 1,
        )  # fmt: skip

    def restart(self, name: str, remembers: bool = True) -> World:
        """Start a server again; from a snapshot it remembers its history, from an append-only file it does not."""
        node = self.nodes[name]
        if not node.is_primary:
            return self._change(name, link_up=False)
        if remembers:
            return self._change(name, replid=self._fresh_id(), replid2=node.replid, second_offset=node.offset + 1)
        return self._change(name, replid=self._fresh_id(), replid2="0" * 40, second_offset=-1, offset=0)

    def observed(self, *opinions: Opinion) -> Observed:
        """Return what asking all servers gives."""
        nodes = self.nodes.values()
        listed = {
            name: tuple(one.name for one in nodes if one.following == name and one.link_up) for name in self.nodes
        }
        return Observed(
            tuple(dataclasses.replace(node, followers=listed[node.name]) for node in nodes), tuple(opinions)
        )


def running(*names: str) -> World:
    """Return a set whose first node is primary of the others, with a few keys."""
    world = World(*names)
    first, *others = names or NAMES
    world.write(first, 3)
    for name in others:
        world.follow(name, first).catch_up(name)
    return world


def failed_over(world: World, new: str) -> World:
    """Promote a replica, as Sentinel does; the others follow it, the old primary is as it was."""
    old = world.nodes[new].following
    world.promote(new)
    for name in world.nodes:
        if name not in (new, old):
            world.follow(name, new).catch_up(name)
    return world


def opinions(*primaries: str, replicas: t.Iterable[str] = ()) -> tuple[Opinion, ...]:
    """Return the Sentinels' opinions: a primary's name, or the problem why one does not answer."""
    return tuple(
        Opinion(sentinel, primary=said, replicas=tuple(replicas))
        if said in (*NAMES, STRANGER, "")
        else Opinion(sentinel, problem=said, detail="no answer: Connection refused")
        for sentinel, said in zip(SENTINELS, primaries)
    )


def perform(observed: Observed, steps: t.Iterable[Attach]) -> Observed:
    """Execute steps on the model; a step whose precondition does not hold is a defect of the planner."""
    for step in steps:
        assert step.ready(observed), step.describe()
        observed = step.apply(observed)
    return observed


def refusal(observed: Observed, desired: Desired) -> str:
    """Return the words in which the plan is refused, which it has to be."""
    try:
        steps = plan(observed, desired)
    except Refused as refused:
        assert refused.hint
        return str(refused)
    raise AssertionError(f"planned: {[step.describe() for step in steps]}")
