# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the roles of topologies and clients have to know of the inventory: parts of action ``inventory_info``."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._cluster.desired import make_desired
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.placement import place
from ansible_collections.almashooq.redis.plugins.module_utils._connect.inventory import connections
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.host import MEMBERS, Value
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.members import deployment_members, speaker
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.sets import replication_sets, sentinel_members
from ansible_collections.almashooq.redis.plugins.module_utils._text import node_name
from ansible_collections.almashooq.redis.plugins.plugin_utils._inventory_run import Result, Run

# What is asked and shown of the applications that hooks restart: no password.
PLACES = ("set", "env_file", "owner", "service")


def cluster(run: Run) -> Result:
    """Return the cluster of a host: ``first`` is the host that acts for it, and only there the rest is complete.

    ``nodes`` are its nodes, ``runs`` is whether all of them did when the run began. A placement that cannot be is
    refused where strict, by the first host alone, so that a message appears once.
    """
    deployment, hosts = str(run.own["redis_cluster_deployment"]), run.hosts("redis_cluster_group")
    first = speaker(run.hostvars, hosts, deployment)
    if first is None:
        deployment_members(run.hostvars, hosts, deployment)
        raise Refused(
            f"no host of deployment {deployment!r} has an instance", hint="Name some in redis_node_instances."
        )
    if run.host != first:
        return {"first": first, "nodes": [], "runs": False}
    nodes = deployment_members(run.hostvars, hosts, deployment)
    if run.strict:
        place(make_desired(nodes, int(run.own["redis_cluster_replicas"]), run.own["redis_cluster_accept_placement"]))
    members = [one for one in _members(run) if one["deployment"] == deployment]
    return {"first": first, "nodes": nodes, "runs": all(one["listening"] for one in members)}


def cluster_switchover(run: Run) -> Result:
    """Return the cluster of a host, and as ``switches`` whether this host is to switch it over to another primary.

    What names no node is refused by the first host of the play alone.
    """
    named = [str(run.own[f"redis_cluster_switchover_{one}"]) for one in ("from", "to")]
    named = [one for one in named if one]
    known = {node_name(str(one["address"]), int(one["port"])): one["deployment"] for one in _members(run)}
    if len(named) != 1 or named[0] not in known:
        if run.host != run.play[0]:
            return {"first": "", "nodes": [], "runs": False, "switches": False}
        raise Refused(
            "Name one node of a cluster, either the primary that is to hand over (--extra-vars "
            "redis_cluster_switchover_from=ADDRESS:PORT) or the replica that is to take over "
            f"(redis_cluster_switchover_to). Named: {', '.join(named) or 'none'}. There are: {', '.join(known)}"
        )
    found = cluster(run)
    is_its_own = known[named[0]] == str(run.own["redis_cluster_deployment"])
    return {**found, "switches": is_its_own and found["first"] == run.host}


def replication(run: Run) -> Result:
    """Return the replication sets of all hosts and the Sentinels: ``asked`` is what module ``preflight_sets`` takes.

    ``mine`` are the sets that this host acts for, and ``replicated`` the same as module ``replication`` takes them: the
    instances of a host that leaves stay attached until they are stopped. ``leaving`` are the instances and Sentinels
    that are to go.
    """
    sets = [_without(one, "sentinel") for one in replication_sets(run.hostvars, run.hosts("redis_replication_group"))]
    watching = run.hosts("redis_replication_sentinel_group")
    mine = [one for one in sets if one["speaker"] == run.host]
    return {
        "sets": sets,
        "asked": [_asked(one) for one in sets],
        "mine": mine,
        "replicated": [
            {**_asked(one), "external": [node_name(node["address"], int(node["port"])) for node in one["leaving"]]}
            for one in mine
        ],
        "sentinels": sentinel_members(run.hostvars, watching),
        "leaving": [
            *(node for one in sets for node in one["leaving"]),
            *sentinel_members(run.hostvars, watching, "absent"),
        ],
    }


def hooks(run: Run) -> Result:
    """Return what hooks know of the sets, by name: ``members``, and ``live``, the primaries that this run has found.

    ``places`` are the applications that root informs, without their passwords; those of sets that there are not are
    refused where strict.
    """
    sets = replication_sets(run.hostvars, run.hosts("redis_hooks_replication_group"))
    places = [{key: one[key] for key in PLACES if key in one} for one in run.own["redis_hooks_applications"]]
    members = {one["name"]: one["nodes"] for one in sets}
    if run.strict:
        for one in places:
            _refuse_place(one, list(members))
    live = {one["name"]: one["live"] for one in sets if one["live"] is not None}
    return {"members": members, "live": live, "places": places}


def client(run: Run) -> Result:
    """Refuse connections of an application's host that cannot be."""
    connections(run.own["redis_client_connections"], run.hostvars, run.groups, run.own["__redis_client_defaults"])
    return {}


def _refuse_place(one: Value, sets: t.Sequence[str]) -> None:
    if one["set"] not in sets:
        raise Refused(
            f"redis_hooks_applications: {one['env_file']} is for set {one['set']}, "
            f"which is not one of {', '.join(sets)}"
        )


def _members(run: Run) -> list[Value]:
    """Return the instances of the hosts that take part in the play, as far as they have been inspected."""
    return [one for host in run.play for one in run.hostvars[host].get(MEMBERS) or ()]


def _asked(one: Value) -> Value:
    return {key: one[key] for key in ("name", "primary", "nodes")}


def _without(one: Value, name: str) -> Value:
    return {key: each for key, each in one.items() if key != name}
