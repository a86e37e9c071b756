#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.rolling_step``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rolling_step
version_added: 0.2.0
short_description: Plan a rolling restart, or take its next step on this host
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Without O(host), plans the whole restart, refuses if any of its steps could not be taken safely, and changes
    nothing. Use it in check mode.
  - With O(host), observes the deployment again and restarts at most one member, if the next one is on that host. A
    primary first hands over to a replica. RV(next) is the host whose turn is next.
  - A member is restarted only while every other member answers and is in sync. The step ends when the member is back
    and in sync. A gate that is not met within O(timeout) stops the run before anything is done to the member.
  - Meanwhile C(cluster-allow-replica-migration) is V(no) on the nodes in O(hold), so that no replica moves to a primary
    whose own replica is being restarted. The last step, a call that fails, or the next call after an interruption sets
    it back on those in O(release), also if O(needs) is empty.
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
    description: Members that need a restart.
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
        description: Whether the user has named this member. Only then is it restarted if it does not answer, and the
          other members are planned when it is back.
        type: bool
        default: false
      installed:
        description: Engine and version that the restart would start, as
          M(almashooq.redis.rolling_host_info) returns it.
        type: str
  host:
    description: Inventory name of this host, as O(nodes) has it in C(host).
    type: str
    default: ""
  absent:
    description: Hosts in maintenance. Their members in O(nodes) and O(sentinels) are neither queried nor awaited. A
      restart is refused if it would leave a shard of theirs without a replica, or the Sentinels without a majority.
    type: list
    elements: str
    default: []
  canary:
    description: Restart the members of one shard only.
    type: bool
    default: false
  limit:
    description: Maximum number of members to restart, including those in O(restarted). 0 is no limit.
    type: int
    default: 0
  parallel:
    description: How many members of one host, each of another shard, to restart at the same time.
    type: int
    default: 1
  offline:
    description: Allow the restart of a primary that no replica can take over from, whose data is not available
      meanwhile, and of a replica that its primary needs for accepting writes (C(min-replicas-to-write)), during which
      clients get C(NOREPLICAS).
    type: bool
    default: false
  change_release:
    description: Allow restarts that change the engine or its release, because another version is installed.
    type: bool
    default: false
  untested:
    description: With O(change_release), allow also a change to a newer release of the same engine that was never
      tested.
    type: bool
    default: false
  keep_release:
    description: Leave out members whose restart would change the engine or its release, in place of refusing them.
    type: bool
    default: false
  return_primaries:
    description: At the end, make those nodes primary again that were so at the beginning. In a set, the node has
      C(replica-priority 1) until Sentinel has chosen it; Sentinel reads that every ten seconds.
    type: bool
    default: false
  restarted:
    description: Members that this run has restarted already, as RV(restarted) of an earlier call has them.
    type: list
    elements: str
    default: []
  primaries:
    description: Nodes that were primary at the beginning, as RV(primaries) of an earlier call has them.
    type: list
    elements: str
    default: []
  hold:
    description: Nodes of a cluster whose replicas must stay with their primaries until the last member was restarted.
    type: list
    elements: str
    default: []
  release:
    description: Nodes of O(hold) that are configured with C(cluster-allow-replica-migration yes), and that no host in
      maintenance holds.
    type: list
    elements: str
    default: []
  priorities:
    description: The C(replica-priority) that each instance of a set is configured with, by name. One that has 1 and is
      not configured so gets its own back at the end of the plan, also if O(needs) is empty.
    type: dict
    default: {}
  pause:
    description: Seconds to wait at the end of a call if more members are to be restarted, with the lock held.
    type: float
    default: 0
  timeout:
    description: Total timeout of all waits of a call, in seconds. It covers loading and a full sync. Half of it is
      for the gate of a step.
    type: float
    default: 1800.0
seealso:
  - module: almashooq.redis.cluster_switchover
  - module: almashooq.redis.sentinel_switchover
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Plan the restart of one member
  almashooq.redis.rolling_step:
    username: admin
    password: "{{ redis_node_admin_password }}"
    deployment: shop
    topology: cluster
    nodes:
      - {address: 192.0.2.11, port: 7000, host: redis1}
      - {address: 192.0.2.12, port: 7000, host: redis2}
      - {address: 192.0.2.13, port: 7000, host: redis3}
      - {address: 192.0.2.11, port: 7001, host: redis1}
      - {address: 192.0.2.12, port: 7001, host: redis2}
      - {address: 192.0.2.13, port: 7001, host: redis3}
    needs:
      - {node: "192.0.2.11:7000", reasons: [requested]}
    servers: []
  check_mode: true
  run_once: true
"""

RETURN = r"""
plan:
  description: Planned steps; with O(host), only those up to the next restart.
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
left_out:
  description: Members that O(keep_release) leaves out, and why, as sentences.
  returned: success
  type: list
  elements: str
needs:
  description: Option O(needs), with the processes that are to be restarted.
  returned: success
  type: list
  elements: dict
restarted:
  description: Members restarted so far.
  returned: success
  type: list
  elements: str
primaries:
  description: Nodes that were primary at the beginning.
  returned: success
  type: list
  elements: str
"""

from ansible_collections.almashooq.redis.plugins.module_utils._argspec import CONNECTION, LOCK, SENTINEL_LOGIN
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.operation import RollingStep
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.options import ROLLING_STEP


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={**CONNECTION, **SENTINEL_LOGIN, **LOCK, **ROLLING_STEP}, supports_check_mode=True
    )
    converge(module, RollingStep)


if __name__ == "__main__":
    main()
