#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switch a shard of a cluster over to a replica, as planned."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_switchover
short_description: Switch a shard of a Redis or Valkey cluster over to a replica, as planned
version_added: 0.1.0
description:
  - "Refuses unless it is safe: all nodes answer and see one working cluster, and the candidate has a link to its
    primary. Ends when all nodes see the candidate as primary, and the others of the shard follow it."
  - No acknowledged write is lost. The engine holds the old primary's clients until the candidate has everything.
  - "A shard that has switched over is left alone for four node timeouts. Until then Redis may let the candidate declare
    itself primary on old votes and fall back, while the primary keeps its clients paused for five seconds. The module
    waits, and refuses if the wait is longer than O(timeout). With Valkey 8.1 and later there is nothing to wait for."
  - "A switchover counts only when the candidate owns the slots with a higher config epoch and the former primary
    follows it. An attempt that the engine gives up is tried again while O(timeout) allows, and otherwise reported."
  - If the candidate is already primary, nothing is done.
author:
  - The almashooq.redis authors (@almashooq)
extends_documentation_fragment:
  - almashooq.redis.cluster
  - almashooq.redis.connection
  - almashooq.redis.connection.lock
  - almashooq.redis.connection.attributes
options:
  to:
    description:
      - The replica that is to become primary, as V(address:port). Either this or O(from) is given.
    type: str
  from:
    description:
      - The primary that is to hand over, as V(address:port). Of its replicas with a link the one with the highest
        replication offset takes over; of equals the one whose zone and host have the fewest primaries.
        If it is not a primary, nothing is done.
    type: str
  timeout:
    description:
      - How long all the waiting of a run may take together, in seconds. An attempt that has begun is watched to its
        end, six seconds at most.
    type: float
    default: 60.0
seealso:
  - module: almashooq.redis.cluster_info
  - module: almashooq.redis.sentinel_switchover
"""

EXAMPLES = r"""
- name: Move the primary away before this host goes down for maintenance
  almashooq.redis.cluster_switchover:
    username: admin
    password: "{{ redis_node_admin_password }}"
    from: 198.51.100.11:7000
    nodes: "{{ hostvars | almashooq.redis.deployment_members(groups['redis_cluster'], 'redis') }}"
  run_once: true
"""

RETURN = r"""
plan:
  description: What there was to do; in check mode what there would be.
  returned: always
  type: list
  elements: str
done:
  description: What was done and how long it took, in seconds.
  returned: always
  type: list
  elements: dict
from:
  description: Node that handed over, as V(address:port); empty if there was nothing to do.
  returned: success
  type: str
to:
  description: Node that is primary.
  returned: success
  type: str
slots:
  description: The slots of the shard.
  returned: success
  type: str
seconds:
  description: From the command until the candidate owned the slots and the former primary followed it.
  returned: success
  type: float
waited:
  description: Seconds until the command could be sent, with attempts that the engine gave up.
  returned: success
  type: float
"""

from ansible_collections.almashooq.redis.plugins.module_utils._argspec import CONNECTION, LOCK, access
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.desired import make_seeds
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.failover import FailoverOperation
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.options import CLUSTER
from ansible_collections.almashooq.redis.plugins.module_utils._engine.deployment import Deployment
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            **CONNECTION,
            **LOCK,
            **CLUSTER,
            "to": {"type": "str"},
            "from": {"type": "str"},
            "timeout": {"type": "float", "default": 60.0},
        },
        supports_check_mode=True,
    )
    converge(
        module,
        lambda params, record: FailoverOperation(
            make_seeds(params["nodes"], params["accept"]),
            access(params),
            Deployment(record, params["timeout"], params["run_by"]),
            params,
        ),
    )


if __name__ == "__main__":
    main()
