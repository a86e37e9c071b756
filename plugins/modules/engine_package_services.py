#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.engine_package_services``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_package_services
version_added: 0.1.0
short_description: Tell what of the engine is missing, and keep its package's own server from ever listening
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Used before the package is installed. Masks its unit and has its init script started in no run level, with or
    without systemd running.
  - Tells which packages and whether the account are missing, so that a run on a host that has them skips their tasks.
  - A service that runs already belongs to somebody; O(existing) says what to do then.
extends_documentation_fragment:
  - almashooq.redis.connection.attributes
options:
  services:
    description: The services that the package brings along.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the unit without its suffix, and of the init script.
        type: str
        required: true
      pid_file:
        description: Its pid file, by which it is found on a host without systemd.
        type: path
        required: true
  existing:
    description:
      - What to do about a service that runs.
      - V(refuse) fails and changes nothing. V(keep) leaves it alone. V(stop) stops it; its data files stay.
    type: str
    choices: [refuse, keep, stop]
    default: refuse
  packages:
    description: Packages to look for, for RV(missing).
    type: list
    elements: str
    required: true
  user:
    description: User to look for, for RV(account).
    type: str
    required: true
  group:
    description: Group that is to be the user's main one, for RV(account).
    type: str
    required: true
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Forbid Debian's default server
  almashooq.redis.engine_package_services:
    services:
      - name: redis-server
        pid_file: /run/redis/redis-server.pid
    packages: [redis-server]
    user: redis
    group: redis
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
running:
  description: Services that run and were kept.
  returned: success
  type: list
  elements: str
missing:
  description: Those of O(packages) that are not installed.
  returned: success
  type: list
  elements: str
interrupted:
  description: Whether dpkg was killed at work and has to be told to go on.
  returned: success
  type: bool
account:
  description: Whether O(user) and O(group) are there.
  returned: success
  type: bool
"""


from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._host.engine_package import EnginePackageOperation

SERVICE = {"name": {"type": "str", "required": True}, "pid_file": {"type": "path", "required": True}}


def main() -> None:
    """Forbid, stop or keep the package's services."""
    module = AnsibleModule(
        argument_spec={
            "services": {"type": "list", "elements": "dict", "required": True, "options": SERVICE},
            "existing": {"type": "str", "choices": ["refuse", "keep", "stop"], "default": "refuse"},
            "packages": {"type": "list", "elements": "str", "required": True},
            "user": {"type": "str", "required": True},
            "group": {"type": "str", "required": True},
        },
        supports_check_mode=True,
    )
    converge(module, EnginePackageOperation, needs_client=False)


if __name__ == "__main__":
    main()
