#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switch a shard of a cluster over to a replica, as planned."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_switchover
short_description: Run a planned switchover of a shard of a Redis or Valkey cluster
version_added: 0.2.0
description:
  - "Refuses unless it is safe: all nodes answer and see one working cluster, and the candidate has a link to its
    primary. Ends when all nodes see the candidate as primary, and the others of the shard follow it."
  - No acknowledged write is lost. The engine pauses the old primary's clients until the candidate has everything.
  - After a switchover, the shard is not switched over again for four node timeouts. Within that time Redis may let the
    candidate declare itself primary on old votes and fall back, while the primary pauses its clients for five seconds.
    The module waits, and refuses if the wait is longer than O(timeout). Valkey 8.1 and later needs no wait.
  - A switchover succeeds only when the candidate owns the slots with a higher config epoch and the former primary
    follows it. If the engine gives up an attempt, the module retries while O(timeout) allows, and otherwise reports it.
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
      - Replica that becomes primary, as V(address:port). Specify either this or O(from).
    type: str
  from:
    description:
      - Primary that hands over, as V(address:port). The linked replica with the highest replication offset takes over;
        of equals, the one whose zone and host have the fewest primaries. If the node is not a primary, nothing is done.
    type: str
  timeout:
    description:
      - Total timeout of all waits of a run, in seconds. An attempt that has begun is watched to its end, for six
        seconds at most.
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
    nodes: "{{ (hostvars | almashooq.redis.monitored_deployments(groups['redis_cluster']) | first).nodes }}"
  run_once: true
"""

RETURN = r"""
plan:
  description: Planned steps. In check mode nothing is done.
  returned: always
  type: list
  elements: str
done:
  description: Steps done, with their duration in seconds.
  returned: always
  type: list
  elements: dict
from:
  description: Node that handed over, as V(address:port); empty if there was nothing to do.
  returned: success
  type: str
to:
  description: Node that is now primary.
  returned: success
  type: str
slots:
  description: Slots of the shard.
  returned: success
  type: str
seconds:
  description: Seconds from the command until the candidate owned the slots and the former primary followed it.
  returned: success
  type: float
waited:
  description: Seconds until the command could be sent, including attempts that the engine gave up.
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
            make_seeds(params["nodes"], params["accept_placement"]),
            access(params),
            Deployment(record, params["timeout"], params["run_by"]),
            params,
        ),
    )


if __name__ == "__main__":
    main()
