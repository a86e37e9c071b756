#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switch a replication set over to another primary, as planned."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sentinel_switchover
short_description: Run a planned switchover of a replication set
version_added: 0.2.0
description:
  - "Refuses unless it is safe: all Sentinels are up and agree, a quorum is reachable, no failover is in progress, and a
    replica is in sync. Ends when every Sentinel names the new primary and all other instances follow it, including the
    old one."
  - No acknowledged write is lost. If all servers are Valkey 9.0 or later, Sentinel coordinates the switchover itself,
    if its user has the rights (C(+failover +client|pause +client|unpause)). Otherwise writes are paused on the old
    primary until the replicas have all of them; once one is promoted, the old primary follows it at once, and its
    clients are disconnected.
  - If this module is killed during the switchover, writes resume after 15 seconds and Sentinel completes it. Writes
    that waited until then are refused if C(min-replicas-to-write) is at least 1; otherwise they may be lost, one for
    each connection.
  - Sentinel chooses the replica that takes over, by C(replica-priority) and by the data that each of them has.
author:
  - The almashooq.redis authors (@almashooq)
extends_documentation_fragment:
  - almashooq.redis.sentinel
  - almashooq.redis.connection
  - almashooq.redis.connection.sentinel_login
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
          - Address of the server.
        type: str
        required: true
      port:
        description:
          - Port of the server.
        type: int
        required: true
      host:
        description:
          - Machine that it runs on. Default is the address.
        type: str
      zone:
        description:
          - Failure domain of the machine. Default is the host.
        type: str
  from:
    description:
      - Switch over only if this is the current primary, as V(address:port). Makes a second call harmless.
    type: str
  timeout:
    description:
      - Total timeout of all waits of a run, in seconds.
    type: float
    default: 60.0
seealso:
  - module: almashooq.redis.sentinel
"""

EXAMPLES = r"""
- name: Switch over before this host goes down for maintenance
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
  description: Planned steps. In check mode nothing is done.
  returned: always
  type: list
  elements: str
done:
  description: Steps done, with their duration in seconds.
  returned: always
  type: list
  elements: dict
set:
  description: Name of the set.
  returned: success
  type: str
from:
  description: Former primary, as V(address:port).
  returned: success
  type: str
to:
  description: New primary.
  returned: success
  type: str
coordinated:
  description: Whether Sentinel coordinated the switchover (Valkey 9.0 or later).
  returned: success
  type: bool
seconds:
  description: Seconds from the first command until the old primary followed, or until the new one was seen.
  returned: success
  type: float
"""

from ansible_collections.almashooq.redis.plugins.module_utils._argspec import (
    CONNECTION,
    LOCK,
    NODES,
    SENTINEL_LOGIN,
    SENTINELS,
    access,
    sentinel_access,
)
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.failover import make_operation


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            **CONNECTION,
            **SENTINEL_LOGIN,
            **LOCK,
            "sentinels": SENTINELS,
            "set": {"type": "str", "required": True},
            "nodes": NODES,
            "from": {"type": "str"},
            "timeout": {"type": "float", "default": 60.0},
        },
        supports_check_mode=True,
    )
    converge(
        module,
        lambda params, record: make_operation(params, sentinel_access(params), access(params), record),
    )


if __name__ == "__main__":
    main()
