#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attach the replicas of a set to its primary, whoever that is by now."""

from __future__ import annotations

DOCUMENTATION = r"""
module: replication
short_description: Attach replicas to the primary of a set, whoever that is by now
version_added: 0.1.0
description:
  - Asks all Sentinels and all nodes who is primary, attaches what is detached, and waits until all are in sync.
  - A majority of the Sentinels decides who is primary; with none that watches the set, the nodes do, if they are of one
    mind. Only at the very first start, when nobody follows anybody and no other node holds data, it is O(primary).
  - No role is ever moved. The primary is not touched, nothing is promoted, flushed or reset.
  - A node is attached when it is empty, or has nothing that the primary never had. One with other or newer data stops
    the run before anything is changed, unless O(discard) names it.
  - While a failover is in progress the module waits for its end. Of several runs at a time on one set one works and the
    others wait for it.
author:
  - The almashooq.redis authors (@almashooq)
extends_documentation_fragment:
  - almashooq.redis.connection
  - almashooq.redis.connection.lock
  - almashooq.redis.connection.attributes
options:
  set:
    description:
      - Name of the set, as Sentinel has it.
    type: str
    required: true
  nodes:
    description:
      - The members of the set.
    type: list
    elements: dict
    required: true
    suboptions:
      address:
        description:
          - Address or host name at which this host, and all other nodes, reach it.
        type: str
        required: true
      port:
        description:
          - Its port.
        type: int
        required: true
      host:
        description:
          - Machine that it runs on; a machine fails as a whole. By default the address.
        type: str
      zone:
        description:
          - Failure domain of the machine, for example a rack. By default the host.
        type: str
  primary:
    description:
      - Who starts as primary, at the very first start.
    type: dict
    required: true
    suboptions:
      address:
        description:
          - Address of one of O(nodes).
        type: str
        required: true
      port:
        description:
          - Its port.
        type: int
        required: true
  sentinels:
    description:
      - All Sentinels that watch the set, or will. They are asked, not changed.
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
          - Its port.
        type: int
        required: true
      host:
        description:
          - Machine that it runs on. By default the address.
        type: str
      zone:
        description:
          - Failure domain of the machine. By default the host.
        type: str
      announce_ip:
        description:
          - Address that it announces, see M(almashooq.redis.sentinel); not looked at here.
        type: str
      announce_port:
        description:
          - Port that it announces; not looked at here.
        type: int
  sentinel_username:
    description:
      - User to log in as at the Sentinels. By default O(username).
    type: str
  sentinel_password:
    description:
      - Password of O(sentinel_username). By default O(password).
    type: str
  sentinel_password_old:
    description:
      - Password that is tried where a Sentinel refuses O(sentinel_password). By default O(password_old).
    type: str
  discard:
    description:
      - Nodes, as V(address:port), whose own data may be given up for those of the primary.
      - Nodes of other sets may be among them.
    type: list
    elements: str
    default: []
  external:
    description:
      - Replicas, as V(address:port), that are none of O(nodes) and may be attached, for example for backups.
      - Any other replica that is attached stops the run before anything is changed.
    type: list
    elements: str
    default: []
  timeout:
    description:
      - How long all the waiting of a run may take together, in seconds.
    type: float
    default: 120.0
seealso:
  - module: almashooq.redis.sentinel
"""

EXAMPLES = r"""
- name: A primary with two replicas
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
"""

RETURN = r"""
plan:
  description: What there was to do, a line a step; in check mode what there would be.
  returned: always
  type: list
  elements: str
  sample: ["198.51.100.12:6379: replicate 198.51.100.11:6379"]
done:
  description: The steps done and how long each took, in seconds.
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
primary:
  description: Who is primary; address, port, host.
  returned: success
  type: dict
topology:
  description: The primary and the replicas.
  returned: success
  type: dict
findings:
  description: What is not as it should be; check, severity, node, message, hint, observed, expected.
  returned: success
  type: list
  elements: dict
summary:
  description: The set as a table for a person.
  returned: success
  type: str
opinions:
  description: Whom each Sentinel names as primary, where they are no majority.
  returned: when refused
  type: dict
"""

from ansible_collections.almashooq.redis.plugins.module_utils._argspec import (
    CONNECTION,
    ENDPOINT,
    LOCK,
    NODES,
    SENTINELS,
    access,
    access_of,
)
from ansible_collections.almashooq.redis.plugins.module_utils._engine.deployment import Deployment
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._replication.desired import make_desired
from ansible_collections.almashooq.redis.plugins.module_utils._replication.execute import ReplicationOperation


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            **CONNECTION,
            **LOCK,
            "set": {"type": "str", "required": True},
            "nodes": NODES,
            "primary": {"type": "dict", "required": True, "options": ENDPOINT},
            "sentinels": {**SENTINELS, "required": False, "default": []},
            "sentinel_username": {"type": "str"},
            "sentinel_password": {"type": "str", "no_log": True},
            "sentinel_password_old": {"type": "str", "no_log": True},
            "discard": {"type": "list", "elements": "str", "default": []},
            "external": {"type": "list", "elements": "str", "default": []},
            "timeout": {"type": "float", "default": 120.0},
        },
        supports_check_mode=True,
    )
    converge(
        module,
        lambda params, record: ReplicationOperation(
            make_desired(
                params["set"],
                params["nodes"],
                params["primary"],
                params["sentinels"],
                params["discard"],
                params["external"],
            ),
            access(params),
            access_of(params, "sentinel"),
            Deployment(record, params["timeout"], params["run_by"]),
        ),
    )


if __name__ == "__main__":
    main()
