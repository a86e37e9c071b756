#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.preflight_cluster``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight_cluster
version_added: 0.2.0
short_description: Check whether a running cluster can become the desired one
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Queries the running members. Members that do not run yet are assumed to be as the others know them, or empty. The
    planner of module M(almashooq.redis.cluster) then reports what it would refuse.
  - This refuses, before anything is installed, a host that cannot join, and a host that was removed from the inventory
    while its instances are still members. Read-only.
  - Checks nothing if no instance runs, or if the Python Redis client is not installed yet.
extends_documentation_fragment:
  - almashooq.redis.connection
  - almashooq.redis.connection.info_attributes
options:
  nodes:
    description:
      - All nodes of the cluster, RV(almashooq.redis.preflight#module:members) of each host joined.
      - Each needs C(address) and C(port). C(host), C(zone) and C(listening) (whether it runs) are used if present.
    type: list
    elements: dict
    required: true
  replicas:
    description: Number of replicas of each primary.
    type: int
    default: 1
  accept_placement:
    description: Placement rules that may be broken, see O(almashooq.redis.cluster#module:accept_placement).
    type: list
    elements: str
    choices: [replica-on-primary-host, replica-in-primary-zone, primary-majority-on-host]
    default: []
  group:
    description: Name of the inventory group, for messages.
    type: str
    default: redis_cluster
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Check the running cluster
  almashooq.redis.preflight_cluster:
    username: admin
    password: "{{ redis_node_admin_password }}"
    nodes:
      - {address: 192.0.2.11, port: 7000, listening: true}
      - {address: 192.0.2.12, port: 7000, listening: false}
"""

RETURN = r"""
checked:
  description: Whether a running member could be queried.
  returned: success
  type: bool
plan:
  description: What module M(almashooq.redis.cluster) would do once all instances run.
  returned: success
  type: list
  elements: str
"""

from ansible_collections.almashooq.redis.plugins.module_utils._argspec import CONNECTION
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.ahead import look_ahead
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.options import CLUSTER
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            **CONNECTION,
            "nodes": {"type": "list", "elements": "dict", "required": True},
            "replicas": {"type": "int", "default": 1},
            "accept_placement": CLUSTER["accept_placement"],
            "group": {"type": "str", "default": "redis_cluster"},
        },
        supports_check_mode=True,
    )
    read(module, look_ahead, needs_client=False)


if __name__ == "__main__":
    main()
