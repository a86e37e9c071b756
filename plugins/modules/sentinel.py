#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Have Sentinels watch replication sets, all in the same way."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sentinel
short_description: Have Sentinels watch replication sets, all in the same way
version_added: 0.1.0
description:
  - Asks every Sentinel, and changes at run time what differs. Sets are watched, tuned and removed on each of them, and
    the module waits until all know one another and all instances, name one primary and can have a quorum.
  - Who is primary of a set that is watched already is what the Sentinels say, with one voice. O(sets[].primary) counts
    only for a set that none of them watches yet. No failover is ever started or undone.
  - What is down and not in the wish is told, and forgotten only with consent (O(forget), O(leaving)), one Sentinel at a
    time, while all others are well.
  - What only Sentinel's file can say, hooks above all, is the work of M(almashooq.redis.sentinel_config).
author:
  - The almashooq.redis authors (@almashooq)
extends_documentation_fragment:
  - almashooq.redis.sentinel
  - almashooq.redis.connection
  - almashooq.redis.connection.lock
  - almashooq.redis.connection.attributes
options:
  sets:
    description:
      - The sets to watch.
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
          - Its primary, for the time when no Sentinel watches it; C(address) and C(port).
        type: dict
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
      nodes:
        description:
          - All its instances, which the Sentinels have to find.
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
      quorum:
        description:
          - Sentinels that have to miss the primary before a failover is tried; who does it a majority elects.
        type: int
        required: true
      settings:
        description:
          - Further options of SENTINEL SET, for example C(down-after-milliseconds).
          - What Sentinel does not tell again (C(master-reboot-down-after-period)) is set when the set is first watched.
        type: dict
        default: {}
      auth_user:
        description:
          - User that Sentinel logs in as at the instances.
        type: str
      auth_password:
        description:
          - Password of O(sets[].auth_user). It is tried at every instance before anything is changed.
        type: str
  remove:
    description:
      - Names of sets that are to be watched no more.
    type: list
    elements: str
    default: []
  settings:
    description:
      - Settings of every Sentinel, in the words of SENTINEL CONFIG SET, for example C(resolve-hostnames).
    type: dict
    default: {}
  node_username:
    description:
      - User to log in as at the instances of O(sets), to take the lock of the deployment there, too. By default
        O(username).
    type: str
  node_password:
    description:
      - Password of O(node_username). By default O(password). Where neither is given, only the Sentinels are locked.
    type: str
  peer_username:
    description:
      - User that the Sentinels log in as at one another.
    type: str
  peer_password:
    description:
      - Password of O(peer_username).
    type: str
  forget:
    description:
      - Whether Sentinels and replicas that are down and not in the wish may be forgotten.
    type: bool
    default: false
  external:
    description:
      - Replicas, as V(address:port), that are in none of the sets and may be there, for example for backups.
      - Any other Sentinel or replica that is up and not in the wish stops the run before anything is changed.
    type: list
    elements: str
    default: []
  leaving:
    description:
      - Sentinels and instances that have been stopped for good. The others are given time to notice, and forget them.
    type: list
    elements: dict
    default: []
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
      - How long all the waiting of a run may take together, in seconds.
    type: float
    default: 120.0
seealso:
  - module: almashooq.redis.sentinel_config
  - module: almashooq.redis.sentinel_info
"""

EXAMPLES = r"""
- name: Three Sentinels watch one set
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
  description: What there was to do, a line a step; in check mode what there would be.
  returned: always
  type: list
  elements: str
done:
  description: The steps done and how long each took (steps of one phase run side by side), in seconds.
  returned: always
  type: list
  elements: dict
failed_steps:
  description: The steps that failed, each with its error; one of them may be half done.
  returned: failure
  type: list
  elements: dict
  contains:
    step: {description: The step., type: str}
    msg: {description: What was wrong., type: str}
    error: {description: The kind of the error., type: str}
    node: {description: The server., type: str}
remaining:
  description: The steps that were planned and not done.
  returned: failure
  type: list
  elements: str
sets:
  description: Each set by name, with its primary and how each Sentinel sees it.
  returned: success
  type: dict
sentinels:
  description: The Sentinels with id and version.
  returned: success
  type: list
  elements: dict
findings:
  description: What is not as it should be; check, severity, node, message, hint, observed, expected.
  returned: success
  type: list
  elements: dict
summary:
  description: The Sentinels as a table for a person.
  returned: success
  type: str
"""

from ansible_collections.almashooq.redis.plugins.module_utils._argspec import (
    CONNECTION,
    ENDPOINT,
    LOCK,
    NODES,
    SENTINELS,
    access,
    access_of,
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
            **LOCK,
            "node_username": {"type": "str"},
            "node_password": {"type": "str", "no_log": True},
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
        lambda params, record: make_operation(params, access(params), access_of(params, "node"), record),
    )


if __name__ == "__main__":
    main()
