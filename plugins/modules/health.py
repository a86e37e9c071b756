#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assert that a deployment is healthy."""

from __future__ import annotations

DOCUMENTATION = r"""
module: health
short_description: Assert that a cluster or a replication set is healthy
version_added: 0.2.0
description:
  - Queries every node and every Sentinel, validates their answers with named checks, and fails with findings. Each
    finding states the node, the observed value, the expected value, and what to do.
  - Missing data is a finding, too. A node that is down never hides what the others report.
  - "The checks are RV(checks) of a run with all of them: reachable, loading, unseen, versions, clock, clients,
    rejected-connections, restarts, memory, evictions, fragmentation, swap, save, aof, persistence, start-guard,
    snapshot-age, access, disk, role, replicas, replica-link, lag, full-resync, backlog, replica-buffer,
    min-replicas, replica-errors, address, placement, primary-majority, cluster-state, slots-covered, slots-open,
    one-view, known-address, epochs-distinct, shard-ids, sentinel-reachable, sentinel-quorum,
    sentinel-agreement, sentinel-known, sentinel-tilt, sentinel-placement, pending-restart, drift."
author:
  - The almashooq.redis authors (@almashooq)
extends_documentation_fragment:
  - almashooq.redis.cluster
  - almashooq.redis.connection
  - almashooq.redis.connection.sentinel_login
  - almashooq.redis.connection.info_attributes
  - almashooq.redis.deployment
  - almashooq.redis.deployment.sentinels
options:
  set:
    description:
      - Name of the replication set on the Sentinels. Default is O(deployment).
    type: str
  announced:
    description:
      - Address that each node announces if it differs from the one it is reached at, by C(address:port).
    type: dict
    default: {}
  hosts:
    description:
      - Result of module M(almashooq.redis.health_host_info) on each host, with an added C(drift), the list of what a
        run would change there (C(plan) of M(almashooq.redis.instance) in check mode).
      - Without this data of a host, the checks disk, swap, restarts and drift cannot run for it, which is a finding.
        Check pending-restart cannot run either.
    type: list
    elements: dict
  external:
    description:
      - Replicas outside O(nodes) that may exist, as V(address:port), for example one for backups.
    type: list
    elements: str
    default: []
  checks:
    description:
      - Checks to run. Default is all.
      - V(reachable), V(loading), V(unseen) and V(sentinel-reachable) are run as well, unless O(skip) lists them.
        Without them the others would report unobserved nodes as healthy.
    type: list
    elements: str
    default: []
  skip:
    description:
      - Checks to skip. They are listed in RV(not_made).
    type: list
    elements: str
    default: []
  mute:
    description:
      - Known findings to ignore; they are returned in RV(muted).
    type: list
    elements: dict
    default: []
    suboptions:
      check:
        description: Name of the check.
        type: str
        required: true
      reason:
        description: Reason, for the next person on call.
        type: str
        required: true
      node:
        description: Node (C(address:port)) to mute the check for. Default is all nodes.
        type: str
  maintenance:
    description:
      - Hosts in maintenance. What is only that is returned in RV(muted), and as warnings once the end time has passed.
    type: list
    elements: dict
    default: []
    suboptions:
      host:
        description: Inventory name of the host, as O(nodes) has it in C(host).
        type: str
        required: true
      text:
        description: Beginning, end time, user and reason, to be read after the name of the host.
        type: str
        required: true
      expired:
        description: Whether its end time has passed.
        type: bool
        required: true
  warn:
    description:
      - Checks whose errors count as warnings.
    type: list
    elements: str
    default: []
  limits:
    description:
      - Thresholds of the checks.
    type: dict
    default: {}
    suboptions:
      lag_bytes:
        description: Maximum lag of an in-sync replica behind its primary, in bytes.
        type: float
      lag_seconds:
        description: Maximum time since an in-sync replica was last heard from, in seconds.
        type: float
      full_resyncs_per_hour:
        description: Number of full synchronisations per replica and hour of uptime that is not yet considered a loop.
        type: float
      backlog_seconds:
        description: Seconds of writes at the current rate that the replication backlog must hold.
        type: float
      replica_buffer_percent:
        description: Percentage of the output buffer limit of replicas.
        type: float
      memory_percent:
        description: Percentage of C(maxmemory), or of the host's memory without one.
        type: float
      fragmentation_ratio:
        description: Ratio of memory held to memory used.
        type: float
      fragmentation_bytes:
        description: Bytes below which fragmentation is ignored.
        type: float
      swap_bytes:
        description: Maximum swapped-out memory of an instance, in bytes.
        type: float
      clients_percent:
        description: Percentage of C(maxclients).
        type: float
      snapshot_age:
        description: Maximum age of the last successful snapshot if snapshots are enabled, in seconds.
        type: float
      disk_percent:
        description: Maximum usage of the data disk, in percent.
        type: float
      clock_seconds:
        description: Maximum clock difference, in seconds.
        type: float
  sample:
    description:
      - Seconds between two samples, for values that are only visible as growth (evictions, rejected connections,
        writes).
      - V(0) takes one sample, and those checks are skipped.
    type: float
    default: 1.0
  fail_on:
    description:
      - Severity of findings that makes the module fail.
    type: str
    choices: [error, warning, never]
    default: error
seealso:
  - module: almashooq.redis.health_host_info
  - module: almashooq.redis.cluster_info
  - module: almashooq.redis.sentinel_info
"""

EXAMPLES = r"""
- name: Continue only if the cluster is healthy
  almashooq.redis.health:
    username: admin
    password: "{{ redis_node_admin_password }}"
    nodes: "{{ (hostvars | almashooq.redis.monitored_deployments(groups['redis_cluster']) | first).nodes }}"

- name: Check a replication set that may evict keys
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
  description: Deviations from the desired state, errors first.
  returned: always
  type: list
  elements: dict
  contains:
    check: {description: Name of the check., type: str}
    severity: {description: V(error) or V(warning)., type: str}
    node: {description: Node or Sentinel that it is about; null for the whole deployment., type: str}
    message: {description: Description of the problem., type: str}
    observed: {description: Observed value., type: str}
    expected: {description: Expected value., type: str}
    hint: {description: What to do., type: str}
muted:
  description: Ignored findings, each with the reason.
  returned: always
  type: list
  elements: dict
counts:
  description: Number of findings by severity, and of the muted ones.
  returned: always
  type: dict
checks:
  description: Checks that were run.
  returned: always
  type: list
  elements: str
not_made:
  description: Checks that were not run, because of O(checks), O(skip) or O(sample).
  returned: always
  type: list
  elements: str
nodes:
  description: Values of every node (bytes, seconds, counts); null if the node did not report it.
  returned: always
  type: list
  elements: dict
sentinels:
  description: The Sentinels, and why one does not answer.
  returned: always
  type: list
  elements: dict
summary:
  description: Summary in one line.
  returned: always
  type: str
timing:
  description: Seconds, total number of commands, and commands per server.
  returned: always
  type: dict
"""

from ansible_collections.almashooq.redis.plugins.module_utils._argspec import CONNECTION, SENTINEL_LOGIN
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.options import CLUSTER
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read
from ansible_collections.almashooq.redis.plugins.module_utils._health.operation import assert_health
from ansible_collections.almashooq.redis.plugins.module_utils._health.options import HEALTH


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={**CONNECTION, **SENTINEL_LOGIN, **CLUSTER, **HEALTH}, supports_check_mode=True
    )
    read(module, assert_health)


if __name__ == "__main__":
    main()
