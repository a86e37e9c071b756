# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the variables of one host say: groups, instances, sets.  Only what is asked for is read, and templated."""

from __future__ import annotations

import typing as t

from .defaults import CLUSTER_PORTS, REPLICATION_PORTS, Variables, value

Hostvars = t.Mapping[str, Variables]
Groups = t.Mapping[str, t.Sequence[str]]
Value = dict[str, t.Any]

# What hosts have reported about themselves in this run: their instances, their Sentinel, what was configured.
MEMBERS = "__redis_node_members"
CONFIGURED = "__redis_node_configured"
SENTINEL = "__redis_sentinel_member"
# The primaries that this run has found, by set.
LIVE = "__redis_replication_live"

ADDRESS = "redis_node_address"
DEPLOYMENT = "redis_node_deployment"
INSTANCES = "redis_node_instances"
SETS = "redis_replication_sets"
STATE = "redis_replication_state"
SENTINEL_STATE = "redis_sentinel_state"
HOSTNAMES = "redis_sentinel_announce_hostnames"
ABSENT = "absent"
_TRUE = ("true", "yes", "on", "1")


def is_true(switch: object) -> bool:
    """Return the value of a boolean, which --extra-vars and inventories in INI give as text."""
    return str(switch).lower() in _TRUE


def deployment_of(variables: Variables) -> str:
    """Return the deployment of a host's instances."""
    return str(value(variables, DEPLOYMENT))


def is_in(variables: Variables, kind: str) -> bool:
    """Return whether a host is in a group of the playbooks: ``cluster``, ``replication`` or ``sentinel``."""
    return value(variables, f"redis_{kind}_group") in variables.get("group_names", ())


def instances_of(variables: Variables, *, replicated: bool = True) -> t.Sequence[Variables]:
    """Return the instances that a host names, or those that role redis_node makes where it names none."""
    ports = REPLICATION_PORTS if replicated else CLUSTER_PORTS
    return variables.get(INSTANCES) or [{"port": port} for port in ports]


def ports_of(given: Variables) -> t.Sequence[t.Any]:
    """Return the ports of a replication set as they are written."""
    return given.get("ports") or REPLICATION_PORTS


def set_of(variables: Variables, port: int) -> Variables | None:
    """Return the replication set, as it is written, that an instance of a host belongs to."""
    given = variables.get(SETS) or ()
    return next((one for one in given if port in [int(each) for each in ports_of(one)]), None)


def is_leaving(variables: Variables, state: str = STATE) -> bool:
    """Return whether a host's instances (or its Sentinel, by ``redis_sentinel_state``) are to go."""
    return bool(variables.get(state) == ABSENT)


def announces_names(variables: Variables) -> bool:
    """Return whether instances and Sentinel of a host are announced by names."""
    return is_true(value(variables, HOSTNAMES))
