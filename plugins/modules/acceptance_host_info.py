#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.acceptance_host_info``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: acceptance_host_info
version_added: 0.1.0
short_description: Tells what is installed on a host, and whether its services answer
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - The engine and its version, which units start at boot, whether hooks can be run, the settings of the managed files
    (without secrets), and what services answer by HTTP. What is not there is a value, too.
extends_documentation_fragment:
  - almashooq.redis.connection.info_attributes
options:
  host:
    description: Name of this host in the inventory, for the result.
    type: str
    required: true
  server:
    description: The server program.
    type: path
    default: /usr/bin/redis-server
  ports:
    description: Ports of the instances, for their settings.
    type: list
    elements: int
    default: []
  config_dir:
    description: Directory of the managed files.
    type: path
    default: /etc/redis-node
  units:
    description: Units that are to start at boot.
    type: list
    elements: str
    default: []
  hooks:
    description: Programs that Sentinel is to run.
    type: list
    elements: path
    default: []
  hooks_user:
    description: User that runs them.
    type: str
    default: redis
  exporter:
    description: Where the exporter of Prometheus answers, as V(http://192.0.2.11:9121). Without it there is none.
    type: str
    default: ""
  targets:
    description: Servers that the exporter is to see, as V(address:port).
    type: list
    elements: str
    default: []
  endpoint:
    description: URL of the health endpoint. Without it there is none.
    type: str
    default: ""
  services:
    description: What else is to answer by HTTP.
    type: list
    elements: dict
    default: []
    suboptions:
      kind:
        description: What it is.
        type: str
        required: true
      url:
        description: Where it answers. Any status is an answer.
        type: str
        required: true
      node:
        description: Whom it tells of.
        type: str
      seen:
        description: Regular expression that has to match in the answer, by lines.
        type: str
  timeout:
    description: How long an answer may take, in seconds.
    type: float
    default: 5.0
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Look at this host
  almashooq.redis.acceptance_host_info:
    host: "{{ inventory_hostname }}"
    ports: [7000, 7001]
    units: [redis-node@7000.service, redis-node@7001.service]
"""

RETURN = r"""
host:
  description: The host.
  returned: success
  type: str
server:
  description: The server program, its version, and what is wrong with it.
  returned: success
  type: dict
systemd:
  description: Whether systemd runs there.
  returned: success
  type: bool
units:
  description: What systemd says of each unit at boot.
  returned: success
  type: dict
hooks:
  description: Each hook, and why it cannot be run.
  returned: success
  type: list
  elements: dict
settings:
  description: The settings of each instance, by its port.
  returned: success
  type: dict
services:
  description: Each service, its status, and what is wrong with its answer.
  returned: success
  type: list
  elements: dict
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
