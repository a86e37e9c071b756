#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.maintenance_step``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: maintenance_step
version_added: 0.2.0
short_description: Stop the members of one host for its maintenance, or start them again
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - With O(state=out), each primary on the host hands over to a replica on another host; then the members of the host
    are stopped, so that a boot does not start them. Refused, before anything is touched, where a shard, the writes to
    it or a majority of the Sentinels would be lost.
  - With O(state=in), the members are started. The module ends when they are in sync, and the deployment is whole.
  - Runs on that host. In check mode it plans, refuses what could not be done, and may run on any host.
  - Meanwhile replicas of the other nodes of a cluster do not move to other primaries
    (C(cluster-allow-replica-migration)).
extends_documentation_fragment:
  - almashooq.redis.rolling
  - almashooq.redis.deployment.members
  - almashooq.redis.deployment.sentinels
  - almashooq.redis.connection
  - almashooq.redis.connection.sentinel_login
  - almashooq.redis.connection.lock
  - almashooq.redis.connection.attributes
options:
  host:
    description: Inventory name of the host, as O(nodes) has it in C(host).
    type: str
    required: true
  state:
    description: Whether the host leaves the deployment for a time, or comes back.
    type: str
    choices: [out, in]
    required: true
  accept_no_replica:
    description: Allow shards to be left without a replica, so that their data is on one host only.
    type: bool
    default: false
  primaries:
    description: With O(state=in), nodes that become primary again.
    type: list
    elements: str
    default: []
  held:
    description: Nodes of other hosts that hold their replicas, as RV(held) of an earlier call has them.
    type: list
    elements: str
    default: []
  priorities:
    description: The C(replica-priority) that the instances of a set on this host are configured with, by name. One that
      is to become primary again has 1 until Sentinel has chosen it.
    type: dict
    default: {}
  unreached:
    description: With O(state=out), whether the host is dead. Nothing is stopped. Refused if a member of it answers, or
      if others have not taken over from it.
    type: bool
    default: false
  timeout:
    description: Total timeout of all waits of a call, in seconds. It covers loading and a full sync. Half of it is
      for the gate of a step.
    type: float
    default: 1800.0
seealso:
  - module: almashooq.redis.rolling_step
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Plan what it takes to take a host out of service
  almashooq.redis.maintenance_step:
    username: admin
    password: "{{ redis_node_admin_password }}"
    deployment: shop
    topology: cluster
    nodes:
      - {address: 192.0.2.11, port: 7000, host: redis1}
      - {address: 192.0.2.12, port: 7000, host: redis2}
      - {address: 192.0.2.13, port: 7000, host: redis3}
      - {address: 192.0.2.11, port: 7001, host: redis1}
      - {address: 192.0.2.12, port: 7001, host: redis2}
      - {address: 192.0.2.13, port: 7001, host: redis3}
    host: redis2
    state: out
    servers:
      - {address: 192.0.2.12, port: 7000, process: {}}
      - {address: 192.0.2.12, port: 7001, process: {}}
    accept_no_replica: true
  check_mode: true
"""

RETURN = r"""
plan:
  description: Planned steps.
  returned: always
  type: list
  elements: str
done:
  description: Steps done, with their duration in seconds.
  returned: always
  type: list
  elements: dict
primaries:
  description: Members of the host that were primary before.
  returned: success
  type: list
  elements: str
held:
  description: Nodes of other hosts that hold their replicas.
  returned: success
  type: list
  elements: str
running:
  description: Members of the host that answer at the end; in check mode, after the plan.
  returned: success
  type: list
  elements: str
notices:
  description: What the deployment cannot bear while the host is out of service, as sentences.
  returned: success
  type: list
  elements: str
"""

from ansible_collections.almashooq.redis.plugins.module_utils._argspec import CONNECTION, LOCK, SENTINEL_LOGIN
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._maintenance.operation import MaintenanceStep
from ansible_collections.almashooq.redis.plugins.module_utils._maintenance.options import MAINTENANCE_STEP


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={**CONNECTION, **SENTINEL_LOGIN, **LOCK, **MAINTENANCE_STEP}, supports_check_mode=True
    )
    converge(module, MaintenanceStep)


if __name__ == "__main__":
    main()
