#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.systemd_units``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: systemd_units
version_added: 0.1.0
short_description: Systemd units that run now and at each boot, or do no more
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Looks at all units with one question to systemd, enables and starts those that need it, side by side, and waits
    until they are ready.
  - Makes systemd read changed unit files. Nothing that runs is restarted.
extends_documentation_fragment:
  - almashooq.redis.connection.attributes
options:
  state:
    description:
      - Whether the units run, now and at each boot. V(stopped) stops and disables those that exist.
    type: str
    choices: [started, stopped]
    default: started
  names:
    description: Units, with their suffix.
    type: list
    elements: str
    required: true
  logs:
    description: Log file of each unit, in the order of O(names); its last lines are part of the error.
    type: list
    elements: path
  timeout:
    description: Seconds within which all units have to be ready.
    type: float
    default: 300.0
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Run two instances
  almashooq.redis.systemd_units:
    names:
      - redis-node@7000.service
      - redis-node@7001.service
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
units:
  description: State of each unit by name.
  returned: success
  type: dict
"""


from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._host.units import UnitsOperation


def main() -> None:
    """Enable and start what is not."""
    module = AnsibleModule(
        argument_spec={
            "state": {"type": "str", "choices": ["started", "stopped"], "default": "started"},
            "names": {"type": "list", "elements": "str", "required": True},
            "logs": {"type": "list", "elements": "path"},
            "timeout": {"type": "float", "default": 300.0},
        },
        supports_check_mode=True,
    )
    converge(module, UnitsOperation, needs_client=False)


if __name__ == "__main__":
    main()
