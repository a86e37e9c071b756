#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.upgrade_info``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: upgrade_info
version_added: 0.2.0
short_description: Check whether a deployment can be upgraded, and whether it was
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Before an upgrade, reports everything that would be in its way at once. Whether the change of the version is known,
    whether functions and modules survive it, whether there is room for the full syncs, whether all members are in sync,
    and whether there is a way back.
  - Afterwards, reports members that were restarted by the installation, and those that do not run the new version.
  - Queries every instance and every Sentinel, takes no lock and changes nothing.
extends_documentation_fragment:
  - almashooq.redis.deployment.members
  - almashooq.redis.deployment.sentinels
  - almashooq.redis.connection
  - almashooq.redis.connection.sentinel_login
  - almashooq.redis.connection.info_attributes
options:
  stage:
    description:
      - V(before) reports what would be in the way of the upgrade.
      - V(installed) reports members that are not the processes of O(processes) any more, and programs on disk that are
        not the target.
      - V(after) reports members that do not run the target.
    type: str
    choices: [before, installed, after]
    default: before
  targets:
    description: Version that each host gets, by its name, as V(valkey 8.1.8).
    type: dict
    required: true
  hosts:
    description: What the hosts have reported, results of M(almashooq.redis.rolling_host_info) with the name of the host
      in C(host).
    type: list
    elements: dict
    default: []
  processes:
    description: Run id of each member, as RV(processes) of an earlier call has them.
    type: dict
    default: {}
  named:
    description: Members that may be down or out of sync, because the upgrade is to restart them.
    type: list
    elements: str
    default: []
  one_way:
    description: Accept that there is no way back while the deployment serves.
    type: bool
    default: false
  untested:
    description: Accept a change to a newer release of the same engine that was never tested.
    type: bool
    default: false
  timeout:
    description: Total timeout, in seconds.
    type: float
    default: 60.0
seealso:
  - module: almashooq.redis.rolling_step
  - module: almashooq.redis.rolling_host_info
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Check whether the set can go to another engine
  almashooq.redis.upgrade_info:
    username: admin
    password: "{{ redis_node_admin_password }}"
    deployment: main
    topology: replication
    nodes:
      - {address: 192.0.2.11, port: 7000, host: redis1}
      - {address: 192.0.2.12, port: 7000, host: redis2}
      - {address: 192.0.2.13, port: 7000, host: redis3}
    targets: {redis1: valkey 8.1.8, redis2: valkey 8.1.8, redis3: valkey 8.1.8}
  run_once: true
"""

RETURN = r"""
target:
  description: Engine and version that all members are to get.
  returned: success
  type: str
versions:
  description: Engine and version that each member runs; empty for one that does not answer.
  returned: success
  type: dict
processes:
  description: Run id of each member that answers.
  returned: success
  type: dict
behind:
  description: Members that run another version than the target.
  returned: success
  type: list
  elements: str
findings:
  description: What is in the way (C(severity) V(error)), and what to know (V(warning)).
  returned: success
  type: list
  elements: dict
obstacles:
  description: What is in the way, as sentences with the remedy.
  returned: success
  type: list
  elements: str
report:
  description: All answers, as lines for people.
  returned: success
  type: list
  elements: str
"""

from ansible_collections.almashooq.redis.plugins.module_utils._argspec import CONNECTION, SENTINEL_LOGIN
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read
from ansible_collections.almashooq.redis.plugins.module_utils._upgrade.operation import survey
from ansible_collections.almashooq.redis.plugins.module_utils._upgrade.options import UPGRADE


def main() -> None:
    """Run the module."""
    read(AnsibleModule(argument_spec={**CONNECTION, **SENTINEL_LOGIN, **UPGRADE}, supports_check_mode=True), survey)


if __name__ == "__main__":
    main()
