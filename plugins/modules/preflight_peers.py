#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.preflight_peers``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight_peers
version_added: 0.1.0
short_description: Tell whether the hosts of a deployment fit together and reach each other
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Compares this host with the others (one address given twice, clocks apart) and connects to the data port and the
    cluster bus port of every instance on every other host, at the address that it binds and at the one that it
    announces, all at the same time.
  - Fails with one sentence for each problem, and changes nothing.
extends_documentation_fragment:
  - almashooq.redis.connection.info_attributes
options:
  host:
    description: Name of this host in the inventory.
    type: str
    required: true
  members:
    description: The instances of all hosts, RV(almashooq.redis.preflight#module:members) of each joined.
    type: list
    elements: dict
    required: true
  listeners:
    description:
      - Whether M(almashooq.redis.preflight_listener) listens on all hosts for the instances that do not run yet.
      - Without it, only instances that run are connected to.
    type: bool
    default: false
  timeout:
    description: Seconds that one connection may take.
    type: float
    default: 3.0
  clock_skew:
    description: Seconds that the clocks of two hosts may differ.
    type: float
    default: 5.0
  controller_time:
    description:
      - The controller's clock at the start of the task, in seconds since 1970, for another reading of the host's clock.
      - A host that was slow to start its first task is not taken for one whose clock is ahead.
    type: float
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Try to reach all other hosts
  almashooq.redis.preflight_peers:
    host: "{{ inventory_hostname }}"
    members: "{{ ansible_play_hosts | map('extract', hostvars, '__redis_node_members') | flatten }}"
"""

RETURN = r"""
reached:
  description: How many ports of other hosts were connected to.
  returned: success
  type: int
problems:
  description: What is in the way, one sentence each.
  returned: failure
  type: list
  elements: str
"""


from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read
from ansible_collections.almashooq.redis.plugins.module_utils._preflight import operation


def main() -> None:
    """Compare this host with the others and try to reach them."""
    module = AnsibleModule(
        argument_spec={
            "host": {"type": "str", "required": True},
            "members": {"type": "list", "elements": "dict", "required": True},
            "listeners": {"type": "bool", "default": False},
            "timeout": {"type": "float", "default": 3.0},
            "clock_skew": {"type": "float", "default": 5.0},
            "controller_time": {"type": "float"},
        },
        supports_check_mode=True,
    )
    read(module, operation.look_around, needs_client=False)


if __name__ == "__main__":
    main()
