#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.health_host_info``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: health_host_info
version_added: 0.1.0
short_description: Tell what only the host knows of its instances, for module health
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Room on the disk of the data, memory that is swapped out, restarts by the service manager, and what an instance
    takes over only when it is restarted.
  - Needs no Redis client and asks no server. What cannot be read is null, with the reason in C(unreadable).
extends_documentation_fragment:
  - almashooq.redis.connection.info_attributes
options:
  host:
    description: Name of this host in the inventory, for the result.
    type: str
    required: true
  ports:
    description: Data ports of the instances of this host.
    type: list
    elements: int
    required: true
  data_dir:
    description: Directory under which each instance has its own, named by its port.
    type: path
    required: true
  unit:
    description: Name of the template unit of the instances.
    type: str
    default: redis-node
  guard:
    description: Directory of the start guard that role P(almashooq.redis.redis_node#role) installs.
    type: path
    default: /usr/local/lib/redis-node
  user:
    description:
      - System user that runs the instances; what it has to read, write and enter is tried with its rights.
      - Without it, that is not tried.
    type: str
  config_dir:
    description: Directory of the managed configuration, for O(user).
    type: path
  log_dir:
    description: Directory of the log files, for O(user).
    type: path
seealso:
  - module: almashooq.redis.health
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Look at this host
  almashooq.redis.health_host_info:
    host: "{{ inventory_hostname }}"
    ports: [7000, 7001]
    data_dir: /var/lib/redis-node
  register: looked
"""

RETURN = r"""
host:
  description: Name of the host.
  returned: success
  type: str
instances:
  description: One item per instance, as O(almashooq.redis.health#module:hosts) takes them.
  returned: success
  type: list
  elements: dict
  contains:
    port: {description: Data port., type: int}
    device: {description: Device that the data are on., type: str}
    disk_free_bytes: {description: What may still be written there., type: int}
    disk_total_bytes: {description: Size of the file system., type: int}
    swap_bytes: {description: What of the process is swapped out., type: int}
    guarded: {description: Whether the start guard runs before each of its starts., type: bool}
    restarts: {description: How often systemd has started it again by itself., type: int}
    pending:
      description:
        - What it takes over at its next start, each with C(setting), C(running) and C(wanted). Settings are those that
          the last run of M(almashooq.redis.instance) found; C(setting) is "(program)" where the program was replaced on
          the disk, and "(unit)" where the unit was changed since the start.
      type: list
      elements: dict
    unreadable: {description: "What could not be read, by name: path and error.", type: dict}
    denied: {description: "What O(user) cannot use of its files, as sentences.", type: list, elements: str}
"""


from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read
from ansible_collections.almashooq.redis.plugins.module_utils._health import host


def main() -> None:
    """Look at this host."""
    module = AnsibleModule(
        argument_spec={
            "host": {"type": "str", "required": True},
            "ports": {"type": "list", "elements": "int", "required": True},
            "data_dir": {"type": "path", "required": True},
            "unit": {"type": "str", "default": "redis-node"},
            "guard": {"type": "path", "default": "/usr/local/lib/redis-node"},
            "user": {"type": "str"},
            "config_dir": {"type": "path"},
            "log_dir": {"type": "path"},
        },
        supports_check_mode=True,
    )
    read(module, host.look, needs_client=False)


if __name__ == "__main__":
    main()
