#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.rolling_host_info``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rolling_host_info
version_added: 0.2.0
short_description: Gather which members of a host need a restart, and why
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Compares each running process with what its next start would use. That is a setting that cannot change live, its
    unit, or its program on disk.
  - Needs no Redis client and queries no server.
extends_documentation_fragment:
  - almashooq.redis.rolling
  - almashooq.redis.connection.info_attributes
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Gather what waits for a restart on this host
  almashooq.redis.rolling_host_info:
    servers:
      - address: 192.0.2.11
        port: 7000
        unit: redis-node@7000.service
        process: {data_dir: /var/lib/redis-node}
"""

RETURN = r"""
members:
  description: The members of this host.
  returned: success
  type: list
  elements: dict
  contains:
    node:
      description: Name of the member, as V(address:port).
      type: str
    kind:
      description: V(instance) or V(sentinel).
      type: str
    running:
      description: Whether its process was found.
      type: bool
    started:
      description: When its process was started, in seconds since 1970 by the clock of the host; null if that is not
        known.
      type: float
    installed:
      description: Engine and version of the program on disk, as V(valkey 8.1.8).
      type: str
    disk_free_bytes:
      description: Bytes that may still be written in the data directory of an instance; null if that is not known.
      type: int
    migration:
      description: What C(cluster-allow-replica-migration) of an instance is while no rolling restart lasts, by its
        managed file and by the marks of hosts in maintenance. Empty for a Sentinel, and where the file cannot be read.
      type: str
    priority:
      description: The C(replica-priority) of an instance by its managed file; null for a Sentinel, and where the file
        cannot be read.
      type: int
    next_start:
      description: Settings in the files of an instance by which its next start finds its data, C(appendonly) among
        them. Empty for a Sentinel, and where a file cannot be read.
      type: dict
    reasons:
      description: Reasons for a restart, as sentences.
      type: list
      elements: str
memory_available_bytes:
  description: Bytes of memory that the host has available; null if that is not known.
  returned: success
  type: int
"""

from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.host import needs
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.options import ROLLING_HOST


def main() -> None:
    """Run the module."""
    read(AnsibleModule(argument_spec=ROLLING_HOST, supports_check_mode=True), needs, needs_client=False)


if __name__ == "__main__":
    main()
