#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.instance_daemon``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: instance_daemon
version_added: 0.2.0
short_description: Start and stop instances as daemons on hosts without a service manager
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Starts instances that M(almashooq.redis.instance) has configured, as O(user) and in their own session, and waits
    until they answer. An instance that is still loading its data counts as answering.
  - An instance is identified by its process, a server whose working directory is the instance's data directory. Pid
    files are written for other tools, and never trusted.
  - An instance is stopped the way a service manager does it, so that it saves its data first. It is never killed.
  - Before it stops an instance, the module takes the lock of the deployment. Another run waits.
extends_documentation_fragment:
  - almashooq.redis.host
  - almashooq.redis.host.instances
  - almashooq.redis.connection.lock
  - almashooq.redis.connection.attributes
options:
  state:
    description:
      - Desired state of the instances.
    type: str
    choices: [started, stopped]
    default: started
  open_files:
    description:
      - Limit of open files for instances that are started. If it cannot be set, the module warns.
    type: int
    default: 65536
  guard:
    description:
      - Directory of the start guard that role P(almashooq.redis.redis_node#role) installs. The guard runs before each
        instance that is started. If a replica has data that the instance would erase, it waits until that replica is
        promoted or the deployment has had time to promote it. If omitted, the guard does not run.
    type: path
seealso:
  - module: almashooq.redis.instance
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Start two instances
  almashooq.redis.instance_daemon:
    instances:
      - port: 7000
        address: 192.0.2.11
      - port: 7001
        address: 192.0.2.11
    admin_password: "{{ admin_password }}"

- name: Stop one of them
  almashooq.redis.instance_daemon:
    state: stopped
    instances:
      - port: 7001
        address: 192.0.2.11
    admin_password: "{{ admin_password }}"
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
  contains:
    step:
      description: Line of RV(plan).
      type: str
    seconds:
      description: Duration in seconds, together with the steps done in parallel.
      type: float
guard:
  description: Decisions of the start guard, one line or more for each instance that was started.
  returned: when O(guard) is given and an instance was started
  type: list
  elements: str
instances:
  description: State of the instances.
  returned: success
  type: list
  elements: dict
  contains:
    port:
      description: Port of the server.
      type: int
    address:
      description: Address of the server.
      type: str
    pid:
      description: Process ID, or null if it does not run.
      type: int
"""


from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._settings.daemon import Daemon
from ansible_collections.almashooq.redis.plugins.module_utils._settings.options import DAEMON


def main() -> None:
    """Start or stop the instances of this host."""
    module = AnsibleModule(argument_spec=DAEMON, supports_check_mode=True)
    converge(module, Daemon)


if __name__ == "__main__":
    main()
