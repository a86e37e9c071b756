#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attach the replicas of sets to their primaries, whichever instances those are by now."""

from __future__ import annotations

DOCUMENTATION = r"""
module: replication
short_description: Attach replicas to the current primaries of replication sets
version_added: 0.2.0
description:
  - Queries all Sentinels and all nodes for the primary, attaches detached replicas, and waits until all are in sync.
  - A majority of the Sentinels decides which node is primary. If no Sentinel monitors the set, the nodes decide, if
    they agree. O(primary) is used only at the very first start, when no node follows another and no other node holds
    data.
  - No role is ever moved. The primary is not changed, and nothing is promoted, flushed or reset.
  - A node is attached if it is empty, or has no data that the primary never had. A node with other or newer data stops
    the run before anything is changed, unless O(discard) names it.
  - Of several sets, all are checked before one of them is changed, and what is refused of any of them is reported
    together. Then they are attached one after the other.
  - The module waits for the end of a failover in progress. If several runs act on one set at the same time, one
    proceeds and the others wait for it.
author:
  - The almashooq.redis authors (@almashooq)
extends_documentation_fragment:
  - almashooq.redis.connection
  - almashooq.redis.connection.sentinel_login
  - almashooq.redis.connection.lock
  - almashooq.redis.connection.attributes
options:
  set:
    description:
      - Name of the set, as on the Sentinels. Give either one set, with O(nodes) and O(primary), or O(sets).
    type: str
  sets:
    description:
      - Several sets, for one run on all of them. They have the Sentinels and the login in common.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - Name of the set, as on the Sentinels.
        type: str
        required: true
      nodes:
        description:
          - Members of the set, as in O(nodes). A node belongs to one set.
        type: list
        elements: dict
        required: true
        suboptions:
          address:
            description:
              - Address or host name at which this host and all other nodes reach it.
            type: str
            required: true
          port:
            description:
              - Port of the server.
            type: int
            required: true
          host:
            description:
              - Machine that it runs on. Default is the address.
            type: str
          zone:
            description:
              - Failure domain of the machine. Default is the host.
            type: str
      primary:
        description:
          - Initial primary, as in O(primary).
        type: dict
        required: true
        suboptions:
          address:
            description:
              - Address of one of O(sets[].nodes).
            type: str
            required: true
          port:
            description:
              - Port of the server.
            type: int
            required: true
      external:
        description:
          - Replicas outside the nodes that may be attached in this set alone, in addition to O(external).
        type: list
        elements: str
        default: []
  nodes:
    description:
      - Members of the set.
    type: list
    elements: dict
    suboptions:
      address:
        description:
          - Address or host name at which this host and all other nodes reach it.
        type: str
        required: true
      port:
        description:
          - Port of the server.
        type: int
        required: true
      host:
        description:
          - Machine that it runs on; a machine fails as a whole. Default is the address.
        type: str
      zone:
        description:
          - Failure domain of the machine, for example a rack. Default is the host.
        type: str
  primary:
    description:
      - Initial primary, used at the very first start only.
    type: dict
    suboptions:
      address:
        description:
          - Address of one of O(nodes).
        type: str
        required: true
      port:
        description:
          - Port of the server.
        type: int
        required: true
  sentinels:
    description:
      - All current and future Sentinels of the set or sets. They are queried, not changed.
    type: list
    elements: dict
    default: []
    suboptions:
      address:
        description:
          - Address or host name at which this host reaches it.
        type: str
        required: true
      port:
        description:
          - Port of the server.
        type: int
        required: true
      host:
        description:
          - Machine that it runs on. Default is the address.
        type: str
      zone:
        description:
          - Failure domain of the machine. Default is the host.
        type: str
      announce_ip:
        description:
          - Address that it announces, see M(almashooq.redis.sentinel); not used here.
        type: str
      announce_port:
        description:
          - Port that it announces; not used here.
        type: int
  discard:
    description:
      - Nodes whose own data may be replaced by the primary's, as V(address:port).
      - Nodes of other sets may be among them.
    type: list
    elements: str
    default: []
  external:
    description:
      - Replicas outside O(nodes) that may be attached, as V(address:port), for example for backups.
      - Any other attached replica stops the run before anything is changed.
    type: list
    elements: str
    default: []
  timeout:
    description:
      - Total timeout of all waits for one set, in seconds.
    type: float
    default: 120.0
seealso:
  - module: almashooq.redis.sentinel
"""

EXAMPLES = r"""
- name: Attach two replicas to a primary
  almashooq.redis.replication:
    username: admin
    password: "{{ redis_node_admin_password }}"
    set: main
    primary: {address: 198.51.100.11, port: 6379}
    nodes:
      - {address: 198.51.100.11, port: 6379, host: redis1, zone: a}
      - {address: 198.51.100.12, port: 6379, host: redis2, zone: b}
      - {address: 198.51.100.13, port: 6379, host: redis3, zone: c}
    sentinels:
      - {address: 198.51.100.11, port: 26379}
      - {address: 198.51.100.12, port: 26379}
      - {address: 198.51.100.13, port: 26379}
  run_once: true

- name: Attach the replicas of two sets
  almashooq.redis.replication:
    username: admin
    password: "{{ redis_node_admin_password }}"
    sets:
      - name: main
        primary: {address: 198.51.100.11, port: 6379}
        nodes:
          - {address: 198.51.100.11, port: 6379}
          - {address: 198.51.100.12, port: 6379}
      - name: sessions
        primary: {address: 198.51.100.12, port: 6380}
        nodes:
          - {address: 198.51.100.11, port: 6380}
          - {address: 198.51.100.12, port: 6380}
  run_once: true
"""

RETURN = r"""
plan:
  description: Planned steps, one line each. In check mode nothing is done.
  returned: always
  type: list
  elements: str
  sample: ["198.51.100.12:6379: replicate 198.51.100.11:6379"]
done:
  description: Steps done, with their duration in seconds.
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
primary:
  description: Primary; address, port, host.
  returned: success, for one set
  type: dict
topology:
  description: The primary and the replicas.
  returned: success, for one set
  type: dict
findings:
  description: Deviations from the desired state; check, severity, node, message, hint, observed, expected.
  returned: success, for one set
  type: list
  elements: dict
refused_writes:
  description: Why members cannot keep their data on disk, and so refuse writes; like RV(findings). A failed snapshot,
    or a failed write or rewrite of the append-only file.
  returned: success, for one set
  type: list
  elements: dict
summary:
  description: The set as a table for people.
  returned: success, for one set
  type: str
sets:
  description: For O(sets), the results of each set by name. If several sets failed, their errors instead.
  returned: when O(sets) is given
  type: dict
  contains:
    primary: {description: As RV(primary)., type: dict}
    topology: {description: As RV(topology)., type: dict}
    findings: {description: As RV(findings)., type: list, elements: dict}
    refused_writes: {description: As RV(refused_writes)., type: list, elements: dict}
    summary: {description: As RV(summary)., type: str}
opinions:
  description: Primary that each Sentinel names, if they are not a majority.
  returned: when refused
  type: dict
"""

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._argspec import (
    CONNECTION,
    ENDPOINT,
    LOCK,
    NODES,
    SENTINEL_LOGIN,
    SENTINELS,
    access,
    sentinel_access,
)
from ansible_collections.almashooq.redis.plugins.module_utils._client import Record
from ansible_collections.almashooq.redis.plugins.module_utils._engine.deployment import Deployment
from ansible_collections.almashooq.redis.plugins.module_utils._engine.loop import Operation
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._replication.desired import make_desired, make_sets
from ansible_collections.almashooq.redis.plugins.module_utils._replication.execute import ReplicationOperation
from ansible_collections.almashooq.redis.plugins.module_utils._replication.together import SetsOperation

LIST = {"type": "list", "elements": "str", "default": []}
SET = {
    "name": {"type": "str", "required": True},
    "nodes": NODES,
    "primary": {"type": "dict", "required": True, "options": ENDPOINT},
    "external": LIST,
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            **CONNECTION,
            **SENTINEL_LOGIN,
            **LOCK,
            "set": {"type": "str"},
            "nodes": {**NODES, "required": False},
            "primary": {"type": "dict", "options": ENDPOINT},
            "sets": {"type": "list", "elements": "dict", "options": SET},
            "sentinels": {**SENTINELS, "required": False, "default": []},
            "discard": LIST,
            "external": LIST,
            "timeout": {"type": "float", "default": 120.0},
        },
        mutually_exclusive=[("set", "sets"), ("nodes", "sets"), ("primary", "sets")],
        required_one_of=[("set", "sets")],
        required_by={"set": ("nodes", "primary")},
        supports_check_mode=True,
    )
    converge(module, make_operation)


def make_operation(params: t.Mapping[str, t.Any], record: Record) -> Operation[t.Any, t.Any]:
    """Build the operation of one set or of several from the module's options."""
    deployment = Deployment(record, params["timeout"], params["run_by"])
    logins = (access(params), sentinel_access(params))
    if params["sets"] is not None:
        parts = {
            name: ReplicationOperation(desired, *logins, deployment) for name, desired in make_sets(params).items()
        }
        return SetsOperation(parts, deployment)
    shared = (params["sentinels"], params["discard"], params["external"])
    desired = make_desired(params["set"], params["nodes"], params["primary"], *shared)
    return ReplicationOperation(desired, *logins, deployment)


if __name__ == "__main__":
    main()
