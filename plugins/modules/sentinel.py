#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make Sentinels watch replication sets, all in the same way."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sentinel
short_description: Configure Sentinels to monitor replication sets in the same way
version_added: 0.2.0
description:
  - Queries every Sentinel, and changes at run time what differs. Adds, configures and removes sets on each of them, and
    waits until all know one another and all instances, name one primary and can reach a quorum.
  - The Sentinels, if they all agree, decide the primary of a set that is already monitored. O(sets[].primary) is used
    only for a set that none of them monitors yet. No failover is ever started or undone.
  - Sentinels and replicas that are down and not in the desired state are reported. They are forgotten only with consent
    (O(forget), O(leaving)), one Sentinel at a time, while all others are healthy.
  - Takes the lock of the deployment on the Sentinels and, if O(username) or O(password) is given, on the instances.
    There may be no login for instances that another inventory manages.
  - What can only be set in Sentinel's file, mainly hooks, is configured by M(almashooq.redis.sentinel_config).
author:
  - The almashooq.redis authors (@almashooq)
extends_documentation_fragment:
  - almashooq.redis.sentinel
  - almashooq.redis.connection
  - almashooq.redis.connection.sentinel_login
  - almashooq.redis.connection.lock
  - almashooq.redis.connection.attributes
options:
  sets:
    description:
      - Sets to monitor.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - Name of the set.
        type: str
        required: true
      primary:
        description:
          - Primary of the set while no Sentinel monitors it; C(address) and C(port).
        type: dict
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
      nodes:
        description:
          - All instances of the set, which the Sentinels must discover.
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
      quorum:
        description:
          - Number of Sentinels that must consider the primary down before a failover is tried. A majority then elects
            the Sentinel that runs it.
        type: int
        required: true
      settings:
        description:
          - Other SENTINEL SET options, for example C(down-after-milliseconds).
          - Options that Sentinel does not report (C(master-reboot-down-after-period)) are set when the set is first
            monitored.
        type: dict
        default: {}
      auth_user:
        description:
          - User that Sentinel uses to log in to the instances.
        type: str
      auth_password:
        description:
          - Password of O(sets[].auth_user). It is tried on every instance before anything is changed.
        type: str
  remove:
    description:
      - Names of sets that are no longer monitored.
    type: list
    elements: str
    default: []
  settings:
    description:
      - Settings of every Sentinel, as in SENTINEL CONFIG SET, for example C(resolve-hostnames).
    type: dict
    default: {}
  peer_username:
    description:
      - User that the Sentinels use to log in to one another.
    type: str
  peer_password:
    description:
      - Password of O(peer_username).
    type: str
  forget:
    description:
      - Whether to forget Sentinels and replicas that are down and not in the desired state.
    type: bool
    default: false
  external:
    description:
      - Replicas outside all sets that may exist, as V(address:port), for example for backups.
      - Any other Sentinel or replica that is up and not in the desired state stops the run before anything is changed.
    type: list
    elements: str
    default: []
  leaving:
    description:
      - Sentinels and instances that have been stopped permanently. The others get time to notice, and forget them.
    type: list
    elements: dict
    default: []
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
          - Machine that it ran on.
        type: str
      zone:
        description:
          - Failure domain of the machine.
        type: str
      announce_ip:
        description:
          - Address that it announced.
        type: str
      announce_port:
        description:
          - Port that it announced.
        type: int
  timeout:
    description:
      - Total timeout of all waits of a run, in seconds.
    type: float
    default: 120.0
seealso:
  - module: almashooq.redis.sentinel_config
  - module: almashooq.redis.sentinel_info
"""

EXAMPLES = r"""
- name: Monitor one set with three Sentinels
  almashooq.redis.sentinel:
    username: admin
    password: "{{ redis_node_admin_password }}"
    sentinels:
      - {address: 198.51.100.11, port: 26379, host: redis1, zone: a}
      - {address: 198.51.100.12, port: 26379, host: redis2, zone: b}
      - {address: 198.51.100.13, port: 26379, host: redis3, zone: c}
    sets:
      - name: main
        primary: {address: 198.51.100.11, port: 6379}
        nodes:
          - {address: 198.51.100.11, port: 6379}
          - {address: 198.51.100.12, port: 6379}
          - {address: 198.51.100.13, port: 6379}
        quorum: 2
        settings:
          down-after-milliseconds: 5000
        auth_user: sentinel
        auth_password: "{{ redis_node_sentinel_password }}"
  run_once: true
"""

RETURN = r"""
plan:
  description: Planned steps, one line each. In check mode nothing is done.
  returned: always
  type: list
  elements: str
done:
  description: Steps done, with their duration in seconds. Steps of one phase run in parallel.
  returned: always
  type: list
  elements: dict
failed_steps:
  description: Steps that failed, each with its error. One of them may be partially done.
  returned: failure
  type: list
  elements: dict
  contains:
    step: {description: Description of the step., type: str}
    msg: {description: Error message., type: str}
    error: {description: Type of the error., type: str}
    node: {description: Server that the step failed on., type: str}
remaining:
  description: Planned steps that were not done.
  returned: failure
  type: list
  elements: str
sets:
  description: Each set by name, with its primary and how each Sentinel sees it.
  returned: success
  type: dict
sentinels:
  description: Sentinels with ID and version.
  returned: success
  type: list
  elements: dict
findings:
  description: Deviations from the desired state; check, severity, node, message, hint, observed, expected.
  returned: success
  type: list
  elements: dict
summary:
  description: The Sentinels as a table for people.
  returned: success
  type: str
"""

from ansible_collections.almashooq.redis.plugins.module_utils._argspec import (
    CONNECTION,
    ENDPOINT,
    LOCK,
    NODES,
    SENTINEL_LOGIN,
    SENTINELS,
    access,
    sentinel_access,
)
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.execute import make_operation

SET = {
    "name": {"type": "str", "required": True},
    "primary": {"type": "dict", "required": True, "options": ENDPOINT},
    "nodes": NODES,
    "quorum": {"type": "int", "required": True},
    "settings": {"type": "dict", "default": {}},
    "auth_user": {"type": "str"},
    "auth_password": {"type": "str", "no_log": True},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            **CONNECTION,
            **SENTINEL_LOGIN,
            **LOCK,
            "sentinels": SENTINELS,
            "sets": {"type": "list", "elements": "dict", "default": [], "options": SET},
            "remove": {"type": "list", "elements": "str", "default": []},
            "settings": {"type": "dict", "default": {}},
            "peer_username": {"type": "str"},
            "peer_password": {"type": "str", "no_log": True},
            "forget": {"type": "bool", "default": False},
            "external": {"type": "list", "elements": "str", "default": []},
            "leaving": {**SENTINELS, "required": False, "default": []},
            "timeout": {"type": "float", "default": 120.0},
        },
        supports_check_mode=True,
    )
    converge(
        module,
        lambda params, record: make_operation(params, sentinel_access(params), access(params), record),
    )


if __name__ == "__main__":
    main()
