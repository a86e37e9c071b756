#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.health_host_info``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: health_host_info
version_added: 0.2.0
short_description: Gather what only the host has about its instances, for module health
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Returns free disk space for the data, swapped-out memory, restarts by the service manager, and what an instance will
    apply only at its next restart.
  - Needs no Redis client and queries no server. Values that cannot be read are null, with the reason in C(unreadable).
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
    description: Base of the data directories. Each instance has its own below it, named by its port.
    type: path
    required: true
  unit:
    description: Name of the systemd template unit of the instances.
    type: str
    default: redis-node
  guard:
    description: Directory of the start guard that role P(almashooq.redis.redis_node#role) installs.
    type: path
    default: /usr/local/lib/redis-node
  user:
    description:
      - System user that runs the instances. Access to the files it reads, writes and enters is tested with its
        permissions.
      - If omitted, access is not tested.
    type: str
  config_dir:
    description: Directory of the managed configuration, for O(user).
    type: path
  log_dir:
    description: Directory of the log files, for O(user).
    type: path
  history_directory:
    description: Directory of the records of what was changed on this host. If omitted or empty, none are read.
    type: str
    default: ""
seealso:
  - module: almashooq.redis.health
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Inspect this host
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
    device: {description: Device of the data directory., type: str}
    disk_free_bytes: {description: Free space on that file system., type: int}
    disk_total_bytes: {description: Size of the file system., type: int}
    swap_bytes: {description: Swapped-out memory of the process., type: int}
    guarded: {description: Whether the start guard runs before each start of the instance., type: bool}
    restarts: {description: Number of automatic restarts by systemd., type: int}
    pending:
      description:
        - Changes that take effect at the next start, each with C(setting), C(running) and C(wanted). Settings are those
          found by the last run of M(almashooq.redis.instance). C(setting) is "(program)" if the program on disk was
          replaced, and "(unit)" if the unit has changed since the start.
      type: list
      elements: dict
    unreadable: {description: "What could not be read, by name: path and error.", type: dict}
    denied: {description: "Files that O(user) cannot use, one sentence each.", type: list, elements: str}
history:
  description: Records of the newest runs that have changed this host, as
    RV(almashooq.redis.history_info#module:records), without their steps. Empty if they cannot be read.
  returned: success
  type: list
  elements: dict
"""


from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read
from ansible_collections.almashooq.redis.plugins.module_utils._health import host


def main() -> None:
    """Inspect this host."""
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
            "history_directory": {"type": "str", "default": ""},
        },
        supports_check_mode=True,
    )
    read(module, host.look, needs_client=False)


if __name__ == "__main__":
    main()
