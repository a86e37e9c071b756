#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action ``almashooq.redis.acceptance_evaluate``, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: acceptance_evaluate
short_description: Evaluate what an acceptance has observed
version_added: 0.2.0
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Computes the verdict of each item from the results of other tasks, and plans the drills. Results that are omitted,
    or of skipped tasks, count as not observed. Read-only; connects to no host.
extends_documentation_fragment:
  - almashooq.redis.connection.info_attributes
options:
  plan:
    description: Result of M(almashooq.redis.acceptance_plan).
    type: dict
    required: true
  items:
    description: Items to evaluate; the others are reported as skipped.
    type: list
    elements: str
    choices: [installed, complete, replication, sentinel, failover, monitoring, client, load]
    default: [installed, complete, replication, sentinel, failover, monitoring, client, load]
  accept_domains:
    description: Hosts and zones whose loss may take the deployment down.
    type: list
    elements: str
    default: []
  lag:
    description: Maximum time until a replica has a write, in milliseconds.
    type: float
    default: 1000.0
  gap:
    description: Maximum time that a drill may leave a shard without an acknowledged write, in milliseconds; V(0) for no
      limit.
    type: float
    default: 0.0
  drill:
    description: Whether to drill failovers.
    type: bool
    default: false
  confirm:
    description: Name of the deployment, typed to confirm the drills.
    type: str
    default: ""
  shards:
    description: Shards to drill, each given by its slots, the name of the set, or the address of a node. Default is
      all.
    type: list
    elements: str
    default: []
  fault:
    description: "How the drill replaces a primary: by a planned switchover, SIGKILL or SIGSTOP."
    type: str
    choices: [planned, kill, freeze]
    default: kill
  return:
    description: Whether to move the primaries back to their original nodes at the end.
    type: bool
    default: true
  with_load:
    description: Whether to test the load.
    type: bool
    default: true
  journal:
    description: Journal of the drills, RV(almashooq.redis.acceptance_drill#module:journal).
    type: list
    elements: dict
    default: []
  health:
    description: Result of M(almashooq.redis.health).
    type: dict
    default: {}
  replication:
    description: Result of M(almashooq.redis.acceptance_replication).
    type: dict
    default: {}
  started:
    description: Result of M(almashooq.redis.acceptance_writer), in a loop over the connections.
    type: dict
    default: {}
  stopped:
    description: The same, with O(almashooq.redis.acceptance_writer#module:state=stopped).
    type: dict
    default: {}
  prometheus:
    description: Result of M(almashooq.redis.acceptance_host_info) for Prometheus.
    type: dict
    default: {}
  load:
    description: Result of M(almashooq.redis.load_test).
    type: dict
    default: {}
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Evaluate the observations
  almashooq.redis.acceptance_evaluate:
    plan: "{{ planned }}"
    health: "{{ reported }}"
    replication: "{{ copied }}"
"""

RETURN = r"""
result:
  description: Result so far, for M(almashooq.redis.acceptance_report).
  returned: success
  type: dict
lines:
  description: Verdict of each item, one line each.
  returned: success
  type: list
  elements: str
load_skipped:
  description: Why the load is not tested; empty if it is.
  returned: success
  type: str
refused:
  description: Why nothing is drilled; empty if something is.
  returned: success
  type: str
steps:
  description: Steps of all drills in their order, for M(almashooq.redis.acceptance_drill).
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: Name of the step., type: str}
    title: {description: Description of the step for people., type: str}
    host: {description: Host that runs the step., type: str}
    shard: {description: "Shard with its C(primary), C(host), C(port), C(slots) and C(nodes).", type: dict}
    run: {description: Name of the drill., type: str}
    fault: {description: How the primary is replaced., type: str}
"""
