#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.inventory_info``: its action does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: inventory_info
version_added: 0.2.0
short_description: Read and validate the desired state in the inventory
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Returns what one role needs to know about all hosts, from their variables and from what they have reported in this
    run. The variables are read when the task runs. What the module needs from the role are variables of that role.
  - Runs on the controller and connects to no host. Read-only. Neither its result nor its errors contain a secret.
options:
  part:
    description:
      - Part of the inventory to return.
      - V(host), V(instances), V(live) and V(machine) belong to role P(almashooq.redis.redis_node#role), V(rolling),
        V(rolling_needs) and V(rolling_hosts) to role P(almashooq.redis.redis_rolling#role), V(maintenance_host) and
        V(maintenance_request) to role P(almashooq.redis.redis_maintenance#role), V(upgrade) to role
        P(almashooq.redis.redis_upgrade#role), the others to the roles of their names.
    type: str
    required: true
    choices:
      - host
      - instances
      - live
      - machine
      - cluster
      - cluster_switchover
      - replication
      - hooks
      - client
      - maintenance
      - maintenance_host
      - maintenance_request
      - rolling
      - rolling_needs
      - rolling_hosts
      - sentinel
      - sentinel_switchover
      - upgrade
  strict:
    description:
      - Whether to refuse everything that the preflight refuses. If false, the module refuses only what no task can
        handle, such as hosts that do not take part in the run, and secrets that would be shown.
    type: bool
    default: true
attributes:
  check_mode:
    description: Runs the same way in check mode.
    support: full
  diff_mode:
    description: Has nothing to compare.
    support: none
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Read the cluster of this host
  almashooq.redis.inventory_info:
    part: cluster
  register: __redis_cluster_inventory
"""

RETURN = r"""
endpoints:
  description: Ports, memory and announced addresses of the host's instances.
  returned: for V(host)
  type: list
  elements: dict
instances:
  description: The host's instances, as module M(almashooq.redis.instance) accepts them.
  returned: for V(instances)
  type: list
  elements: dict
attached:
  description: The same instances, once all replicas are attached.
  returned: for V(instances)
  type: list
  elements: dict
grown:
  description: Ports of the instances for which the two differ.
  returned: for V(instances)
  type: list
  elements: int
guard_files:
  description: Data of the start guard about the replication sets, as file names and contents.
  returned: for V(instances)
  type: dict
members:
  description:
    - For V(live), the running instances with a live change, in their order.
    - For V(sentinel), the Sentinels that stay.
    - For V(hooks), the nodes of each set, by set name.
  returned: for V(live), V(sentinel) and V(hooks)
  type: raw
first:
  description: Host that acts for the cluster or the Sentinels.
  returned: for V(cluster) and V(sentinel)
  type: str
nodes:
  description: Nodes of the cluster, on its first host. For V(sentinel_switchover), those of the set.
  returned: for V(cluster) and V(sentinel_switchover)
  type: list
  elements: dict
runs:
  description: Whether all servers were running when the run began.
  returned: for V(cluster) and V(sentinel)
  type: bool
switches:
  description: Whether this host switches its cluster over.
  returned: for V(cluster_switchover)
  type: bool
sets:
  description: Replication sets. For V(sentinel), their names.
  returned: for V(replication) and V(sentinel)
  type: list
asked:
  description: Sets, as module M(almashooq.redis.preflight_sets) accepts them.
  returned: for V(replication)
  type: list
  elements: dict
mine:
  description: Sets that this host acts for.
  returned: for V(replication)
  type: list
  elements: dict
replicated:
  description: The same sets, as module M(almashooq.redis.replication) accepts them.
  returned: for V(replication)
  type: list
  elements: dict
sentinels:
  description: Sentinels that stay.
  returned: for V(replication)
  type: list
  elements: dict
leaving:
  description: Instances and Sentinels to be removed.
  returned: for V(replication) and V(sentinel)
  type: list
  elements: dict
peers:
  description: Sentinels of the other hosts. For V(maintenance_request), hosts that have a copy of the mark.
  returned: for V(sentinel) and V(maintenance_request)
  type: list
watched:
  description: Sets as module M(almashooq.redis.sentinel) accepts them, without the login.
  returned: for V(sentinel)
  type: list
  elements: dict
live:
  description: Primaries that this run has found, by set.
  returned: for V(hooks)
  type: dict
servers:
  description: Members of the host, as module M(almashooq.redis.rolling_step) accepts them.
  returned: for V(rolling) and V(maintenance_host)
  type: list
  elements: dict
deployments:
  description: Deployments with the members that are to be restarted, or that are to be stopped or started. For
    V(upgrade), with the version that each of their hosts gets.
  returned: for V(rolling_needs), V(maintenance_request) and V(upgrade)
  type: list
  elements: dict
hosts:
  description: Hosts of the play whose members playbook C(site) restarts where they need it.
  returned: for V(rolling_hosts)
  type: list
  elements: str
out:
  description: For V(maintenance), marks of the hosts in maintenance, by host. For V(maintenance_request), whether the
    host is to leave.
  returned: for V(maintenance) and V(maintenance_request)
  type: raw
absences:
  description: Hosts in maintenance, as module M(almashooq.redis.health) accepts them.
  returned: for V(maintenance)
  type: list
  elements: dict
beside:
  description: By host, the hosts in maintenance for which the topology of its deployment is left as it is.
  returned: for V(maintenance)
  type: dict
stale:
  description: By host, the hosts whose marks it is to forget.
  returned: for V(maintenance)
  type: dict
notice:
  description: Hosts in maintenance, as a sentence; empty without any.
  returned: for V(maintenance)
  type: str
restarting:
  description: Deployments that are being restarted as a whole, as a sentence; empty without any.
  returned: for V(maintenance)
  type: str
mark:
  description: Mark of the host, as module M(almashooq.redis.maintenance_mark) accepts it.
  returned: for V(maintenance_request)
  type: dict
unreached:
  description: Whether the host that is to leave did not answer, so that its members cannot be stopped.
  returned: for V(maintenance_request)
  type: bool
places:
  description: Applications to notify, without their passwords.
  returned: for V(hooks)
  type: list
  elements: dict
"""
