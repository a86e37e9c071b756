# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for what a failover brings: another primary of the shard, and in the end a deployment without a fault."""

from __future__ import annotations

import time
import typing as t

from .. import _slots
from .._addresses import Addresses
from .._argspec import access, sentinel_access
from .._client import Client, Connections, Record, gather
from .._cluster.desired import Desired
from .._cluster.observe import observe as observe_cluster
from .._errors import CollectionError
from .._health.operation import assert_health
from .._health.options import DEPLOYMENT, HEALTH
from .._nodes import make_desired_nodes
from .._replies import pairs
from .._text import node_name
from .._wait import poll
from . import figures, model

Params = t.Mapping[str, t.Any]
TAKEOVER, PREFERRED = "takeover", "preferred"
# What has to hold for a deployment to be whole. Figures of the past (restarts, rejected connections) do not count.
WHOLE = (
    "reachable", "loading", "role", "replicas", "replica-link", "lag", "min-replicas", "cluster-state", "slots-covered",
    "slots-open", "one-view", "epochs-distinct", "shard-ids", "sentinel-reachable", "sentinel-quorum",
    "sentinel-agreement", "sentinel-known", "sentinel-tilt",
)  # fmt: skip
CLUSTER = "cluster"


def watch(params: Params, record: Record) -> dict[str, t.Any]:
    """Return once it is so; raises DeadlineExceeded with what is still missing."""
    return {TAKEOVER: _takeover, PREFERRED: _preferred}.get(params["awaiting"], _healed)(params, record)


def _takeover(params: Params, record: Record) -> dict[str, t.Any]:
    """Wait until another node of the shard says that it is primary (of a cluster: in a cluster that works)."""
    resolve = Addresses()
    wanted = make_desired_nodes({**one, "address": resolve(str(one["address"]))} for one in params["nodes"])
    wanted = tuple(one for one in wanted if one.name != params["old"])
    slots = figures.ranges_of(params["slots"])
    with Connections(wanted, access(params), record) as connections:

        def of_cluster() -> list[str]:
            seen = observe_cluster(Desired(wanted), connections)
            return [one.name for one in seen.nodes if one.state_ok and _slots.common(one.slots, slots)]

        def of_set() -> list[str]:
            roles = gather(lambda one: connections[one.name].command("ROLE")[0], wanted)
            return [
                one.name
                for one, role in zip(wanted, roles)
                if not isinstance(role, CollectionError) and role == "master"
            ]

        found = poll(
            of_cluster if params["topology"] == CLUSTER else of_set,
            lambda names: "" if names else f"no node but {params['old']} has been primary",
            awaiting="a replica to take over",
            timeout=params["timeout"],
            hint="See the logs of the replicas and the Sentinels. acceptance.yml --tags restore restores the primary.",
            longest_interval=0.1,
        )
    return {"successor": found[0], "at": round(time.time(), 3)}


def _preferred(params: Params, record: Record) -> dict[str, t.Any]:
    """Wait until every Sentinel that answers knows that a replica is to be chosen first: it asks every ten seconds."""
    sentinels = make_desired_nodes(params["sentinels"] or ())
    with Connections(sentinels, sentinel_access(params), record) as connections:

        def priorities() -> dict[str, str]:
            reported = gather(lambda one: _priority(connections[one.name], params), sentinels)
            return {one.name: said for one, said in zip(sentinels, reported) if isinstance(said, str)}

        poll(
            priorities,
            lambda seen: ", ".join(
                f"{one} knows priority {said}" for one, said in seen.items() if said != model.PREFERRED
            ),
            awaiting=f"the Sentinels to prefer {params['old']}",
            timeout=params["timeout"],
            longest_interval=0.5,
        )
    return {"at": round(time.time(), 3)}


def _priority(client: Client, params: Params) -> str:
    resolve = Addresses()
    replicas = [pairs(one) for one in client.command("SENTINEL", "REPLICAS", params["deployment"])]
    mine = [one for one in replicas if node_name(resolve(one["ip"]), int(one["port"])) == params["old"]]
    return mine[0].get("slave-priority", "") if mine else "none"


def _healed(params: Params, record: Record) -> dict[str, t.Any]:
    unused = {name: option.get("default") for name, option in HEALTH.items() if name not in DEPLOYMENT}
    asked = {**params, **unused, "checks": list(WHOLE), "sample": 0.0, "fail_on": "never"}

    def missing(report: dict[str, t.Any]) -> str:
        said = [one["message"] for one in report["findings"] if one["severity"] == "error"]
        return "; ".join(said[:5])

    report = poll(
        lambda: assert_health(asked, record),
        missing,
        awaiting="the deployment to be whole again",
        timeout=params["timeout"],
        hint="Run health.yml; acceptance.yml --tags restore starts again what this drill has stopped.",
        longest_interval=0.3,
    )
    primaries = [one["name"] for one in report["nodes"] if one["role"] == "primary"]
    return {"at": round(time.time(), 3), "primaries": primaries}
