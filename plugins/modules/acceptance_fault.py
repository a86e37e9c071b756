#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.acceptance_fault``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: acceptance_fault
version_added: 0.2.0
short_description: Stop an instance for a drill, or restore everything that drills have stopped
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - "With O(state=present): kills or freezes an instance of this host. Before that, it records in a file of O(directory)
    how to undo this. It also keeps systemd from restarting a killed instance, until the next boot at most."
  - "With O(state=absent): restores exactly what is recorded. It resumes frozen processes, starts killed ones, resets
    settings, and then removes the records."
  - Both can be interrupted at any point; O(state=absent) completes them.
  - O(fault=remember) changes nothing on the instance. It records that this instance is primary before it is stopped,
    and returns the record in RV(noted) until O(state=forgotten). Use that state once the instance is primary again.
extends_documentation_fragment:
  - almashooq.redis.connection.lock
  - almashooq.redis.host
  - almashooq.redis.host.instances
  - almashooq.redis.connection.attributes
options:
  state:
    description:
      - V(present) stops or changes the instance, V(absent) restores everything, V(forgotten) removes the record that
        O(port) was primary.
    type: str
    choices: [present, absent, forgotten]
    default: present
  run:
    description:
      - Name of the drill.
    type: str
  deployment:
    description:
      - Name of the deployment, for readers of the records.
    type: str
    default: ""
  port:
    description:
      - Port of the instance to change.
    type: int
  fault:
    description:
      - V(kill) sends SIGKILL, V(freeze) SIGSTOP. V(prefer) changes no process, but sets C(replica-priority) so that
        Sentinel chooses this instance next. V(remember) changes nothing on the instance.
    type: str
    choices: [kill, freeze, prefer, remember]
    default: kill
  unit:
    description:
      - Name of the template unit of the instances. If empty, they are daemons, which nothing restarts.
    type: str
    default: ""
  directory:
    description:
      - Directory of the records.
    type: path
    default: /var/lib/redis-acceptance
  open_files:
    description:
      - Limit of open files for daemons that this module starts.
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

- name: Restore everything
  almashooq.redis.acceptance_fault:
    state: absent
    unit: redis-node
    instances:
      - {port: 7000, address: 192.0.2.11}
    admin_password: "{{ redis_node_admin_password }}"
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
at:
  description: When the signal was sent, in seconds since 1970; V(0) if none was sent.
  returned: success
  type: float
noted:
  description: Records that have not been restored.
  returned: success
  type: list
  elements: dict
"""

from ansible_collections.almashooq.redis.plugins.module_utils._acceptance.fault import FaultOperation
from ansible_collections.almashooq.redis.plugins.module_utils._argspec import LOCK
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._managed.options import HOST


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
            "fault": {"type": "str", "choices": ["kill", "freeze", "prefer", "remember"], "default": "kill"},
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
