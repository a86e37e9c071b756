#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create a Redis Cluster, finish one that is half made, recognise one that is complete."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster
short_description: Create a Redis or Valkey cluster, finish a half-made one, recognise a complete one
version_added: 0.1.0
description:
  - Asks every node, and brings the named nodes together to one cluster in which every slot has an owner, every primary
    has its replicas, and all nodes agree.
  - Whatever an interrupted run left (some slots assigned, some nodes met, some replicas attached) is finished.
    A complete cluster is left alone, whoever is primary by now.
  - A node that holds keys, belongs to another cluster, cannot be reached, does not accept the password or is not in
    cluster mode stops the run before anything is changed. Nothing is ever flushed, reset or forgotten.
  - When the nodes differ from a complete cluster, the module says what differs and changes nothing.
  - Of several runs at a time on one cluster, wherever they are started, one works and the others wait for it.
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
      - Replicas of each primary. The number of primaries is the number of nodes divided by one more than this;
        nodes left over become further replicas.
    type: int
    default: 1
  settings:
    description:
      - Settings that every node has once the cluster stands. While empty nodes come together, the module lowers
        C(cluster-node-timeout) and C(repl-diskless-sync-delay), and puts them back to these values.
      - A setting that is not named goes back to what the nodes ran with when the module started; name it, so that
        also a run that finds the low values left by a killed one puts them right.
    type: dict
    default: {}
  timeout:
    description:
      - How long all the waiting of a run may take together, in seconds.
    type: float
    default: 120.0
seealso:
  - module: almashooq.redis.cluster_info
"""

EXAMPLES = r"""
- name: Six nodes on three hosts, three primaries with a replica each
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
  description: What there was to do, a line a step; in check mode what there would be.
  returned: always
  type: list
  elements: str
  sample: ["198.51.100.11:7000: take 5461 slots: 0-5460"]
done:
  description: The steps done and how long each took (steps of one phase run side by side), in seconds.
  returned: always
  type: list
  elements: dict
failed_steps:
  description: The steps that failed, each with its error; one of them may be half done.
  returned: failure
  type: list
  elements: dict
  contains:
    step: {description: The step., type: str}
    msg: {description: What was wrong., type: str}
    error: {description: The kind of the error., type: str}
    node: {description: The server., type: str}
remaining:
  description: The steps that were planned and not done.
  returned: failure
  type: list
  elements: str
topology:
  description: State, shards with primary and replicas, slots covered, hosts.
  returned: success
  type: dict
findings:
  description: What is not as it should be; check, severity, node, message, hint, observed, expected.
  returned: success
  type: list
  elements: dict
summary:
  description: The topology as a table for a person.
  returned: success
  type: str
classes:
  description: What each node is, by address and port, where the module refused to act.
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
            make_desired(params["nodes"], params["replicas"], params["accept"], params["settings"]),
            access(params),
            Deployment(record, params["timeout"], params["run_by"]),
        ),
    )


if __name__ == "__main__":
    main()
