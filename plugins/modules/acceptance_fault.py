#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.acceptance_fault``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: acceptance_fault
version_added: 0.1.0
short_description: Stops an instance for a drill, or puts back everything that drills have stopped
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - "With O(state=present): kills or freezes an instance of this host. Before it does, it writes down what undoing that
    takes, in a file of O(directory); and it keeps systemd from restarting what it kills, until the next boot at most."
  - "With O(state=absent): puts back everything that is written down, and nothing else: it lets frozen processes go on,
    starts those that were killed, gives settings back, and then removes what was written down."
  - Both may be cut at any point, and are finished by O(state=absent).
  - "O(manner=remember) touches nothing: it writes down that this instance is primary, before it is stopped. That
    is returned in RV(noted) until O(state=forgotten), which is to be asked for once it is primary again."
extends_documentation_fragment:
  - almashooq.redis.connection.lock
  - almashooq.redis.host
  - almashooq.redis.connection.attributes
options:
  state:
    description:
      - Whether the instance is to be touched, everything put back, or forgotten that O(port) was primary.
    type: str
    choices: [present, absent, forgotten]
    default: present
  run:
    description:
      - Name of the drill.
    type: str
  deployment:
    description:
      - Name of the deployment, for whoever reads what was written down.
    type: str
    default: ""
  port:
    description:
      - The instance to touch.
    type: int
  manner:
    description:
      - V(kill) sends SIGKILL, V(freeze) SIGSTOP. V(prefer) touches no process, it sets C(replica-priority) so that
        Sentinel chooses this instance next. V(remember) touches nothing.
    type: str
    choices: [kill, freeze, prefer, remember]
    default: kill
  unit:
    description:
      - Name of the template unit of the instances. Without it they are daemons, which nobody restarts.
    type: str
    default: ""
  directory:
    description:
      - Where it is written down.
    type: path
    default: /var/lib/redis-acceptance
  open_files:
    description:
      - Limit of open files for daemons that are started.
    type: int
    default: 65536
seealso:
  - module: almashooq.redis.acceptance_watch
  - module: almashooq.redis.acceptance_writer
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Kill the primary
  almashooq.redis.acceptance_fault:
    run: drill-1
    port: 7000
    unit: redis-node
    instances:
      - {port: 7000, address: 192.0.2.11}
    admin_password: "{{ redis_node_admin_password }}"

- name: Put everything back
  almashooq.redis.acceptance_fault:
    state: absent
    unit: redis-node
    instances:
      - {port: 7000, address: 192.0.2.11}
    admin_password: "{{ redis_node_admin_password }}"
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
at:
  description: When the signal was sent, in seconds since 1970; V(0) where none was.
  returned: success
  type: float
noted:
  description: What is written down and not put back.
  returned: success
  type: list
  elements: dict
"""

from ansible_collections.almashooq.redis.plugins.module_utils._acceptance.fault import FaultOperation
from ansible_collections.almashooq.redis.plugins.module_utils._argspec import LOCK
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._instance.options import HOST


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            **HOST,
            **LOCK,
            "state": {"type": "str", "choices": ["present", "absent", "forgotten"], "default": "present"},
            "run": {"type": "str"},
            "deployment": {"type": "str", "default": ""},
            "port": {"type": "int"},
            "manner": {"type": "str", "choices": ["kill", "freeze", "prefer", "remember"], "default": "kill"},
            "unit": {"type": "str", "default": ""},
            "directory": {"type": "path", "default": "/var/lib/redis-acceptance"},
            "open_files": {"type": "int", "default": 65536},
        },
        required_if=[("state", "present", ("run", "port")), ("state", "forgotten", ("port",))],
        supports_check_mode=True,
    )
    converge(module, FaultOperation)


if __name__ == "__main__":
    main()
