#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.acceptance_replication``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: acceptance_replication
version_added: 0.2.0
short_description: Write to each primary and read back from each of its replicas
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Writes one key to each primary, reads it from each replica that has a link, measures the time, and removes the key.
  - Failures are returned, not raised.
extends_documentation_fragment:
  - almashooq.redis.cluster
  - almashooq.redis.connection
  - almashooq.redis.connection.attributes
options:
  topology:
    description:
      - Topology of the deployment.
    type: str
    choices: [cluster, replication]
    default: cluster
  run:
    description:
      - Part of the key names.
    type: str
    required: true
  timeout:
    description:
      - Maximum time until a replica has the write, in seconds.
    type: float
    default: 5.0
seealso:
  - module: almashooq.redis.health
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Test replication
  almashooq.redis.acceptance_replication:
    username: admin
    password: "{{ redis_node_admin_password }}"
    run: try-1
    nodes: "{{ (hostvars | almashooq.redis.monitored_deployments(groups['redis_cluster']) | first).nodes }}"
"""

RETURN = r"""
plan:
  description: Planned steps.
  returned: always
  type: list
  elements: str
copies:
  description: Each replica with its primary, the time until it had the write (ms), and what went wrong.
  returned: success
  type: list
  elements: dict
refused:
  description: Primaries that did not accept the write, and why.
  returned: success
  type: list
  elements: dict
nodes:
  description: Each node's cluster ID, and the settings that prevent it from taking over.
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
