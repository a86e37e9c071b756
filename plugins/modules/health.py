#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assert that a deployment is healthy."""

from __future__ import annotations

DOCUMENTATION = r"""
module: health
short_description: Assert that a cluster or a replication set is healthy
version_added: 0.1.0
description:
  - Asks every node and every Sentinel, judges what they say by named checks, and fails with findings; each tells the
    node, what was seen, what was expected, and what to do.
  - What could not be seen is a finding, too. A node that is down never hides what the others say.
  - "The checks are RV(checks) of a run with all of them: reachable, loading, unseen, versions, clock, clients,
    rejected-connections, restarts, memory, evictions, fragmentation, swap, save, aof, persistence, start-guard,
    snapshot-age, access, disk, role, replicas, replica-link, lag, full-resync, backlog, replica-buffer,
    min-replicas, replica-errors, address, placement, primary-majority, cluster-state, slots-covered, slots-open,
    one-view, known-address, epochs-distinct, sentinel-reachable, sentinel-quorum, sentinel-agreement,
    sentinel-known, sentinel-tilt, sentinel-placement, pending-restart, drift."
author:
  - The almashooq.redis authors (@almashooq)
extends_documentation_fragment:
  - almashooq.redis.cluster
  - almashooq.redis.connection
  - almashooq.redis.connection.info_attributes
  - almashooq.redis.deployment
options:
  set:
    description:
      - Name of the replication set as the Sentinels have it. By default O(deployment).
    type: str
  announced:
    description:
      - What nodes announce other than the address that they are reached at, by C(address:port).
    type: dict
    default: {}
  hosts:
    description:
      - What module M(almashooq.redis.health_host_info) returned on each host, with C(drift) beside it, the list of what
        a run would change there (C(plan) of M(almashooq.redis.instance) in check mode).
      - Without a host's word the checks disk, swap, restarts and drift cannot be made there, and that is a finding.
        Nor can pending-restart.
    type: list
    elements: dict
  external:
    description:
      - Replicas, as V(address:port), that are none of the nodes and may be there, for example one that serves backups.
    type: list
    elements: str
    default: []
  checks:
    description:
      - Checks to make. By default all.
      - V(reachable), V(loading), V(unseen) and V(sentinel-reachable) are made as well, unless O(skip) names them.
        Without them the others would call healthy what nobody has seen.
    type: list
    elements: str
    default: []
  skip:
    description:
      - Checks not to make. They are named in RV(not_made).
    type: list
    elements: str
    default: []
  mute:
    description:
      - Findings that are known and do not count; they are returned in RV(muted).
    type: list
    elements: dict
    default: []
    suboptions:
      check:
        description: Name of the check.
        type: str
        required: true
      reason:
        description: Why, for the next person on call.
        type: str
        required: true
      node:
        description: Node (C(address:port)) that it is muted for. By default all.
        type: str
  warn:
    description:
      - Checks whose errors count as warnings.
    type: list
    elements: str
    default: []
  limits:
    description:
      - Thresholds.
    type: dict
    default: {}
    suboptions:
      lag_bytes:
        description: How far a replica in sync may be behind its primary, in bytes.
        type: float
      lag_seconds:
        description: How long ago a replica in sync may have been heard of, in seconds.
        type: float
      full_resyncs_per_hour:
        description: How many full synchronisations for each replica and hour of uptime are no loop yet.
        type: float
      backlog_seconds:
        description: How many seconds of the present writes the replication backlog has to hold.
        type: float
      replica_buffer_percent:
        description: Share of the output buffer limit of replicas.
        type: float
      memory_percent:
        description: Share of C(maxmemory), or of the host's memory without one.
        type: float
      fragmentation_ratio:
        description: Ratio of memory held to memory used.
        type: float
      fragmentation_bytes:
        description: Bytes below which fragmentation does not matter.
        type: float
      swap_bytes:
        description: What of an instance may be swapped out, in bytes.
        type: float
      clients_percent:
        description: Share of C(maxclients).
        type: float
      snapshot_age:
        description: Age of the last good snapshot where snapshots are wanted, in seconds.
        type: float
      disk_percent:
        description: How full the disk of the data may be.
        type: float
      clock_seconds:
        description: How far clocks may be apart, in seconds.
        type: float
  sample:
    description:
      - Seconds between two looks, for what can only be seen as growth (evictions, rejected connections, writes).
      - V(0) looks once, and those checks are not made.
    type: float
    default: 1.0
  fail_on:
    description:
      - Which findings make the module fail.
    type: str
    choices: [error, warning, never]
    default: error
seealso:
  - module: almashooq.redis.health_host_info
  - module: almashooq.redis.cluster_info
  - module: almashooq.redis.sentinel_info
"""

EXAMPLES = r"""
- name: Go on only if the cluster is healthy
  almashooq.redis.health:
    username: admin
    password: "{{ redis_node_admin_password }}"
    nodes: "{{ hostvars | almashooq.redis.deployment_members(groups['redis_cluster'], 'redis') }}"

- name: A cache may evict
  almashooq.redis.health:
    username: admin
    password: "{{ redis_node_admin_password }}"
    topology: replication
    deployment: main
    nodes:
      - {address: 192.0.2.11, port: 6379}
      - {address: 192.0.2.12, port: 6379}
    sentinels:
      - {address: 192.0.2.11, port: 26379}
    skip: [disk, swap, restarts, drift]
    mute:
      - {check: evictions, reason: It is a cache.}
    limits:
      lag_bytes: 1048576
"""

RETURN = r"""
healthy:
  description: Whether there is no finding of severity V(error).
  returned: always
  type: bool
findings:
  description: What is not as it should be, errors first.
  returned: always
  type: list
  elements: dict
  contains:
    check: {description: Name of the check., type: str}
    severity: {description: V(error) or V(warning)., type: str}
    node: {description: Node or Sentinel that it is about; null for the whole., type: str}
    message: {description: What is wrong., type: str}
    observed: {description: What was seen., type: str}
    expected: {description: What was expected., type: str}
    hint: {description: What to do., type: str}
muted:
  description: Findings that do not count, each with the reason.
  returned: always
  type: list
  elements: dict
counts:
  description: Number of findings by severity, and of the muted ones.
  returned: always
  type: dict
checks:
  description: The checks that were made.
  returned: always
  type: list
  elements: str
not_made:
  description: The checks that were not made, because of O(checks), O(skip) or O(sample).
  returned: always
  type: list
  elements: str
nodes:
  description: The figures of every node (bytes, seconds, counts); null where it did not tell.
  returned: always
  type: list
  elements: dict
sentinels:
  description: The Sentinels, and why one does not answer.
  returned: always
  type: list
  elements: dict
summary:
  description: One line for people.
  returned: always
  type: str
timing:
  description: Seconds, commands in all, commands for each server.
  returned: always
  type: dict
"""

from ansible_collections.almashooq.redis.plugins.module_utils._argspec import CONNECTION
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.options import CLUSTER
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read
from ansible_collections.almashooq.redis.plugins.module_utils._health.operation import assert_health
from ansible_collections.almashooq.redis.plugins.module_utils._health.options import HEALTH


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec={**CONNECTION, **CLUSTER, **HEALTH}, supports_check_mode=True)
    read(module, assert_health)


if __name__ == "__main__":
    main()
