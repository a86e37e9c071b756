# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What role redis_node has to know of the inventory, and what it refuses: parts of action ``inventory_info``."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._inventory.defaults import Variables, value
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.endpoints import endpoints
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.guard import guard_files
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.host import ADDRESS, announces_names, is_in
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.instances import node_instances
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.lonely import lonely_ports
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.machines import machine_refusal
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.members import live_members
from ansible_collections.almashooq.redis.plugins.module_utils._managed.directive_names import foreign
from ansible_collections.almashooq.redis.plugins.module_utils._settings import precheck
from ansible_collections.almashooq.redis.plugins.module_utils._text import misplaced_secrets
from ansible_collections.almashooq.redis.plugins.module_utils._users.precheck import refusal as users_refusal
from ansible_collections.almashooq.redis.plugins.plugin_utils._inventory_run import Result, Run, refuse

ANNOUNCE = "replica-announce-ip"
# Directives that set how many replicas a primary needs: where the inventory has one, nothing is to be found out.
REPLICAS = frozenset(["min-replicas-to-write", "min-slaves-to-write"])
ELSEWHERE = (
    "Passwords have variables of their own (redis_node_users, redis_node_replication_password); other secrets belong "
    "in redis_node_secret_config, which is never shown."
)


def host(run: Run) -> Result:
    """Return the ports, the memory and the announced addresses of a host's instances, for module ``preflight``."""
    refuse(_both_topologies(run))
    announced = _announced(run)
    settings = {**run.own["__redis_node_settings"], **({ANNOUNCE: announced} if announced else {})}
    instances = run.own["__redis_node_instances"]
    return {"endpoints": endpoints(instances, settings, run.own["redis_node_maxmemory"], _is_clustered(run))}


def instances(run: Run) -> Result:
    """Return the instances of a host as they are to be, and refuse settings and users that cannot be.

    ``attached`` are the instances once all replicas are attached, ``grown`` the ports that then are other than in
    ``instances``; ``guard_files`` is what the start guard knows of the sets. Needs what all hosts have reported.
    """
    own = run.own
    given = own["__redis_node_instances"]
    refuse(secrets_refusal({"redis_node_config": own["redis_node_config"], "redis_node_instances": given}, ELSEWHERE))
    clustered, announced = _is_clustered(run), _announced(run)
    lonely = [] if _replicas_are_given(run) else _lonely(run, attached=False)
    alone = [] if _replicas_are_given(run) else _lonely(run, attached=True)
    now, attached = (
        node_instances(given, own["__redis_node_host"]["ip"], clustered, ports, announced) for ports in (lonely, alone)
    )
    if run.strict:
        _refuse_settings(run, now)
    return {
        "instances": now,
        "attached": attached,
        "grown": [port for port in lonely if port not in alone],
        "guard_files": {} if clustered else guard_files(run.hostvars, run.host, _replicated(run), _sentinels(run)),
    }


def live(run: Run) -> Result:
    """Return the running instances of the play that have a live change, in the order in which they are changed."""
    return {"members": live_members(run.hostvars, run.play)}


def machine(run: Run) -> Result:
    """Refuse what this host cannot share with other names of its machine."""
    refuse(machine_refusal(run.hostvars, run.groups["all"], run.host, run.everyone))
    return {}


def secrets_refusal(settings: t.Mapping[str, t.Any], remedy: str) -> str:
    """Return which directives of these variables are secrets; nothing where none is."""
    found = {name: misplaced_secrets(given) for name, given in settings.items()}
    where = "; ".join(f"{name}: {', '.join(names)}" for name, names in found.items() if names)
    return f"These directives are secrets, and would be shown and logged: {where}. {remedy}" if where else ""


def _refuse_settings(run: Run, now: t.Sequence[Variables]) -> None:
    own, given = run.own, run.own["__redis_node_instances"]
    layers = [own["redis_node_config"], own["redis_node_secret_config"]]
    layers += [one["config"] for one in given if one.get("config")]
    refuse(foreign(layers, str(value(own, "redis_install_engine"))))
    for sentence in (
        precheck.refusal(now, own["__redis_node_settings"], own["redis_node_secret_config"]),
        users_refusal(own["__redis_node_all_users"], "redis_node_users", own["__redis_node_own_accounts"]),
    ):
        refuse(f"{run.host}: {sentence}" if sentence else "")


def _both_topologies(run: Run) -> str:
    if not (is_in(run.own, "cluster") and is_in(run.own, "replication")):
        return ""
    groups = " and ".join(str(value(run.own, f"redis_{kind}_group")) for kind in ("cluster", "replication"))
    return (
        f"{run.host} is in the groups {groups}: a host's instances are all cluster nodes, or none is. "
        "Take it out of one of them."
    )


def _is_clustered(run: Run) -> bool:
    return run.is_set("__redis_node_cluster_enabled")


def _announced(run: Run) -> str:
    """Return the name by which the instances are announced where the Sentinels take names; empty for the address."""
    if _is_clustered(run) or ANNOUNCE in run.own["redis_node_config"] or not announces_names(run.own):
        return ""
    return str(run.own[ADDRESS])


def _replicas_are_given(run: Run) -> bool:
    own = run.own
    return (
        _is_clustered(run)
        or "redis_node_min_replicas_to_write" in own
        or any(name in REPLICAS for name in own["redis_node_config"])
    )


def _lonely(run: Run, *, attached: bool) -> list[int]:
    return lonely_ports(run.hostvars, _replicated(run) or [run.host], run.host, attached=attached)


def _replicated(run: Run) -> t.Sequence[str]:
    return run.groups.get(str(value(run.own, "redis_replication_group")), ())


def _sentinels(run: Run) -> t.Sequence[str]:
    return run.groups.get(str(value(run.own, "redis_sentinel_group")), ())
