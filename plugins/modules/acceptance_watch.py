#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.acceptance_watch``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: acceptance_watch
version_added: 0.2.0
short_description: Wait until a replica has taken over, or until a deployment is healthy again
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Queries every node until the condition is met or O(timeout) expires; the error then says what is still missing.
    Read-only.
extends_documentation_fragment:
  - almashooq.redis.cluster
  - almashooq.redis.connection
  - almashooq.redis.connection.sentinel_login
  - almashooq.redis.connection.info_attributes
  - almashooq.redis.deployment
  - almashooq.redis.deployment.sentinels
options:
  awaiting:
    description:
      - V(takeover) waits until another node than O(old) is primary of the shard. V(preferred) waits until all Sentinels
        know that the replica O(old) is to be chosen first. V(healed) waits until all nodes and Sentinels are healthy
        according to M(almashooq.redis.health).
    type: str
    choices: [takeover, preferred, healed]
    required: true
  old:
    description:
      - Primary to be replaced, or replica to be preferred, as V(address:port).
    type: str
    default: ""
  slots:
    description:
      - Slots of the shard, for a cluster.
    type: str
    default: ""
  timeout:
    description:
      - Timeout in seconds.
    type: float
    default: 60.0
seealso:
  - module: almashooq.redis.health
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Wait until a replica has taken over
  almashooq.redis.acceptance_watch:
    awaiting: takeover
    username: admin
    password: "{{ redis_node_admin_password }}"
    old: 192.0.2.11:7000
    slots: 0-5460
    nodes: "{{ (hostvars | almashooq.redis.monitored_deployments(groups['redis_cluster']) | first).nodes }}"
"""

RETURN = r"""
successor:
  description: The new primary, with O(awaiting=takeover).
  returned: success
  type: str
primaries:
  description: The primaries, with O(awaiting=healed).
  returned: success
  type: list
  elements: str
at:
  description: When that was observed, in seconds since 1970.
  returned: success
  type: float
"""

from ansible_collections.almashooq.redis.plugins.module_utils._acceptance.watch import watch
from ansible_collections.almashooq.redis.plugins.module_utils._argspec import CONNECTION, SENTINEL_LOGIN
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.options import CLUSTER
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read
from ansible_collections.almashooq.redis.plugins.module_utils._health.options import DEPLOYMENT


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            **CONNECTION,
            **SENTINEL_LOGIN,
            **CLUSTER,
            **DEPLOYMENT,
            "awaiting": {"type": "str", "choices": ["takeover", "preferred", "healed"], "required": True},
            "old": {"type": "str", "default": ""},
            "slots": {"type": "str", "default": ""},
            "timeout": {"type": "float", "default": 60.0},
        },
        supports_check_mode=True,
    )
    read(module, watch)


if __name__ == "__main__":
    main()
