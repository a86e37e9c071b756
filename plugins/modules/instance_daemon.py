#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.instance_daemon``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: instance_daemon
version_added: 0.1.0
short_description: Starts and stops instances as daemons on hosts without a service manager
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Starts instances that M(almashooq.redis.instance) has configured, as O(user) and in a session of their own, and
    waits until they answer. One that is still loading its data does.
  - "An instance is recognised by its process: a server that works in the instance's data directory. Pid files are
    written for others, and never believed."
  - An instance is stopped as a service manager does it, so that it saves its data first. It is never killed.
extends_documentation_fragment:
  - almashooq.redis.host
  - almashooq.redis.connection.attributes
options:
  state:
    description:
      - Whether the instances are to run.
    type: str
    choices: [started, stopped]
    default: started
  open_files:
    description:
      - Limit of open files for instances that are started. Where it cannot be had, there is a warning.
    type: int
    default: 65536
  guard:
    description:
      - Directory of the start guard that role P(almashooq.redis.redis_node#role) installs. It runs before each instance
        that is started, and waits where a replica has data that the instance would erase, until that replica is
        promoted or the deployment has had time to do so. Without the option it does not run.
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
  description: What was to be done, one line each.
  returned: always
  type: list
  elements: str
done:
  description: What was done, and how long it took.
  returned: always
  type: list
  elements: dict
  contains:
    step:
      description: Line of RV(plan).
      type: str
    seconds:
      description: Seconds that it took, together with the steps done at the same time.
      type: float
guard:
  description: What the start guard decided, one line or more for each instance that was started.
  returned: when O(guard) is given and an instance was started
  type: list
  elements: str
instances:
  description: The instances.
  returned: success
  type: list
  elements: dict
  contains:
    port:
      description: Port.
      type: int
    address:
      description: Address.
      type: str
    pid:
      description: Its process, or null where it does not run.
      type: int
"""


from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._instance.daemon import Daemon
from ansible_collections.almashooq.redis.plugins.module_utils._instance.options import DAEMON


def main() -> None:
    """Start or stop the instances of this host."""
    module = AnsibleModule(argument_spec=DAEMON, supports_check_mode=True)
    converge(module, Daemon)


if __name__ == "__main__":
    main()
