#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.rolling_together``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rolling_together
version_added: 0.2.0
short_description: Plan the restart of a whole deployment at once, or take its next steps on this host
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - For a maintenance window. Clients are offline meanwhile, and all data are kept.
  - Without O(host), plans the whole restart, refuses if data would not be safe, and changes nothing. Use it in check
    mode.
  - With O(host), takes the steps up to the first one of another host. RV(next) is the host whose turn is next.
  - Every primary must prove that it can save its data before anything is stopped. Writes are held, replicas get
    everything, and the keys are counted. Sentinels stop first, then replicas, then primaries. Primaries start first.
    Replicas are started only after every primary was found to have the keys that were counted.
  - A record on host O(home) lets a later run go on after an interruption, and keeps other playbooks away.
extends_documentation_fragment:
  - almashooq.redis.rolling
  - almashooq.redis.deployment.members
  - almashooq.redis.deployment.sentinels
  - almashooq.redis.connection
  - almashooq.redis.connection.sentinel_login
  - almashooq.redis.connection.lock
  - almashooq.redis.connection.attributes
options:
  needs:
    description: Members that need a restart. One is enough for all to be restarted.
    type: list
    elements: dict
    required: true
    suboptions:
      node:
        description: Name of the member, as V(address:port).
        type: str
        required: true
      run_id:
        description: Process to restart, as RV(needs) of an earlier call has it. Default is the present one.
        type: str
      reasons:
        description: Reasons, as sentences.
        type: list
        elements: str
        required: true
      named:
        description: Whether the user has named this member. No member is restarted alone here.
        type: bool
        default: false
      installed:
        description: Engine and version that the restart would start, as
          M(almashooq.redis.rolling_host_info) returns it.
        type: str
  host:
    description: Inventory name of this host, as O(nodes) has it in C(host). Without it, nothing is changed.
    type: str
    default: ""
  home:
    description: Host that has the record, or will have it.
    type: str
    required: true
  record:
    description: Text of the record, as RV(record) of an earlier call or
      M(almashooq.redis.maintenance_host_info) returns it. On O(home) the file itself is read.
    type: str
    default: ""
  records:
    description: Directory of the records.
    type: path
    default: /var/lib/redis-rolling
  disks:
    description: What M(almashooq.redis.rolling_host_info) returns about the files of each instance.
    type: list
    elements: dict
    default: []
    suboptions:
      node:
        description: Name of the instance.
        type: str
        required: true
      disk_free_bytes:
        description: Bytes that may still be written in its data directory.
        type: int
      next_start:
        description: Settings of its files with which it would be started.
        type: dict
        default: {}
  change_release:
    description: Allow restarts that change the engine or its release, where it is known that the new one loads the
      files of the old one.
    type: bool
    default: false
  timeout:
    description: Timeout of each step, in seconds. It covers loading and a full sync. Writes are held for at most as
      long by a run that is killed.
    type: float
    default: 1800.0
seealso:
  - module: almashooq.redis.rolling_step
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Plan the restart of a whole set
  almashooq.redis.rolling_together:
    username: admin
    password: "{{ redis_node_admin_password }}"
    deployment: shop
    topology: replication
    nodes:
      - {address: 192.0.2.11, port: 6379, host: redis1}
      - {address: 192.0.2.12, port: 6379, host: redis2}
    needs:
      - {node: "192.0.2.11:6379", reasons: [requested]}
    home: redis1
    servers: []
  check_mode: true
  run_once: true
"""

RETURN = r"""
plan:
  description: Planned steps; with O(host), only those up to the first one of another host.
  returned: always
  type: list
  elements: str
done:
  description: Steps done, with their duration in seconds.
  returned: always
  type: list
  elements: dict
next:
  description: Host whose turn is next; empty if there is nothing left to do.
  returned: success
  type: str
remaining:
  description: All steps that are left.
  returned: success
  type: list
  elements: str
needs:
  description: Option O(needs), with the processes that are to be restarted.
  returned: success
  type: list
  elements: dict
record:
  description: Text of the record; empty where there is none.
  returned: success
  type: str
"""

from ansible_collections.almashooq.redis.plugins.module_utils._argspec import CONNECTION, LOCK, SENTINEL_LOGIN
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._together.operation import TogetherStep
from ansible_collections.almashooq.redis.plugins.module_utils._together.options import ROLLING_TOGETHER


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={**CONNECTION, **SENTINEL_LOGIN, **LOCK, **ROLLING_TOGETHER}, supports_check_mode=True
    )
    converge(module, TogetherStep)


if __name__ == "__main__":
    main()
