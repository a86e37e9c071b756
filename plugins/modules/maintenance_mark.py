#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.maintenance_mark``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: maintenance_mark
version_added: 0.2.0
short_description: Write or remove the mark of a host in maintenance
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Writes a file on this host, about itself or about another host of its deployments. The file is replaced as a whole.
  - Needs no Redis client and queries no server.
extends_documentation_fragment:
  - almashooq.redis.maintenance
  - almashooq.redis.connection.lock
  - almashooq.redis.connection.attributes
options:
  host:
    description: Inventory name of the host that is in maintenance.
    type: str
    required: true
  mark:
    description: The mark. If omitted, the mark of that host is removed.
    type: dict
    suboptions:
      since:
        description: Beginning, in seconds since 1970.
        type: int
        required: true
      until:
        description: End time, in seconds since 1970.
        type: int
        required: true
      by:
        description: User and controller.
        type: str
        default: ""
      reason:
        description: Reason.
        type: str
        default: ""
      peers:
        description: Hosts that have a copy of the mark.
        type: list
        elements: str
        default: []
      primaries:
        description: Members of the host that were primary at the beginning.
        type: list
        elements: str
        default: []
      held:
        description: Nodes of other hosts whose replicas must not move meanwhile.
        type: list
        elements: str
        default: []
      unreached:
        description: Whether the host was dead when it was marked, and has no mark itself.
        type: bool
        default: false
seealso:
  - module: almashooq.redis.maintenance_host_info
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Remove the mark of a host that is back
  almashooq.redis.maintenance_mark:
    host: redis2.example.com
"""

RETURN = r"""
plan:
  description: Planned steps.
  returned: always
  type: list
  elements: str
done:
  description: Steps done, with their duration in seconds.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.almashooq.redis.plugins.module_utils._argspec import LOCK
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._maintenance.options import MAINTENANCE_MARK
from ansible_collections.almashooq.redis.plugins.module_utils._maintenance.store import Store


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec={**LOCK, **MAINTENANCE_MARK}, supports_check_mode=True)
    converge(module, Store, needs_client=False)


if __name__ == "__main__":
    main()
