#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.acceptance_replication``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: acceptance_replication
version_added: 0.1.0
short_description: Writes through each primary and reads back on each of its replicas
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Writes one key through each primary, reads it on each replica that has a link, takes the time, and removes the key.
  - What does not work is returned, not raised.
extends_documentation_fragment:
  - almashooq.redis.cluster
  - almashooq.redis.connection
  - almashooq.redis.connection.attributes
options:
  topology:
    description:
      - Which kind of deployment it is.
    type: str
    choices: [cluster, replication]
    default: cluster
  run:
    description:
      - Part of the names of the keys.
    type: str
    required: true
  timeout:
    description:
      - How long a replica may take, in seconds.
    type: float
    default: 5.0
seealso:
  - module: almashooq.redis.health
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Try replication
  almashooq.redis.acceptance_replication:
    username: admin
    password: "{{ redis_node_admin_password }}"
    run: try-1
    nodes: "{{ hostvars | almashooq.redis.deployment_members(groups['redis_cluster'], 'redis') }}"
"""

RETURN = r"""
plan:
  description: What was to be done.
  returned: always
  type: list
  elements: str
copies:
  description: Each replica with its primary, the time until it had the write (ms), and what went wrong.
  returned: success
  type: list
  elements: dict
refused:
  description: The primaries that did not take the write, and why.
  returned: success
  type: list
  elements: dict
nodes:
  description: Each node's id in the cluster, and the settings that keep it from taking over.
  returned: success
  type: list
  elements: dict
"""

from ansible_collections.almashooq.redis.plugins.module_utils._acceptance.copies import CopiesOperation
from ansible_collections.almashooq.redis.plugins.module_utils._argspec import CONNECTION, TOPOLOGY
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.options import CLUSTER
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            **CONNECTION,
            **CLUSTER,
            "topology": TOPOLOGY,
            "run": {"type": "str", "required": True},
            "timeout": {"type": "float", "default": 5.0},
        },
        supports_check_mode=True,
    )
    converge(module, CopiesOperation)


if __name__ == "__main__":
    main()
