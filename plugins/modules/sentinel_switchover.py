#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switch a replication set over to another primary, as planned."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sentinel_switchover
short_description: Switch a replication set over to another primary, as planned
version_added: 0.1.0
description:
  - "Refuses unless it is safe: all Sentinels are up and agree, a quorum can be had, no failover is going on, and a
    replica is in sync. Ends when every Sentinel names the new primary, and all others follow it, the old one too."
  - No write that was acknowledged is lost. Where all servers are Valkey 9.0 or later, Sentinel coordinates the
    switchover itself, if its user has the rights (C(+failover +client|pause +client|unpause)). Elsewhere writes are
    held on the old primary until the replicas have all of them; once one is promoted the old primary follows it at
    once, and its clients are disconnected.
  - Should this module be killed meanwhile, writes go on after 15 seconds, and Sentinel finishes what was begun. What
    waited until then is refused where C(min-replicas-to-write) is at least 1; elsewhere it may be lost, a write for
    each connection.
  - Which replica takes over is Sentinel's choice, by C(replica-priority) and by what each of them has.
author:
  - The almashooq.redis authors (@almashooq)
extends_documentation_fragment:
  - almashooq.redis.sentinel
  - almashooq.redis.connection
  - almashooq.redis.connection.lock
  - almashooq.redis.connection.attributes
options:
  set:
    description:
      - Name of the set.
    type: str
    required: true
  nodes:
    description:
      - All instances of the set.
    type: list
    elements: dict
    required: true
    suboptions:
      address:
        description:
          - Its address.
        type: str
        required: true
      port:
        description:
          - Its port.
        type: int
        required: true
      host:
        description:
          - Machine that it runs on. By default the address.
        type: str
      zone:
        description:
          - Failure domain of the machine. By default the host.
        type: str
  node_username:
    description:
      - User to log in as at the instances. By default O(username).
    type: str
  node_password:
    description:
      - Password of O(node_username). By default O(password).
    type: str
  from:
    description:
      - Switch over only if this is the primary now, as V(address:port). Makes a second call harmless.
    type: str
  timeout:
    description:
      - How long all the waiting of a run may take together, in seconds.
    type: float
    default: 60.0
seealso:
  - module: almashooq.redis.sentinel
"""

EXAMPLES = r"""
- name: Have another primary before this host goes down for maintenance
  almashooq.redis.sentinel_switchover:
    username: admin
    password: "{{ redis_node_admin_password }}"
    set: main
    from: 198.51.100.11:6379
    sentinels:
      - {address: 198.51.100.11, port: 26379}
      - {address: 198.51.100.12, port: 26379}
      - {address: 198.51.100.13, port: 26379}
    nodes:
      - {address: 198.51.100.11, port: 6379}
      - {address: 198.51.100.12, port: 6379}
      - {address: 198.51.100.13, port: 6379}
  run_once: true
"""

RETURN = r"""
plan:
  description: What there was to do; in check mode what there would be.
  returned: always
  type: list
  elements: str
done:
  description: What was done and how long it took, in seconds.
  returned: always
  type: list
  elements: dict
set:
  description: Name of the set.
  returned: success
  type: str
from:
  description: Who was primary, as V(address:port).
  returned: success
  type: str
to:
  description: Who is primary.
  returned: success
  type: str
coordinated:
  description: Whether Sentinel coordinated it (Valkey 9.0 or later).
  returned: success
  type: bool
seconds:
  description: From the first command until the old primary followed, or until the new one was seen.
  returned: success
  type: float
"""

from ansible_collections.almashooq.redis.plugins.module_utils._argspec import (
    CONNECTION,
    LOCK,
    NODES,
    SENTINELS,
    access,
    access_of,
)
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.failover import make_operation


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            **CONNECTION,
            **LOCK,
            "sentinels": SENTINELS,
            "set": {"type": "str", "required": True},
            "nodes": NODES,
            "node_username": {"type": "str"},
            "node_password": {"type": "str", "no_log": True},
            "from": {"type": "str"},
            "timeout": {"type": "float", "default": 60.0},
        },
        supports_check_mode=True,
    )
    converge(
        module,
        lambda params, record: make_operation(params, access(params), access_of(params, "node"), record),
    )


if __name__ == "__main__":
    main()
