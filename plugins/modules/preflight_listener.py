#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.preflight_listener``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight_listener
version_added: 0.2.0
short_description: Hold ports temporarily, so that other hosts can try to reach them
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Starts or stops a process that listens on ports of the deployment on which nothing listens yet.
    M(almashooq.redis.preflight_peers) on the other hosts can then detect a blocking firewall before anything is
    installed.
  - The process ends by itself after O(lifetime), whatever happens to the controller.
  - With O(state=absent), the process is gone when the module returns, whichever run started it.
extends_documentation_fragment:
  - almashooq.redis.connection.attributes
options:
  state:
    description:
      - Whether the process runs.
      - V(present) replaces a process of an earlier run.
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
    description: File that records the process.
    type: path
    default: /run/almashooq-redis-preflight.json
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Listen on the future ports of the instances
  almashooq.redis.preflight_listener:
    address: 192.0.2.11
    ports: [7000, 17000]

- name: Release the ports
  almashooq.redis.preflight_listener:
    state: absent
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
pid:
  description: Process ID, or null.
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
