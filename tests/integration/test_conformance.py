# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each kind of step against real servers: what is observed afterwards is what its model makes of what was before.

Plans are proven on the model (``apply``), so the model must not be more generous than a server.
"""

from __future__ import annotations

import contextlib
import pathlib
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils import _slots
from ansible_collections.almashooq.redis.plugins.module_utils._addresses import Addresses
from ansible_collections.almashooq.redis.plugins.module_utils._client import Access, Connections
from ansible_collections.almashooq.redis.plugins.module_utils._cluster import (
    observe,
    plan_formation,
    steps,
    steps_roles,
)
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.desired import Desired, make_desired
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.model import Member, Node, Observed
from ansible_collections.almashooq.redis.plugins.module_utils._engine.deployment import Deployment
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._nodes import make_desired_nodes
from ansible_collections.almashooq.redis.plugins.module_utils._replication import observe as replication_observe
from ansible_collections.almashooq.redis.plugins.module_utils._replication import steps as replication_steps
from ansible_collections.almashooq.redis.plugins.module_utils._replication.model import Observed as Set
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel import observe as sentinel_observe
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel import steps as sentinel_steps
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.model import Observed as Sentinels
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.model import Watch

from . import replication
from .fleet import PASSWORD, Fleet, remove, until
from .sentinel_fleet import HOST, SECRETS, SentinelFleet

SETTINGS = {"cluster-node-timeout": 2000, "repl-diskless-sync-delay": 1, "maxmemory": 0}
ADMIN = Access(username="admin", password=SECRETS["admin"])
WITHIN = 30.0  # seconds: gossip about all nodes takes half of a node timeout, an election some more


class World:
    """The deployment as the operation sees it, with the steps that were tried."""

    def __init__(self, fleet: Fleet) -> None:
        self.desired: Desired = make_desired(fleet.nodes(), 1, ["replica-on-primary-host"], SETTINGS)
        self._deployment = Deployment(lambda node, command: None, 300.0)
        self._connections: Connections = self._deployment.connections(self.desired.nodes, Access(password=PASSWORD))
        self.tried: set[type] = set()

    def look(self) -> Observed:
        return observe.observe(self.desired, self._connections)

    def plan(self) -> tuple[steps.Step, ...]:
        return plan_formation.plan(self.look(), self.desired)

    def do(self, *phase: t.Any) -> None:
        """Do a step, or some of a phase, and wait until what their models say is what is observed."""
        before = expected = self.look()
        for step in phase:
            expected = step.apply(expected)
            self.tried.add(type(step))
        self._deployment.perform(self._connections, phase, before)
        same(self.look, expected, shown, phase[0])
        assert [step.missing(self.look()) for step in phase] == [""] * len(phase)

    def refused(self, phase: t.Sequence[t.Any], before: Observed) -> set[str]:
        """Do steps that were planned before, and return on which nodes there was nothing left to do."""
        self._deployment.tolerated.clear()
        self._deployment.perform(self._connections, phase, before)
        return {step.node for step, _refusal in self._deployment.tolerated}


def same(look: t.Callable[[], t.Any], expected: t.Any, view: t.Callable[[t.Any], t.Any], step: t.Any) -> None:
    """Wait until what is observed is what is expected; the assertion names what is not."""
    seen: list[t.Any] = []

    def equal() -> bool:
        seen[:] = [look()]
        return bool(view(seen[0]) == view(expected))

    with contextlib.suppress(AssertionError):
        until(equal, step.describe(), WITHIN)
    assert different(view(seen[0]), view(expected)) == [], step.describe()


def different(seen: t.Any, expected: t.Any, where: str = "") -> list[str]:
    """Return each value that differs, with the way to it."""
    if isinstance(seen, dict) and isinstance(expected, dict):
        keys = sorted({*seen, *expected}, key=str)
        return [text for key in keys for text in different(seen.get(key), expected.get(key), f"{where} {key}")]
    return [] if seen == expected else [f"{where}: {seen!r} was seen, {expected!r} was expected"]


def shown(state: Observed) -> dict[str, t.Any]:
    """Return what steps are about: not times, offsets, and words that differ between engines."""
    return {node.name: node_shown(node) for node in state.nodes}


def node_shown(node: Node) -> dict[str, t.Any]:
    return {
        "id": node.id,
        "problem": node.problem,
        "myself": line_shown(node.myself),
        "view": {line.id: line_shown(line) for line in node.view},
        "state_ok": node.state_ok,
        "keys": node.keys,
        "link_up": node.link_up,
        "settings": dict(node.settings),
    }


def line_shown(line: Member) -> dict[str, t.Any]:
    return {
        "replica": line.is_replica,
        "primary": line.primary_id,
        "epoch": line.config_epoch,
        "slots": _slots.text(line.slots),
        "open": line.open_slots,
    }


@pytest.fixture
def fleet(engine: pathlib.Path, first_port: int) -> t.Iterator[Fleet]:
    """Six fresh servers of each engine."""
    with Fleet(engine, 6, first_port, cluster_node_timeout="2000") as servers:
        yield servers


def restart_empty(fleet: Fleet, port: int) -> None:
    fleet.kill(port)
    remove(fleet.directory / str(port))
    fleet.start(port)
    fleet.wait_until_ready(port)


def test_every_step_of_a_cluster_does_what_its_model_says(fleet: Fleet) -> None:
    world = World(fleet)
    for step in world.plan():
        world.do(step)
    assert world.plan() == ()

    replica = next(node for node in world.look().nodes if node.is_replica)
    primary = world.look().by_id()[replica.myself.primary_id or ""]
    # Four node timeouts lie between two failovers of one shard, and its first one counts as none.
    world.do(steps_roles.TakeOver(replica.name, primary.name))

    # The new primary comes back without its identity; its replica has the slots' only copy.
    port = int(replica.name.rpartition(":")[2])
    restart_empty(fleet, port)
    until(lambda: any(isinstance(step, steps_roles.Promote) for step in planned(world)), "the loss to be noticed")
    for kind in (steps_roles.Promote, steps.Meet, steps.Replicate):
        for step in [step for step in world.plan() if isinstance(step, kind)]:
            world.do(step)
    # Newer engines spread the word, so that a node that got no command may forget as well.
    world.do(*(step for step in world.plan() if isinstance(step, steps_roles.Forget)))
    for step in world.plan():
        world.do(step)
    assert world.plan() == ()
    assert world.tried == {*t.get_args(steps.Step), steps_roles.TakeOver}


def test_a_node_that_another_has_met_meanwhile_needs_no_epoch(fleet: Fleet) -> None:
    world = World(fleet)
    before = world.look()
    epochs = [step for step in world.plan() if isinstance(step, steps.SetEpoch)]
    met = fleet.ports[:2]
    with fleet.client(met[0]) as client:
        client.cluster("meet", "127.0.0.1", met[1])
    until(lambda: all(node.known for node in world.look().nodes if int(node.name.rpartition(":")[2]) in met), "to meet")
    assert world.refused(epochs, before) == {f"127.0.0.1:{port}" for port in met}
    # Nor does one that has an epoch.
    assert world.refused(epochs, before) == {step.node for step in epochs}


def planned(world: World) -> tuple[steps.Step, ...]:
    try:
        return world.plan()
    except Refused:
        return ()  # members still reach the lost id


def test_attaching_a_replica_does_what_its_model_says(engine: pathlib.Path, first_port: int) -> None:
    with replication.apart(engine, first_port) as fleet:
        first = fleet.ports[0]
        replication.write(fleet, first, "a", "b")
        nodes = make_desired_nodes(fleet.nodes())
        deployment = Deployment(lambda node, command: None, 60.0)
        connections = deployment.connections(nodes, ADMIN)

        def look() -> Set:
            return replication_observe.observe(nodes, connections, (), connections, "", Addresses())

        name, other = nodes[0].name, nodes[1].name
        step = replication_steps.Attach(other, name, ("127.0.0.1", first))
        before = look()
        deployment.perform(connections, [step], before)
        same(look, step.apply(before), set_shown, step)


def set_shown(state: Set) -> dict[str, t.Any]:
    return {
        node.name: {
            "role": node.role,
            "following": node.following,
            "link_up": node.link_up,
            "syncing": node.syncing,
            "keys": node.keys,
            # A primary without a replica begins a new history with its first one.
            "history": [other.name for other in state.nodes if other.replid == node.replid],
            "followers": sorted(node.followers),
        }
        for node in state.nodes
    }


class Watchers:
    """Three Sentinels of a set of three, with the steps that were tried."""

    def __init__(self, fleet: SentinelFleet) -> None:
        self._wanted = make_desired_nodes(fleet.sentinels())
        self._deployment = Deployment(lambda node, command: None, 300.0)
        self._connections = self._deployment.connections(self._wanted, ADMIN)
        self.names = [one.name for one in self._wanted]
        self.tried: set[type] = set()

    def look(self) -> Sentinels:
        return Sentinels(sentinel_observe.observe(self._wanted, self._connections, Addresses()))

    def do(self, *steps_at_once: t.Any) -> None:
        """Do steps of one phase, and wait until what their models say is what is observed."""
        before = expected = self.look()
        for step in steps_at_once:
            expected = step.apply(expected)
            self.tried.add(type(step))
        self._deployment.perform(self._connections, steps_at_once, before)
        same(self.look, expected, sentinels_shown, steps_at_once[0])


def sentinels_shown(state: Sentinels) -> dict[str, t.Any]:
    """Return what steps are about; what engines report of settings differs, so only those that steps set."""
    return {
        one.name: {
            "problem": one.problem,
            "settings": {name: value for name, value in one.settings if name.endswith("-hostnames")},
            "watches": {watch.set: watch_shown(watch) for watch in one.watches},
        }
        for one in state.sentinels
    }


def watch_shown(watch: Watch) -> dict[str, t.Any]:
    told = ("quorum", "down-after-milliseconds", "failover-timeout")
    return {
        "primary": watch.primary,
        "host": watch.host,
        "down": watch.flags,
        "settings": {name: watch.setting(name) for name in told},
        "replicas": {each.name: each.following for each in watch.replicas},
        "peers": sorted(each.name for each in watch.peers),
        "quorum_problem": watch.quorum_problem,
    }


def test_every_step_of_sentinels_does_what_its_model_says(engine: pathlib.Path, first_port: int) -> None:
    ports = range(first_port, first_port + 3)
    with SentinelFleet(engine, ports, range(first_port + 3, first_port + 6), monitor=False) as fleet:
        world = Watchers(fleet)
        names = [one.name for one in make_desired_nodes(fleet.nodes())]

        def monitor(sentinel: str, address: str = HOST) -> sentinel_steps.Monitor:
            return sentinel_steps.Monitor(
                node=sentinel,
                set=fleet.name,
                address=address,
                port=fleet.ports[0],
                primary=names[0],
                quorum=2,
                settings=(("down-after-milliseconds", "1000"), ("failover-timeout", "60000")),
                auth_user="sentinel",
                auth_password=SECRETS["sentinel"],
                peers=tuple(name for name in world.names if name != sentinel),
                replicas=tuple(names[1:]),
            )

        world.do(*(sentinel_steps.Configure(name, (("resolve-hostnames", "yes"),)) for name in world.names))
        world.do(*(monitor(name) for name in world.names))
        world.do(*(sentinel_steps.Tune(name, fleet.name, (("failover-timeout", "5000"),)) for name in world.names))
        world.do(sentinel_steps.Tune(world.names[0], fleet.name, (("failover-timeout", "60000"),)))
        world.do(sentinel_steps.Configure(world.names[0], (("announce-hostnames", "yes"),)))
        world.do(sentinel_steps.Rename(world.names[0], fleet.name, monitor(world.names[0], "localhost")))
        with fleet.client(fleet.ports[2]) as client:
            client.execute_command("REPLICAOF", "NO", "ONE")
        fleet.kill(fleet.ports[2])
        until(lambda: all(names[2] in down(watch) for one in world.look().sentinels for watch in one.watches),
              "all to see that it is down")  # fmt: skip
        for name in world.names:
            world.do(sentinel_steps.Forget(name, fleet.name, (names[2],)))
        world.do(sentinel_steps.Remove(world.names[0], fleet.name))
        assert world.tried == set(t.get_args(sentinel_steps.Step))


def down(watch: Watch) -> list[str]:
    return [each.name for each in watch.replicas if each.down]
