# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two kinds of deployments: how each is observed, and how one of its shards is switched over."""

from __future__ import annotations

import typing as t

from .._addresses import Addresses
from .._argspec import access, sentinel_access
from .._client import CHANGE, Access, Connections, gather
from .._cluster.desired import make_seeds
from .._cluster.failover import FailoverOperation as ClusterSwitchover
from .._cluster.observe import observe as observe_cluster
from .._cluster.observe import with_shards
from .._engine.deployment import Deployment, Scope
from .._engine.loop import Report, run
from .._errors import Refused
from .._managed.connection import checked
from .._marks import MIGRATION
from .._nodes import DesiredNode, make_desired_nodes, refuse_set_name
from .._replication.observe import observe_nodes
from .._sentinel.desired import Desired, DesiredSet, announced_name
from .._sentinel.failover import FailoverOperation as SetSwitchover
from .._sentinel.observe import observe_all
from .members import MIN_REPLICAS, of_cluster, of_set, set_shard
from .model import SENTINEL, Member, State
from .prefer import PREFERRED, PRIORITY, Prioritise
from .steps import SwitchOver

Params = t.Mapping[str, t.Any]
Given = t.Sequence[t.Mapping[str, t.Any]]  # nodes, as a module's option has them


class Kind(t.Protocol):
    """What a rolling restart needs of a deployment."""

    scopes: tuple[Scope, ...]
    connections: tuple[Connections, ...]  # to the servers of each scope

    def observe(self) -> State:
        """Ask every member."""

    def switch_over(self, step: SwitchOver) -> None:
        """Switch a shard over and return when it is proven; raises PhaseFailed and Refused."""

    def let_replicas(self, nodes: t.Sequence[str], value: str) -> None:
        """Set whether replicas of these nodes may move; raises the first CollectionError when all have been asked."""

    def prioritise(self, step: Prioritise) -> None:
        """Set the replica-priority of an instance of a set; raises CollectionError."""


def make_kind(params: Params, deployment: Deployment, out: str = "") -> Kind:
    """Return the deployment that a module's options describe; ``out`` is a host that is taken out of service.

    Members on the hosts of option ``absent`` are not asked, and not awaited.
    """
    hosts = frozenset(params.get("absent") or ())
    given = {name: params[name] or () for name in ("nodes", "sentinels")}
    present = {name: [one for one in each if one["host"] not in hosts] for name, each in given.items()}
    absent = {name: [one for one in each if one["host"] in hosts] for name, each in given.items()}
    if params["topology"] == "cluster":
        return _Cluster({**params, **present}, deployment, absent["nodes"])
    return _Set({**params, **present}, deployment, out, absent)


class _Cluster:
    def __init__(self, params: Params, deployment: Deployment, absent: Given) -> None:
        self._access = access(params)
        self._deployment = deployment
        # Where the members are is not this run's business: nothing is placed, and no placement is refused.
        self._desired = make_seeds(params["nodes"], absent=absent)
        self._connections = deployment.connections(self._desired.nodes, self._access)
        self.scopes: tuple[Scope, ...] = ((self._desired.nodes, self._access),)
        self.connections: tuple[Connections, ...] = (self._connections,)

    def observe(self) -> State:
        observed = observe_cluster(self._desired, self._connections, (MIN_REPLICAS, MIGRATION))
        return of_cluster(with_shards(observed, self._connections), self._desired)

    def let_replicas(self, nodes: t.Sequence[str], value: str) -> None:
        _let_replicas(self._connections, nodes, value)

    def prioritise(self, step: Prioritise) -> None:
        raise Refused(f"cannot {step.describe()}: a cluster chooses by the candidate", node=step.node)

    def switch_over(self, step: SwitchOver) -> None:
        options = {"to": step.candidate, "from": ""}
        run(ClusterSwitchover(self._desired, self._access, self._deployment, options), Report())


class _Set:
    def __init__(self, params: Params, deployment: Deployment, out: str, absent: t.Mapping[str, Given]) -> None:
        self._params = params
        self._deployment = deployment
        self._resolve = resolve = Addresses()
        self._node_access: Access = access(params)
        self._sentinel_access: Access = sentinel_access(params)
        nodes, sentinels = self._resolved(params["nodes"]), make_desired_nodes(params["sentinels"])
        away = make_desired_nodes(absent["sentinels"])
        given = (*zip(sentinels, params["sentinels"]), *zip(away, absent["sentinels"]))
        announced = ((one.name, announced_name(each, resolve)) for one, each in given)
        # Primary and quorum are the Sentinels' own; they only have to know and to see everything.
        watched = DesiredSet(refuse_set_name(params["deployment"]), nodes[0].name, nodes, quorum=1)
        self._desired = Desired(sentinels, (watched,), announced=tuple(announced))
        self._nodes = nodes
        shard = set_shard(watched.name)
        self._absent = [Member(one.name, one.host, one.zone, SENTINEL) for one in away]
        self._absent += [Member(one.name, one.host, one.zone, shard=shard) for one in self._resolved(absent["nodes"])]
        self._out = frozenset(one.name for one in (*nodes, *sentinels) if out and one.host == out)
        self._connections: Connections = deployment.connections(nodes, self._node_access)
        self._sentinels: Connections = deployment.connections(sentinels, self._sentinel_access)
        self.scopes: tuple[Scope, ...] = ((nodes, self._node_access), (sentinels, self._sentinel_access))
        self.connections: tuple[Connections, ...] = (self._connections, self._sentinels)

    def observe(self) -> State:
        nodes = observe_nodes(self._nodes, self._connections, self._resolve)
        sentinels = observe_all(self._desired, self._sentinels, self._resolve)
        return of_set(nodes, sentinels, self._desired, self._out, self._absent)

    def _resolved(self, given: Given) -> tuple[DesiredNode, ...]:
        return make_desired_nodes({**node, "address": self._resolve(str(node["address"]))} for node in given)

    def let_replicas(self, nodes: t.Sequence[str], value: str) -> None:
        _let_replicas(self._connections, nodes, value)

    def prioritise(self, step: Prioritise) -> None:
        # Sentinel has instances write their files when it promotes: what was only for that must not be kept there.
        kept = [] if step.priority == PREFERRED else [("CONFIG", "REWRITE")]
        commands = [("CONFIG", "SET", PRIORITY, step.priority), *kept]
        checked(self._connections[step.node].pipeline(commands, CHANGE))

    def switch_over(self, step: SwitchOver) -> None:
        options = {**self._params, "set": self._params["deployment"], "from": step.primary}
        operation = SetSwitchover(options, self._sentinel_access, self._node_access, self._deployment)
        # Not `entered`: the deployment's connections and its lock are those of the whole run, and stay.
        try:
            operation.enter()
            run(operation, Report())
        except Exception:
            operation.abandon()
            raise


def _let_replicas(connections: Connections, nodes: t.Sequence[str], value: str) -> None:
    command = ("CONFIG", "SET", MIGRATION, value)
    checked(gather(lambda node: checked(connections[node].pipeline([command], CHANGE)), nodes))
