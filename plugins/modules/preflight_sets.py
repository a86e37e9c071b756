#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.preflight_sets``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight_sets
version_added: 0.2.0
short_description: Check whether running replication sets and Sentinels can become the desired ones
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Queries the running instances and Sentinels, and refuses what the modules M(almashooq.redis.replication) and
    M(almashooq.redis.sentinel) would refuse at the end of a run. Examples are a set whose primary or replica is missing
    from the inventory, a replica of another deployment, an instance in cluster mode, two primaries that both hold data,
    and a Sentinel that votes and is missing from the inventory.
  - Instances and Sentinels that do not answer are left to the run, which starts them. Read-only.
  - Checks nothing if the Python Redis client is not installed yet.
extends_documentation_fragment:
  - almashooq.redis.connection
  - almashooq.redis.connection.sentinel_login
  - almashooq.redis.connection.info_attributes
options:
  sets:
    description: Replication sets to check.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the set.
        type: str
        required: true
      primary:
        description: Initial primary of the set, with address and port.
        type: dict
        required: true
        suboptions:
          address:
            description: Address or host name.
            type: str
            required: true
          port:
            description: Port of the server.
            type: int
            required: true
      nodes:
        description: Instances of the set.
        type: list
        elements: dict
        required: true
        suboptions: &server
          address:
            description: Address or host name.
            type: str
            required: true
          port:
            description: Port of the server.
            type: int
            required: true
          host:
            description: Name of the host.
            type: str
          zone:
            description: Failure domain of the host.
            type: str
  sentinels:
    description: Sentinels that monitor the sets.
    type: list
    elements: dict
    default: []
    suboptions:
      <<: *server
      announce_ip: &announce_ip
        description: Address by which the other Sentinels know it.
        type: str
      announce_port: &announce_port
        description: Port by which the other Sentinels know it.
        type: int
  discard:
    description: Nodes whose data may be discarded, see O(almashooq.redis.replication#module:discard).
    type: list
    elements: str
    default: []
  external:
    description: Replicas that are intentionally not in the inventory, as C(address:port).
    type: list
    elements: str
    default: []
  leaving:
    description: Instances and Sentinels that this run removes.
    type: list
    elements: dict
    default: []
    suboptions:
      <<: *server
      announce_ip: *announce_ip
      announce_port: *announce_port
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Check the running set
  almashooq.redis.preflight_sets:
    username: admin
    password: "{{ redis_node_admin_password }}"
    sets:
      - name: main
        primary: {address: 192.0.2.11, port: 6379}
        nodes:
          - {address: 192.0.2.11, port: 6379}
          - {address: 192.0.2.12, port: 6379}
"""

RETURN = r"""
checked:
  description: Names of the sets of which an instance answered.
  returned: success
  type: list
  elements: str
"""


from ansible_collections.almashooq.redis.plugins.module_utils._argspec import (
    CONNECTION,
    ENDPOINT,
    NODES,
    SENTINEL_LOGIN,
    SENTINELS,
)
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.ahead import look_ahead


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            **CONNECTION,
            **SENTINEL_LOGIN,
            "sets": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "name": {"type": "str", "required": True},
                    "primary": {"type": "dict", "required": True, "options": ENDPOINT},
                    "nodes": NODES,
                },
            },
            "sentinels": {**SENTINELS, "required": False, "default": []},
            "discard": {"type": "list", "elements": "str", "default": []},
            "external": {"type": "list", "elements": "str", "default": []},
            "leaving": {**SENTINELS, "required": False, "default": []},
        },
        supports_check_mode=True,
    )
    read(module, look_ahead, needs_client=False)


if __name__ == "__main__":
    main()
