#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.preflight_identity``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight_identity
version_added: 0.2.0
short_description: Refuse to start servers on the files of another deployment
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Reads the files that the stopped servers of this host would start with, and compares the addresses in them with the
    members of the deployment. These are the nodes file of a cluster node, C(replicaof) in an instance's own file, and
    the sets in a Sentinel's own file.
  - A data directory that was copied from another deployment carries that deployment's identity. A server that starts on
    it joins the other deployment at once.
  - A host with a new address is not refused as long as the other members are those of the inventory.
  - Running servers are skipped. Read-only; needs no client library.
extends_documentation_fragment:
  - almashooq.redis.connection.info_attributes
options:
  host:
    description: Name of this host in the inventory.
    type: str
    required: true
  members:
    description:
      - Instances of all hosts, RV(almashooq.redis.preflight#module:members) of each joined.
      - Instances of other deployments may be among them.
    type: list
    elements: dict
    required: true
  sentinels:
    description: Sentinels of all hosts, in the same form.
    type: list
    elements: dict
    default: []
  data_dir:
    description: Directory of the instances' data, with a subdirectory for each port.
    type: path
  sentinel_data_dir:
    description: Directory of Sentinel's own file, with a subdirectory for each port.
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
problems:
  description: Files that belong to another deployment, one sentence each.
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
