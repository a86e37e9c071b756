#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.engine_package_services``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_package_services
version_added: 0.2.0
short_description: Report missing engine packages, and prevent the packaged server from listening
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Runs before the package is installed. Masks the package's unit and disables its init script in every run level,
    whether or not systemd runs.
  - Reports which packages are missing and whether the account is, so that a run on a prepared host skips their tasks.
  - A service that already runs may be in use; O(existing) says what to do about it.
extends_documentation_fragment:
  - almashooq.redis.connection.attributes
  - almashooq.redis.connection.lock
options:
  services:
    description: Services that the package contains.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the unit without its suffix, and of the init script.
        type: str
        required: true
      pid_file:
        description: Pid file of the service, which identifies it on a host without systemd.
        type: path
        required: true
  existing:
    description:
      - What to do about a running service.
      - V(refuse) fails and changes nothing. V(keep) leaves it alone. V(stop) stops it and keeps its data files.
    type: str
    choices: [refuse, keep, stop]
    default: refuse
  packages:
    description: Packages to look for, reported in RV(missing).
    type: list
    elements: str
    required: true
  user:
    description: User to look for, reported in RV(account).
    type: str
    required: true
  group:
    description: Required primary group of the user, reported in RV(account).
    type: str
    required: true
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Disable Debian's default server
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
  description: Planned steps, one line each.
  returned: always
  type: list
  elements: str
done:
  description: Steps done, with their duration.
  returned: always
  type: list
  elements: dict
running:
  description: Services that run and were left alone.
  returned: success
  type: list
  elements: str
missing:
  description: Packages in O(packages) that are not installed.
  returned: success
  type: list
  elements: str
interrupted:
  description: Whether dpkg was interrupted and must be resumed.
  returned: success
  type: bool
account:
  description: Whether O(user) and O(group) exist.
  returned: success
  type: bool
"""


from ansible_collections.almashooq.redis.plugins.module_utils._argspec import LOCK
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._host.engine_package import EnginePackageOperation

SERVICE = {"name": {"type": "str", "required": True}, "pid_file": {"type": "path", "required": True}}


def main() -> None:
    """Forbid, stop or keep the package's services."""
    module = AnsibleModule(
        argument_spec={
            **LOCK,
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
