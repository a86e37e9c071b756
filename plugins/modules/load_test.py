#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure throughput and latency of a deployment."""

from __future__ import annotations

DOCUMENTATION = r"""
module: load_test
short_description: Measure throughput and latency of a cluster or a replication set
version_added: 0.1.0
description:
  - Runs the engine's own benchmark tool on the host that the module runs on, which is the load generator, against the
    whole deployment and against each primary alone, and returns operations per second and percentiles of the latency.
  - A primary that is far slower than its peers, and a generator that is the limit itself, are findings.
  - Writes keys C(almashooq:load:*) and no others, removes them at the end, and gives each an expiry of an hour, so that
    nothing stays of a run that was killed.
  - The tool takes a password from its command line only, which every user of the host can read. It gets a user of its
    own, C(almashooq-load), which may do nothing but read and write these keys, with a password that is drawn for one
    run; O(username) has to have the right to make such a user (C(acl|setuser), C(acl|deluser)).
  - It takes what the deployment can give. Its applications feel that.
author:
  - The almashooq.redis authors (@almashooq)
extends_documentation_fragment:
  - almashooq.redis.connection
  - almashooq.redis.connection.lock
  - almashooq.redis.connection.attributes
options:
  nodes:
    description:
      - All data nodes of the deployment. Who is primary is asked.
    type: list
    elements: dict
    required: true
    suboptions:
      address:
        description: Address or host name at which the generator reaches the node.
        type: str
        required: true
      port:
        description: Its port.
        type: int
        required: true
      host:
        description: Machine that it runs on. By default the address.
        type: str
      zone:
        description: Failure domain of the machine. By default the host.
        type: str
  topology:
    description:
      - What the nodes are.
    type: str
    choices: [cluster, replication]
    default: cluster
  tool:
    description:
      - Path of C(redis-benchmark) or C(valkey-benchmark) on the generator, or its name where it is on the path.
    type: str
    required: true
  kinds:
    description:
      - What to measure. V(mix) is reads and writes side by side, see O(read_percent).
    type: list
    elements: str
    choices: [read, write, mix]
    default: [read, write, mix]
  pipelines:
    description:
      - How many requests are under way on a connection at a time. V(1) is no pipelining. Each is a run of its own.
    type: list
    elements: int
    default: [1, 16]
  connections:
    description:
      - Connections in all.
    type: int
    default: 50
  value_bytes:
    description:
      - Size of a value.
    type: int
    default: 100
  keys:
    description:
      - How many keys there are on each primary at most.
    type: int
    default: 10000
  read_percent:
    description:
      - Share of the reads in a mix, of the requests and of the connections.
    type: int
    default: 80
  per_node:
    description:
      - Whether to measure each primary alone, too, where there are several. They take three turns each, so
        that whatever else keeps the generator busy for a while does not meet one of them alone.
    type: bool
    default: true
  seconds:
    description:
      - How long all runs take together; they share it evenly.
    type: float
    default: 60.0
  timeout:
    description:
      - When to give up, in seconds. By default twice O(seconds) and a minute.
    type: float
    default: 0.0
  threads:
    description:
      - Threads of the tool. By default half of the generator's processors, 8 at most.
    type: int
    default: 0
  node_percent:
    description:
      - A primary that does a smaller share of the operations of its peers' median is a finding.
    type: float
    default: 50.0
  targets:
    description:
      - What the deployment is to reach. Whether it did is in RV(targets); a target that was missed fails nothing here.
    type: dict
    default: {}
    suboptions:
      ops_per_second:
        description: Operations per second of the whole deployment, in the best of its runs.
        type: float
      p99_ms:
        description: Latency in ms that 99 percent of the requests do not exceed, at the shallowest pipeline.
        type: float
seealso:
  - module: almashooq.redis.acceptance_report
  - module: almashooq.redis.health
"""

EXAMPLES = r"""
- name: Measure for a minute, from a host that is no member
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
  description: What was measured; null in check mode.
  returned: success
  type: dict
  contains:
    generator: {description: "Host, processors, how busy they were, whether it was the limit, tool.", type: dict}
    runs:
      description:
        - "Each run: name, scope (V(cluster) for the whole deployment), node, pipeline, connections, value_bytes,
          seconds, requests, ops_per_second, p50_ms, p99_ms, p999_ms, percentiles, and the processors used by the
          generator, the tool and each server."
      type: list
      elements: dict
findings:
  description: Slow nodes (severity V(error)), and a generator that was the limit (V(warning)).
  returned: success
  type: list
  elements: dict
targets:
  description: Each of O(targets) with C(name), C(wanted), C(measured), C(met).
  returned: success
  type: list
  elements: dict
summary:
  description: One line for people.
  returned: success
  type: str
plan:
  description: The runs, a line each.
  returned: always
  type: list
  elements: str
done:
  description: The runs that are over, and what they took in seconds.
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
  description: The runs that were left when one failed.
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
