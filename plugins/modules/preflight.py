#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.preflight``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight
version_added: 0.2.0
short_description: Check whether instances can run on this host, before anything is changed
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Checks that the address belongs to this host, the ports are free or held by these very instances, the directories
    are writable, and the memory suffices.
  - Fails with all obstacles, each with its remedy. Read-only; opens no port.
  - Needs no Redis client, so that it can run before anything is installed.
extends_documentation_fragment:
  - almashooq.redis.connection.info_attributes
options:
  address:
    description: Address of the host that its instances use to bind, announce and connect.
    type: str
    required: true
  instances:
    description: Instances of this host, RV(almashooq.redis.inventory_info#module:endpoints) of module
      M(almashooq.redis.inventory_info).
    type: list
    elements: dict
    required: true
    suboptions:
      port:
        description: Data port.
        type: int
        required: true
      bus_port:
        description: Port of the cluster bus; omitted for an instance that is not a cluster node.
        type: int
      maxmemory:
        description: Data limit in bytes; V(0) means no limit. If omitted, the limit is not checked.
        type: int
      persistent:
        description: Whether the instance keeps its data on disk, so that there must be space for
          O(instances[].maxmemory).
        type: bool
        default: false
      announce_ip:
        description: Address that it announces to others, if it differs from O(address).
        type: str
      announce_port:
        description: Data port that it announces, if it differs from O(instances[].port).
        type: int
      announce_bus_port:
        description: Port of the cluster bus that it announces, if it differs from O(instances[].bus_port).
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
    description: Base of the instances' data directories.
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
    description: Name of the systemd template unit of the instances.
    type: str
    default: redis-node
  accept_memory_overcommit:
    description: Whether the sum of the instances' C(maxmemory) may exceed the host's memory.
    type: bool
    default: false
  accept_disk_overcommit:
    description: Whether the data of the instances may outgrow their disk.
    type: bool
    default: false
  user:
    description:
      - System user that runs the instances. Access to the files it reads, writes and enters is tested with its
        permissions. If omitted, access is not tested. If the user does not exist yet, only the parent directories are
        tested.
    type: str
  service_manager:
    description: What runs the instances. Their systemd unit hides home directories.
    type: str
    choices: [auto, systemd, daemon]
    default: auto
  server:
    description: Path of the engine's server program, to report whether it exists.
    type: path
  controller_time:
    description: Controller clock at the start of the task, in seconds since 1970, to compare the clocks of hosts.
    type: float
  state_file:
    description: File that records a temporary listener, see O(almashooq.redis.preflight_listener#module:state_file).
    type: path
    default: /run/almashooq-redis-preflight.json
  sentinel:
    description: Sentinel of this host, checked like an instance. Options not listed here are those of the instances.
    type: dict
    suboptions:
      address:
        description: Address of the Sentinel.
        type: str
        required: true
      port:
        description: Port of the Sentinel.
        type: int
        required: true
      zone:
        description: Failure domain, for the result.
        type: str
        required: true
      deployment:
        description: Name that distinguishes Sentinels from instances, for the result.
        type: str
        required: true
      config_dir:
        description: Directory of its configuration.
        type: path
        required: true
      data_dir:
        description: Base of its data directory.
        type: path
        required: true
      log_dir:
        description: Directory of its log file.
        type: path
        required: true
      run_dir:
        description: Directory of its pid file if it runs without systemd.
        type: path
        required: true
      unit:
        description: Name of its systemd template unit.
        type: str
        required: true
      user:
        description: System user that runs it.
        type: str
        required: true
      service_manager:
        description: What runs it.
        type: str
        choices: [auto, systemd, daemon]
        default: auto
      server:
        description: Path of its server program.
        type: path
        required: true
  package:
    description: Packages of the engine and their services, as module M(almashooq.redis.engine_package_services) takes
      them, to report what it would do. A service that it refuses is refused here, too.
    type: dict
    suboptions:
      services:
        description: Services of the packages.
        type: list
        elements: dict
        required: true
        suboptions:
          name:
            description: Name of the service.
            type: str
            required: true
          pid_file:
            description: Its pid file, to find it where there is no systemd.
            type: path
            required: true
      existing:
        description: What to do with a service that runs.
        type: str
        choices: [refuse, keep, stop]
        default: refuse
      packages:
        description: Packages that must be installed.
        type: list
        elements: str
        required: true
      user:
        description: User that must exist.
        type: str
        required: true
      group:
        description: Its main group.
        type: str
        required: true
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Check whether one instance can run here
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
  description: IP address that O(address) resolves to.
  returned: success
  type: str
machine:
  description: Identifier of this machine. Inventory names of the same machine have the same.
  returned: success
  type: str
memory:
  description: Memory available to this host or container, in bytes.
  returned: success
  type: int
service_manager:
  description:
    - V(systemd) if it runs this host, V(daemon) otherwise, also where systemd is installed but does not run, as in many
      containers.
  returned: success
  type: str
engine:
  description: Whether O(server) exists.
  returned: success
  type: bool
prepared:
  description: Whether O(config_dir) exists, because instances have been configured before.
  returned: success
  type: bool
members:
  description: Instances as other hosts need to know them, for M(almashooq.redis.inventory_info) and
    M(almashooq.redis.preflight_peers).
  returned: success
  type: list
  elements: dict
  contains:
    host: {description: Name of the host., type: str}
    zone: {description: Failure domain., type: str}
    deployment: {description: Name of the deployment., type: str}
    address: {description: IP address of the instance., type: str}
    name: {description: O(address) as it was given., type: str}
    port: {description: Data port., type: int}
    bus_port: {description: Port of the cluster bus or null., type: int}
    announced: {description: "Endpoint that it announces, if it differs from the one it binds.", type: dict}
    identity: {description: Whether a nodes file identifies it as a member of a cluster., type: bool}
    listening: {description: Whether the instance already runs., type: bool}
    configured: {description: Whether it already has a managed file., type: bool}
    clock: {description: "Difference of this host's clock to O(controller_time), in seconds.", type: float}
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
sentinel:
  description: The same for the Sentinel of O(sentinel).
  returned: when O(sentinel) is given
  type: dict
package_settled:
  description: Whether the packages of O(package) are installed, their services forbidden, and user and group exist.
  returned: success
  type: bool
problems:
  description: Obstacles, one sentence each.
  returned: failure
  type: list
  elements: str
"""

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read
from ansible_collections.almashooq.redis.plugins.module_utils._host.engine_package import is_settled
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
SENTINEL = {
    "address": {"type": "str", "required": True},
    "port": {"type": "int", "required": True},
    "zone": {"type": "str", "required": True},
    "deployment": {"type": "str", "required": True},
    "config_dir": {"type": "path", "required": True},
    "data_dir": {"type": "path", "required": True},
    "log_dir": {"type": "path", "required": True},
    "run_dir": {"type": "path", "required": True},
    "unit": {"type": "str", "required": True},
    "user": {"type": "str", "required": True},
    "service_manager": {"type": "str", "choices": ["auto", "systemd", "daemon"], "default": "auto"},
    "server": {"type": "path", "required": True},
}
SERVICE = {"name": {"type": "str", "required": True}, "pid_file": {"type": "path", "required": True}}
PACKAGE = {
    "services": {"type": "list", "elements": "dict", "required": True, "options": SERVICE},
    "existing": {"type": "str", "choices": ["refuse", "keep", "stop"], "default": "refuse"},
    "packages": {"type": "list", "elements": "str", "required": True},
    "user": {"type": "str", "required": True},
    "group": {"type": "str", "required": True},
}


def look(params: operation.Params, record: operation.Record) -> dict[str, t.Any]:
    """Inspect this host; what its package needs is asked first, because it can be refused."""
    settled = params["package"] is not None and is_settled(params["package"], record)
    return {**operation.look(params, record), "package_settled": settled}


def main() -> None:
    """Inspect this host."""
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
            "controller_time": {"type": "float"},
            "state_file": {"type": "path", "default": "/run/almashooq-redis-preflight.json"},
            "sentinel": {"type": "dict", "options": SENTINEL},
            "package": {"type": "dict", "options": PACKAGE},
        },
        supports_check_mode=True,
    )
    read(module, look, needs_client=False)


if __name__ == "__main__":
    main()
