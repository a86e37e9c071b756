#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.preflight_identity``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight_identity
version_added: 0.1.0
short_description: Refuse to start servers on the files of another deployment
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Reads the files that the stopped servers of this host would start with, and compares the addresses in them with the
    members of the deployment - the nodes file of a cluster node, C(replicaof) in the own file of an instance, and what
    the own file of a Sentinel watches.
  - A data directory that was copied from another deployment carries the identity of that one. A server that starts on
    it joins the other deployment at once.
  - A host that got a new address is not refused as long as the other members are those of the inventory.
  - Servers that run are passed over. Changes nothing, and needs no client library.
extends_documentation_fragment:
  - almashooq.redis.connection.info_attributes
options:
  host:
    description: Name of this host in the inventory.
    type: str
    required: true
  members:
    description:
      - The instances of all hosts, RV(almashooq.redis.preflight#module:members) of each joined.
      - Instances of other deployments may be among them.
    type: list
    elements: dict
    required: true
  sentinels:
    description: The Sentinels of all hosts, in the same form.
    type: list
    elements: dict
    default: []
  data_dir:
    description: Directory of the instances' data, which has a directory for each port.
    type: path
  sentinel_data_dir:
    description: Directory of Sentinel's own file, which has a directory for each port.
    type: path
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Compare the files of stopped instances with the deployment
  almashooq.redis.preflight_identity:
    host: "{{ inventory_hostname }}"
    members: "{{ ansible_play_hosts | map('extract', hostvars, '__redis_node_members') | flatten }}"
    data_dir: /var/lib/redis-node
"""

RETURN = r"""
notes:
  description: What is unusual and no reason to refuse, for example an address that has changed.
  returned: success
  type: list
  elements: str
problems:
  description: Which files belong to another deployment, one sentence each.
  returned: failure
  type: list
  elements: str
"""


from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read
from ansible_collections.almashooq.redis.plugins.module_utils._preflight import identity


def main() -> None:
    """Compare the files of this host's stopped servers with the deployment."""
    module = AnsibleModule(
        argument_spec={
            "host": {"type": "str", "required": True},
            "members": {"type": "list", "elements": "dict", "required": True},
            "sentinels": {"type": "list", "elements": "dict", "default": []},
            "data_dir": {"type": "path"},
            "sentinel_data_dir": {"type": "path"},
        },
        supports_check_mode=True,
    )
    read(module, identity.look_at_identity, needs_client=False)


if __name__ == "__main__":
    main()
