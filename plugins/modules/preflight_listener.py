#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.preflight_listener``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight_listener
version_added: 0.1.0
short_description: Hold ports for a moment, so that other hosts can try to reach them
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Starts or ends a process that listens on ports on which nothing of the deployment listens yet.
    M(almashooq.redis.preflight_peers) on the other hosts then finds a firewall that is in the way before anything
    is installed.
  - The process ends by itself after O(lifetime), whatever becomes of the controller.
  - With O(state=absent) the process, of whichever run, is gone when the module returns.
extends_documentation_fragment:
  - almashooq.redis.connection.attributes
options:
  state:
    description:
      - Whether the process is to be there.
      - With V(present) one of an earlier run is replaced.
    type: str
    choices: [present, absent]
    default: present
  address:
    description: Address to listen on. Required with O(state=present).
    type: str
  ports:
    description: Ports to listen on. Required with O(state=present).
    type: list
    elements: int
  lifetime:
    description: Seconds after which the process ends by itself.
    type: int
    default: 60
  state_file:
    description: File in which the process is written down.
    type: path
    default: /run/almashooq-redis-preflight.json
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Listen where the instances are going to
  almashooq.redis.preflight_listener:
    address: 192.0.2.11
    ports: [7000, 17000]

- name: Free the ports again
  almashooq.redis.preflight_listener:
    state: absent
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
pid:
  description: The process, or null.
  returned: success
  type: int
"""


from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._preflight import operation


def main() -> None:
    """Start or end the temporary listener."""
    module = AnsibleModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "address": {"type": "str"},
            "ports": {"type": "list", "elements": "int"},
            "lifetime": {"type": "int", "default": 60},
            "state_file": {"type": "path", "default": "/run/almashooq-redis-preflight.json"},
        },
        required_if=[("state", "present", ["address", "ports"])],
        supports_check_mode=True,
    )
    converge(module, operation.ListenerOperation, needs_client=False)


if __name__ == "__main__":
    main()
