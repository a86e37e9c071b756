#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.preflight``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight
version_added: 0.1.0
short_description: Tell whether instances can live on this host, before anything is changed
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - "Looks at the host that it runs on: is the address one of this host, are the ports free or held by these very
    instances, can the directories be written, does the memory suffice."
  - Fails with everything that is in the way, each with its way out. Changes nothing, and nothing listens for it.
  - Needs no Redis client, so that it runs before anything is installed.
extends_documentation_fragment:
  - almashooq.redis.connection.info_attributes
options:
  address:
    description: Address of the host that its instances use to bind, announce and connect.
    type: str
    required: true
  instances:
    description: The instances of this host, see the filter P(almashooq.redis.instance_endpoints#filter).
    type: list
    elements: dict
    required: true
    suboptions:
      port:
        description: Data port.
        type: int
        required: true
      bus_port:
        description: Port of the cluster bus; none for an instance that is no cluster node.
        type: int
      maxmemory:
        description: Limit of its data, in bytes; V(0) is no limit. Without it the limit is not checked.
        type: int
      persistent:
        description: Whether it keeps its data on disk, so that there has to be room for O(instances[].maxmemory).
        type: bool
        default: false
      announce_ip:
        description: Address that it announces to others, where that is not O(address).
        type: str
      announce_port:
        description: Data port that it announces, where that is not O(instances[].port).
        type: int
      announce_bus_port:
        description: Port of the cluster bus that it announces, where that is not O(instances[].bus_port).
        type: int
  host:
    description: Name of this host in the inventory, for the result.
    type: str
    required: true
  zone:
    description: Failure domain of this host, for the result.
    type: str
    required: true
  deployment:
    description: Name of the deployment that the instances belong to, for the result.
    type: str
    required: true
  config_dir:
    description: Directory of the managed configuration.
    type: path
    required: true
  data_dir:
    description: Directory under which each instance has its own.
    type: path
    required: true
  log_dir:
    description: Directory of the log files.
    type: path
    required: true
  run_dir:
    description: Directory of the pid files of instances that run without systemd.
    type: path
    required: true
  unit:
    description: Name of the template unit of the instances.
    type: str
    default: redis-node
  accept_memory_overcommit:
    description: Whether the instances' C(maxmemory) may add up to more than the host has.
    type: bool
    default: false
  accept_disk_overcommit:
    description: Whether the data of the instances may become more than their disk has room for.
    type: bool
    default: false
  user:
    description:
      - System user that runs the instances. What it has to read, write and enter is tried with its rights; without the
        option it is not. Where the user does not exist yet, only the directories on the way are tried.
    type: str
  service_manager:
    description: What runs the instances; their unit hides home directories.
    type: str
    choices: [auto, systemd, daemon]
    default: auto
  server:
    description: Path of the engine's server, to report whether it is there.
    type: path
  files:
    description: Files, and directories whose files, are to be described in the result RV(files).
    type: list
    elements: path
    default: []
  controller_time:
    description: The controller's clock at the start of the task, in seconds since 1970, to compare clocks of hosts.
    type: float
  state_file:
    description: File that tells of a temporary listener, see O(almashooq.redis.preflight_listener#module:state_file).
    type: path
    default: /run/almashooq-redis-preflight.json
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Ask whether one instance can live here
  almashooq.redis.preflight:
    address: 192.0.2.11
    instances:
      - {port: 7000, bus_port: 17000, maxmemory: 1073741824}
    host: "{{ inventory_hostname }}"
    zone: "{{ inventory_hostname }}"
    deployment: redis
    config_dir: /etc/redis-node
    data_dir: /var/lib/redis-node
    log_dir: /var/log/redis-node
    run_dir: /run/redis-node
"""

RETURN = r"""
ip:
  description: The IP address behind O(address).
  returned: success
  type: str
machine:
  description: What tells this machine from others; inventory names of one machine have the same.
  returned: success
  type: str
memory:
  description: Bytes that this host, or the container that it is, may use.
  returned: success
  type: int
service_manager:
  description:
    - V(systemd) where it runs this host, V(daemon) where nothing does. Where systemd is merely installed, as in
      many containers, it does not.
  returned: success
  type: str
engine:
  description: Whether there is an O(server).
  returned: success
  type: bool
prepared:
  description: Whether there is an O(config_dir), so that instances have been configured before.
  returned: success
  type: bool
files:
  description: The regular files of O(files) that exist, for P(almashooq.redis.stale_files#filter).
  returned: success
  type: list
  elements: dict
  contains:
    path: {description: Its path., type: str}
    checksum: {description: SHA-1 of its content., type: str}
    mode: {description: Its mode with four digits., type: str}
    uid: {description: Number of its owner., type: int}
    gid: {description: Number of its group., type: int}
members:
  description: The instances as other hosts have to know them, for P(almashooq.redis.deployment_members#filter)
    and M(almashooq.redis.preflight_peers).
  returned: success
  type: list
  elements: dict
  contains:
    host: {description: Name of the host., type: str}
    zone: {description: Failure domain., type: str}
    deployment: {description: Name of the deployment., type: str}
    address: {description: IP address., type: str}
    name: {description: O(address) as it was given., type: str}
    port: {description: Data port., type: int}
    bus_port: {description: Port of the cluster bus or null., type: int}
    announced: {description: The endpoint that it announces where that is not the one that it binds., type: dict}
    identity: {description: Whether a nodes file tells it which member of a cluster it is., type: bool}
    listening: {description: Whether the instance runs already., type: bool}
    configured: {description: Whether it has a managed file already., type: bool}
    clock: {description: How far this host's clock was from O(controller_time) in seconds., type: float}
trials:
  description: Ports of the instances on which an interrupted run has left a live change on trial.
  returned: success
  type: list
  elements: int
silent_ports:
  description: Data and bus ports of the instances that do not run yet.
  returned: success
  type: list
  elements: int
problems:
  description: What is in the way, one sentence each.
  returned: failure
  type: list
  elements: str
"""


from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read
from ansible_collections.almashooq.redis.plugins.module_utils._preflight import operation

INSTANCE = {
    "port": {"type": "int", "required": True},
    "bus_port": {"type": "int"},
    "maxmemory": {"type": "int"},
    "persistent": {"type": "bool", "default": False},
    "announce_ip": {"type": "str"},
    "announce_port": {"type": "int"},
    "announce_bus_port": {"type": "int"},
}


def main() -> None:
    """Look at this host."""
    module = AnsibleModule(
        argument_spec={
            "address": {"type": "str", "required": True},
            "instances": {"type": "list", "elements": "dict", "required": True, "options": INSTANCE},
            "host": {"type": "str", "required": True},
            "zone": {"type": "str", "required": True},
            "deployment": {"type": "str", "required": True},
            "config_dir": {"type": "path", "required": True},
            "data_dir": {"type": "path", "required": True},
            "log_dir": {"type": "path", "required": True},
            "run_dir": {"type": "path", "required": True},
            "unit": {"type": "str", "default": "redis-node"},
            "accept_memory_overcommit": {"type": "bool", "default": False},
            "accept_disk_overcommit": {"type": "bool", "default": False},
            "user": {"type": "str"},
            "service_manager": {"type": "str", "choices": ["auto", "systemd", "daemon"], "default": "auto"},
            "server": {"type": "path"},
            "files": {"type": "list", "elements": "path", "default": []},
            "controller_time": {"type": "float"},
            "state_file": {"type": "path", "default": "/run/almashooq-redis-preflight.json"},
        },
        supports_check_mode=True,
    )
    read(module, operation.look, needs_client=False)


if __name__ == "__main__":
    main()
