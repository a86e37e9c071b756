#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure throughput and latency of a deployment."""

from __future__ import annotations

DOCUMENTATION = r"""
module: load_test
short_description: Measure throughput and latency of a cluster or a replication set
version_added: 0.2.0
description:
  - Runs the engine's own benchmark tool on the load generator, the host that the module runs on. It loads the whole
    deployment and then each primary alone, and returns operations per second and latency percentiles.
  - A primary that is far slower than its peers is a finding, and so is a generator that is itself the bottleneck.
  - Writes only keys C(almashooq:load:*) and removes them at the end. Each key expires after an hour, so that a killed
    run leaves nothing behind.
  - The tool accepts a password only on its command line, which every user of the host can read. It therefore gets a
    user of its own, C(almashooq-load), which may only read and write these keys, with a random password for one run.
    O(username) needs the right to create such a user (C(acl|setuser), C(acl|deluser)).
  - The test uses all capacity of the deployment, which affects its applications.
author:
  - The almashooq.redis authors (@almashooq)
extends_documentation_fragment:
  - almashooq.redis.connection
  - almashooq.redis.connection.lock
  - almashooq.redis.connection.attributes
options:
  nodes:
    description:
      - All data nodes of the deployment. The module determines which are primaries.
    type: list
    elements: dict
    required: true
    suboptions:
      address:
        description: Address or host name at which the generator reaches the node.
        type: str
        required: true
      port:
        description: Port of the server.
        type: int
        required: true
      host:
        description: Machine that it runs on. Default is the address.
        type: str
      zone:
        description: Failure domain of the machine. Default is the host.
        type: str
  topology:
    description:
      - Topology of the nodes.
    type: str
    choices: [cluster, replication]
    default: cluster
  tool:
    description:
      - Path of C(redis-benchmark) or C(valkey-benchmark) on the generator, or its name if it is in the search path.
    type: str
    required: true
  kinds:
    description:
      - What to measure. V(mix) runs reads and writes in parallel, see O(read_percent).
    type: list
    elements: str
    choices: [read, write, mix]
    default: [read, write, mix]
  pipelines:
    description:
      - Number of concurrent requests per connection. V(1) disables pipelining. Each value is a run of its own.
    type: list
    elements: int
    default: [1, 16]
  connections:
    description:
      - Total number of connections.
    type: int
    default: 50
  value_bytes:
    description:
      - Size of a value in bytes.
    type: int
    default: 100
  keys:
    description:
      - Maximum number of keys on each primary.
    type: int
    default: 10000
  read_percent:
    description:
      - Percentage of reads in a mix, of the requests and of the connections.
    type: int
    default: 80
  per_node:
    description:
      - Whether to also measure each primary alone, if there are several. Each is measured in three rounds, so that
        temporary load on the generator does not affect only one of them.
    type: bool
    default: true
  seconds:
    description:
      - Total duration of all runs in seconds; they share it evenly.
    type: float
    default: 60.0
  timeout:
    description:
      - Timeout in seconds. Default is twice O(seconds) plus one minute.
    type: float
    default: 0.0
  threads:
    description:
      - Threads of the tool. Default is half of the generator's processors, 8 at most.
    type: int
    default: 0
  node_percent:
    description:
      - A primary with a lower percentage of the median operations of its peers is a finding.
    type: float
    default: 50.0
  targets:
    description:
      - Targets of the deployment. RV(targets) shows whether they were reached; a missed target does not fail the
        module.
    type: dict
    default: {}
    suboptions:
      ops_per_second:
        description: Operations per second of the whole deployment, in the best of its runs.
        type: float
      p99_ms:
        description: Maximum latency of 99 percent of the requests in milliseconds, at the smallest pipeline.
        type: float
seealso:
  - module: almashooq.redis.acceptance_report
  - module: almashooq.redis.health
"""

EXAMPLES = r"""
- name: Measure for a minute, from a host outside the deployment
  almashooq.redis.load_test:
    username: admin
    password: "{{ redis_node_admin_password }}"
    nodes: "{{ (hostvars | almashooq.redis.monitored_deployments(groups['redis_cluster']) | first).nodes }}"
    tool: redis-benchmark
    targets: {ops_per_second: 100000, p99_ms: 10}
  delegate_to: generator
  register: measured
"""

RETURN = r"""
load:
  description: Measurements; null in check mode.
  returned: success
  type: dict
  contains:
    generator: {description: "Host, processors, their utilisation, whether it was the bottleneck, tool.", type: dict}
    runs:
      description:
        - "Each run: name, scope (V(cluster) for the whole deployment), node, pipeline, connections, value_bytes,
          seconds, requests, ops_per_second, p50_ms, p99_ms, p999_ms, percentiles, and the processors used by the
          generator, the tool and each server."
      type: list
      elements: dict
findings:
  description: Slow nodes (severity V(error)), and a generator that was the bottleneck (V(warning)).
  returned: success
  type: list
  elements: dict
targets:
  description: Each of O(targets) with C(name), C(wanted), C(measured), C(met).
  returned: success
  type: list
  elements: dict
summary:
  description: Summary in one line.
  returned: success
  type: str
plan:
  description: Planned runs, one line each.
  returned: always
  type: list
  elements: str
done:
  description: Completed runs, with their duration in seconds.
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
  description: Runs that were left when one failed.
  returned: failure
  type: list
  elements: str
"""

from ansible_collections.almashooq.redis.plugins.module_utils._argspec import CONNECTION, LOCK
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._load.operation import LoadTest
from ansible_collections.almashooq.redis.plugins.module_utils._load.options import LOAD


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec={**CONNECTION, **LOCK, **LOAD}, supports_check_mode=True)
    converge(module, LoadTest)


if __name__ == "__main__":
    main()
