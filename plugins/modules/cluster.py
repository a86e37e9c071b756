#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create a Redis Cluster, finish one that is half made, recognise one that is complete."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster
short_description: Create a Redis or Valkey cluster, or complete a partially formed one
version_added: 0.2.0
description:
  - Queries every node, and joins the given nodes to one cluster in which every slot has an owner, every primary has its
    replicas, and all nodes agree.
  - Completes whatever an interrupted run left (some slots assigned, some nodes met, some replicas attached). Leaves a
    complete cluster alone, whichever nodes are primary by now.
  - A node that has keys, belongs to another cluster, is unreachable, rejects the password or is not in cluster mode
    stops the run before anything is changed. Nothing is ever flushed, reset or forgotten.
  - If the nodes differ from a complete cluster, the module reports the differences and changes nothing.
  - If several runs act on one cluster at the same time, from whatever controller, one proceeds and the others wait for
    it.
author:
  - The almashooq.redis authors (@almashooq)
extends_documentation_fragment:
  - almashooq.redis.cluster
  - almashooq.redis.connection
  - almashooq.redis.connection.lock
  - almashooq.redis.connection.attributes
options:
  replicas:
    description:
      - Number of replicas of each primary. The number of primaries is the number of nodes divided by one more than
        this; remaining nodes become additional replicas.
    type: int
    default: 1
  settings:
    description:
      - Settings that every node has once the cluster is formed. While empty nodes join, the module lowers
        C(cluster-node-timeout) and C(repl-diskless-sync-delay), and then restores these values.
      - Settings not listed here are restored to their values at module start. List them explicitly so that a later run
        can also repair low values left behind by an interrupted run.
    type: dict
    default: {}
  timeout:
    description:
      - Total timeout of all waits of a run, in seconds.
    type: float
    default: 120.0
seealso:
  - module: almashooq.redis.cluster_info
"""

EXAMPLES = r"""
- name: Create three primaries with a replica each from six nodes on three hosts
  almashooq.redis.cluster:
    username: admin
    password: "{{ redis_node_admin_password }}"
    replicas: 1
    nodes:
      - {address: 198.51.100.11, port: 7000, host: redis1, zone: a}
      - {address: 198.51.100.11, port: 7001, host: redis1, zone: a}
      - {address: 198.51.100.12, port: 7000, host: redis2, zone: b}
      - {address: 198.51.100.12, port: 7001, host: redis2, zone: b}
      - {address: 198.51.100.13, port: 7000, host: redis3, zone: c}
      - {address: 198.51.100.13, port: 7001, host: redis3, zone: c}
    settings:
      cluster-node-timeout: 5000
  run_once: true
"""

RETURN = r"""
plan:
  description: Planned steps, one line each. In check mode nothing is done.
  returned: always
  type: list
  elements: str
  sample: ["198.51.100.11:7000: take 5461 slots: 0-5460"]
done:
  description: Steps done, with their duration in seconds. Steps of one phase run in parallel.
  returned: always
  type: list
  elements: dict
failed_steps:
  description: Steps that failed, each with its error. One of them may be partially done.
  returned: failure
  type: list
  elements: dict
  contains:
    step: {description: Description of the step., type: str}
    msg: {description: Error message., type: str}
    error: {description: Type of the error., type: str}
    node: {description: Server that the step failed on., type: str}
remaining:
  description: Planned steps that were not done.
  returned: failure
  type: list
  elements: str
topology:
  description: State, shards with primary and replicas, slots covered, hosts.
  returned: success
  type: dict
findings:
  description: Deviations from the desired state; check, severity, node, message, hint, observed, expected.
  returned: success
  type: list
  elements: dict
refused_writes:
  description: Why members cannot keep their data on disk, and so refuse writes; like RV(findings). A failed snapshot,
    or a failed write or rewrite of the append-only file.
  returned: success
  type: list
  elements: dict
summary:
  description: Topology as a table for people.
  returned: success
  type: str
classes:
  description: Classification of each node by address and port, if the module refused to act.
  returned: when refused
  type: dict
"""

from ansible_collections.almashooq.redis.plugins.module_utils._argspec import CONNECTION, LOCK, access
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.desired import make_desired
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.execute import ClusterOperation
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
            "replicas": {"type": "int", "default": 1},
            "settings": {"type": "dict", "default": {}},
            "timeout": {"type": "float", "default": 120.0},
        },
        supports_check_mode=True,
    )
    converge(
        module,
        lambda params, record: ClusterOperation(
            make_desired(params["nodes"], params["replicas"], params["accept_placement"], params["settings"]),
            access(params),
            Deployment(record, params["timeout"], params["run_by"]),
        ),
    )


if __name__ == "__main__":
    main()
