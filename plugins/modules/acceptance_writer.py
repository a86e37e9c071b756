#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.acceptance_writer``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: acceptance_writer
version_added: 0.1.0
short_description: A client that writes while something else is done to the deployment, and counts
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - "With O(state=started): starts a client that goes on by itself. Each write has a key of its own, and it
    keeps which of them were acknowledged, and when. With O(nodes) it writes to one shard in two streams, one of which
    has a replica confirm each write (WAIT); with O(connection) it is an application with what role redis_client wrote."
  - "With O(state=stopped): ends it. It then reads all acknowledged keys back from the primary, counts what is lost, and
    removes its keys."
  - "With O(state=absent): ends all that were started on this host, and removes their keys."
  - A writer ends by itself after O(deadline), and its keys expire an hour after they were written.
extends_documentation_fragment:
  - almashooq.redis.connection
  - almashooq.redis.connection.attributes
options:
  state:
    description:
      - Whether it is to write.
    type: str
    choices: [started, stopped, absent]
    default: started
  run:
    description:
      - Name of the writer.
    type: str
  nodes:
    description:
      - The nodes of the shard, its primary first.
    type: list
    elements: dict
    suboptions:
      address:
        description: Address.
        type: str
        required: true
      port:
        description: Port.
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
      - The slots of the shard, as in V(0-5460). Empty for a replication set.
    type: str
    default: ""
  connection:
    description:
      - JSON file of a connection that role redis_client has written, instead of O(nodes).
    type: path
  prefix:
    description:
      - How the names of all keys begin.
    type: str
    default: almashooq:acceptance
  interval:
    description:
      - Pause between two writes of a stream, in milliseconds.
    type: float
    default: 2.0
  deadline:
    description:
      - After how many seconds it ends by itself.
    type: float
    default: 300.0
  timeout:
    description:
      - How long ending it may take, in seconds.
    type: float
    default: 150.0
  directory:
    description:
      - Where its files are.
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

- name: Count what is lost
  almashooq.redis.acceptance_writer:
    state: stopped
    run: drill-1
    username: admin
    password: "{{ redis_node_admin_password }}"
  register: written
"""

RETURN = r"""
plan:
  description: What was to be done, one line each.
  returned: always
  type: list
  elements: str
done:
  description: What was done, and how long it took.
  returned: always
  type: list
  elements: dict
report:
  description: What the writer has counted, with O(state=stopped). Times are seconds since 1970.
  returned: success
  type: dict
  contains:
    attempted: {description: Writes that were tried., type: int}
    acknowledged: {description: Those that were acknowledged., type: int}
    confirmed: {description: Those that a replica had confirmed., type: int}
    lost: {description: Confirmed writes that are not there., type: int}
    lost_without_wait: {description: "Acknowledged writes of the other stream that are not there.", type: int}
    gap_ms: {description: Longest time between two acknowledged writes., type: int}
    gap_since: {description: When that began., type: float}
    writes: {description: "[ms, acknowledged, failed] for each tenth of a second.", type: list}
    errors: {description: "What failed, with how often it did.", type: dict}
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
