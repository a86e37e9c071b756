#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.acceptance_writer``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: acceptance_writer
version_added: 0.2.0
short_description: Run a client that writes during a fault or a change, and count its writes
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - "With O(state=started): starts a client that keeps running. Each write has its own key, and the client records which
    writes were acknowledged, and when. With O(nodes) it writes to one shard in two streams; in one of them a replica
    confirms each write (WAIT). With O(connection) it acts as an application that uses the files of role redis_client."
  - "With O(state=stopped): stops the client, reads all acknowledged keys back from the primary, counts the lost ones,
    and removes its keys."
  - "With O(state=absent): stops all clients that were started on this host, and removes their keys."
  - A client stops by itself after O(deadline), and its keys expire an hour after they were written.
extends_documentation_fragment:
  - almashooq.redis.connection
  - almashooq.redis.connection.attributes
options:
  state:
    description:
      - Desired state of the client.
    type: str
    choices: [started, stopped, absent]
    default: started
  run:
    description:
      - Name of the client.
    type: str
  nodes:
    description:
      - Nodes of the shard, its primary first.
    type: list
    elements: dict
    suboptions:
      address:
        description: Address of the server.
        type: str
        required: true
      port:
        description: Port of the server.
        type: int
        required: true
      host:
        description: Machine. Not used.
        type: str
      zone:
        description: Failure domain. Not used.
        type: str
  slots:
    description:
      - Slots of the shard, as in V(0-5460). Empty for a replication set.
    type: str
    default: ""
  connection:
    description:
      - JSON file of a connection that role redis_client has written, instead of O(nodes).
    type: path
  prefix:
    description:
      - Prefix of all key names.
    type: str
    default: almashooq:acceptance
  interval:
    description:
      - Pause between two writes of a stream, in milliseconds.
    type: float
    default: 2.0
  deadline:
    description:
      - Seconds after which the client stops by itself.
    type: float
    default: 300.0
  timeout:
    description:
      - Timeout of stopping the client, in seconds.
    type: float
    default: 150.0
  directory:
    description:
      - Directory of the client's files.
    type: path
    default: /var/lib/redis-acceptance
seealso:
  - module: almashooq.redis.acceptance_fault
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Write to a shard
  almashooq.redis.acceptance_writer:
    run: drill-1
    username: admin
    password: "{{ redis_node_admin_password }}"
    slots: 0-5460
    nodes:
      - {address: 192.0.2.11, port: 7000}
      - {address: 192.0.2.12, port: 7001}

- name: Count lost writes
  almashooq.redis.acceptance_writer:
    state: stopped
    run: drill-1
    username: admin
    password: "{{ redis_node_admin_password }}"
  register: written
"""

RETURN = r"""
plan:
  description: Planned steps, one line each.
  returned: always
  type: list
  elements: str
done:
  description: Steps done, with their duration.
  returned: always
  type: list
  elements: dict
report:
  description: Counts of the client, with O(state=stopped). Times are in seconds since 1970.
  returned: success
  type: dict
  contains:
    attempted: {description: Attempted writes., type: int}
    acknowledged: {description: Acknowledged writes., type: int}
    confirmed: {description: Writes that a replica confirmed., type: int}
    lost: {description: Confirmed writes that are lost., type: int}
    lost_without_wait: {description: Acknowledged writes of the other stream that are lost., type: int}
    gap_ms: {description: Longest time between two acknowledged writes., type: int}
    gap_since: {description: When that gap began., type: float}
    writes: {description: "[ms, acknowledged, failed] for each tenth of a second.", type: list}
    errors: {description: "Failures, with the number of their occurrences.", type: dict}
    left: {description: Keys that could not be removed., type: int}
"""

from ansible_collections.almashooq.redis.plugins.module_utils._acceptance.writers import WriterOperation
from ansible_collections.almashooq.redis.plugins.module_utils._argspec import CONNECTION, NODES
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            **CONNECTION,
            "state": {"type": "str", "choices": ["started", "stopped", "absent"], "default": "started"},
            "run": {"type": "str"},
            "nodes": {**NODES, "required": False},
            "slots": {"type": "str", "default": ""},
            "connection": {"type": "path"},
            "prefix": {"type": "str", "default": "almashooq:acceptance"},
            "interval": {"type": "float", "default": 2.0},
            "deadline": {"type": "float", "default": 300.0},
            "timeout": {"type": "float", "default": 150.0},
            "directory": {"type": "path", "default": "/var/lib/redis-acceptance"},
        },
        mutually_exclusive=[("nodes", "connection")],
        supports_check_mode=True,
    )
    converge(module, WriterOperation)


if __name__ == "__main__":
    main()
