#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.acceptance_host_info``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: acceptance_host_info
version_added: 0.2.0
short_description: Gather what is installed on a host, and whether its services answer
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Returns the engine and its version, which units start at boot, whether the hooks can be run, the settings in the
    managed files (without secrets), and which services answer over HTTP. Missing items are reported as values.
extends_documentation_fragment:
  - almashooq.redis.connection.info_attributes
options:
  host:
    description: Name of this host in the inventory, for the result.
    type: str
    required: true
  server:
    description: Path of the server program.
    type: path
    default: /usr/bin/redis-server
  ports:
    description: Ports of the instances whose settings to read.
    type: list
    elements: int
    default: []
  config_dir:
    description: Directory of the managed files.
    type: path
    default: /etc/redis-node
  units:
    description: Units that must start at boot.
    type: list
    elements: str
    default: []
  hooks:
    description: Programs that Sentinel runs.
    type: list
    elements: path
    default: []
  hooks_user:
    description: User that runs them.
    type: str
    default: redis
  exporter:
    description: Base URL of the Prometheus exporter, as V(http://192.0.2.11:9121). Empty if there is none.
    type: str
    default: ""
  targets:
    description: Servers that the exporter must see, as V(address:port).
    type: list
    elements: str
    default: []
  endpoint:
    description: URL of the health endpoint. Empty if there is none.
    type: str
    default: ""
  services:
    description: Other services that must answer over HTTP.
    type: list
    elements: dict
    default: []
    suboptions:
      kind:
        description: Type of the service.
        type: str
        required: true
      url:
        description: URL of the service. Any status counts as an answer.
        type: str
        required: true
      node:
        description: Server that the service reports on.
        type: str
      seen:
        description: Regular expression that must match a line of the answer.
        type: str
  timeout:
    description: Timeout of an answer, in seconds.
    type: float
    default: 5.0
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Inspect this host
  almashooq.redis.acceptance_host_info:
    host: "{{ inventory_hostname }}"
    ports: [7000, 7001]
    units: [redis-node@7000.service, redis-node@7001.service]
"""

RETURN = r"""
host:
  description: Name of the host.
  returned: success
  type: str
server:
  description: Path and version of the server program, and what is wrong with it.
  returned: success
  type: dict
systemd:
  description: Whether systemd runs on the host.
  returned: success
  type: bool
units:
  description: State of each unit at boot, as reported by systemd.
  returned: success
  type: dict
hooks:
  description: Each hook, and why it cannot be run.
  returned: success
  type: list
  elements: dict
settings:
  description: Settings of each instance, by port.
  returned: success
  type: dict
services:
  description: Each service, its status, and what is wrong with its answer.
  returned: success
  type: list
  elements: dict
seconds:
  description: Total duration, in seconds.
  returned: success
  type: float
"""

from ansible_collections.almashooq.redis.plugins.module_utils._acceptance.host import look
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "host": {"type": "str", "required": True},
            "server": {"type": "path", "default": "/usr/bin/redis-server"},
            "ports": {"type": "list", "elements": "int", "default": []},
            "config_dir": {"type": "path", "default": "/etc/redis-node"},
            "units": {"type": "list", "elements": "str", "default": []},
            "hooks": {"type": "list", "elements": "path", "default": []},
            "hooks_user": {"type": "str", "default": "redis"},
            "exporter": {"type": "str", "default": ""},
            "targets": {"type": "list", "elements": "str", "default": []},
            "endpoint": {"type": "str", "default": ""},
            "services": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "kind": {"type": "str", "required": True},
                    "url": {"type": "str", "required": True},
                    "node": {"type": "str"},
                    "seen": {"type": "str"},
                },
            },
            "timeout": {"type": "float", "default": 5.0},
        },
        supports_check_mode=True,
    )
    read(module, look, needs_client=False)


if __name__ == "__main__":
    main()
