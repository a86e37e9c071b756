#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.preflight_peers``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight_peers
version_added: 0.2.0
short_description: Check whether the hosts of a deployment match and reach each other
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Compares this host with the others (duplicate address, clock difference), and connects to the data port and the
    cluster bus port of every instance on every other host in parallel, at the address that it binds and at the one that
    it announces.
  - Compares host setup that is made later with the host, if it is asked for (O(service)).
  - Fails with one sentence for each problem. Read-only.
extends_documentation_fragment:
  - almashooq.redis.connection.info_attributes
options:
  host:
    description: Name of this host in the inventory.
    type: str
    required: true
  members:
    description: Instances of all hosts, RV(almashooq.redis.preflight#module:members) of each joined.
    type: list
    elements: dict
    required: true
  listeners:
    description:
      - Whether M(almashooq.redis.preflight_listener) listens on all hosts for the instances that do not run yet.
      - If false, only running instances are connected to.
    type: bool
    default: false
  timeout:
    description: Timeout of one connection, in seconds.
    type: float
    default: 3.0
  clock_skew:
    description: Maximum clock difference between two hosts, in seconds.
    type: float
    default: 5.0
  controller_time:
    description:
      - Controller clock at the start of the task, in seconds since 1970, for a second reading of the host's clock.
      - This way, a host that was slow to start its first task is not reported as having its clock ahead.
    type: float
  service:
    description:
      - Host setup that the run makes later, as in M(almashooq.redis.host_service). It is compared with the host in the
        same call, and not changed.
    type: dict
    suboptions:
      directories:
        description: Directories, in the order in which they are created.
        type: list
        elements: dict
        default: []
        suboptions:
          path:
            description: Path.
            type: path
            required: true
          owner:
            description: Owner of the path.
            type: str
            default: root
          group:
            description: Group of the path.
            type: str
            default: root
          mode:
            description: Mode, as an octal number.
            type: str
            default: "0755"
          packaged:
            description:
              - Whether a package of the distribution contains it, too. If it exists, its group and mode are then left
                unchanged, except that its owner gets all permissions and others lose write permission.
            type: bool
            default: false
      files:
        description: Files to write. Their directories must exist or be made by the same call.
        type: list
        elements: dict
        default: []
        suboptions:
          path:
            description: Path.
            type: path
            required: true
          content:
            description: Content of the file.
            type: str
            required: true
          owner:
            description: Owner of the path.
            type: str
            default: root
          group:
            description: Group of the path.
            type: str
            default: root
          mode:
            description: Mode, as an octal number.
            type: str
            default: "0644"
          restarts:
            description:
              - Whether the units read the file at start, so that they are restarted if their process is older.
            type: bool
            default: false
      units:
        description:
          - Units, with their suffix. They are queried in one call to systemd, and started in parallel.
          - Other units whose files are among O(service.files) are only reloaded by systemd.
        type: list
        elements: str
        default: []
      systemd:
        description: What to do about O(service.units) on a host without systemd.
        type: dict
        suboptions:
          required:
            description: Whether to refuse such a host. If not, the units and the files below C(/etc/systemd/system) are
              skipped there.
            type: bool
            default: true
          hint:
            description: What to do about it, as a sentence.
            type: str
      look_at:
        description: Paths to report the type of in its C(paths).
        type: list
        elements: str
        default: []
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Try to reach all other hosts
  almashooq.redis.preflight_peers:
    host: "{{ inventory_hostname }}"
    members: "{{ ansible_play_hosts | map('extract', hostvars, '__redis_node_members') | flatten }}"
"""

RETURN = r"""
reached:
  description: Number of ports of other hosts that were connected to.
  returned: success
  type: int
service:
  description: Result of M(almashooq.redis.host_service) in check mode, with the C(plan).
  returned: when O(service) is given
  type: dict
problems:
  description: Obstacles, one sentence each.
  returned: failure
  type: list
  elements: str
"""


import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read
from ansible_collections.almashooq.redis.plugins.module_utils._host.options import SERVICE
from ansible_collections.almashooq.redis.plugins.module_utils._host.service import planned
from ansible_collections.almashooq.redis.plugins.module_utils._preflight import operation

SETUP = {name: SERVICE[name] for name in ("directories", "files", "units", "systemd", "look_at")}


def look_around(params: operation.Params, record: operation.Record) -> dict[str, t.Any]:
    """Compare this host with the others, try to reach them, and compare the setup of a service with what is there."""
    found = operation.look_around(params, record)
    if params["service"] is None:
        return found
    setup = planned(params["service"], record)
    return {**found, "warnings": setup.pop("warnings", []), "service": setup}


def main() -> None:
    """Compare this host with the others and try to reach them."""
    module = AnsibleModule(
        argument_spec={
            "host": {"type": "str", "required": True},
            "members": {"type": "list", "elements": "dict", "required": True},
            "listeners": {"type": "bool", "default": False},
            "timeout": {"type": "float", "default": 3.0},
            "clock_skew": {"type": "float", "default": 5.0},
            "controller_time": {"type": "float"},
            "service": {"type": "dict", "options": SETUP},
        },
        supports_check_mode=True,
    )
    read(module, look_around, needs_client=False)


if __name__ == "__main__":
    main()
