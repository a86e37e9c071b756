#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.maintenance_host_info``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: maintenance_host_info
version_added: 0.2.0
short_description: Gather which hosts are marked as in maintenance on this host
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Reads the mark of this host, if it is in maintenance, and the copies that it has of the marks of other hosts.
  - Reads also the records of deployments that are being restarted as a whole, or whose restart was interrupted.
  - Needs no Redis client and queries no server.
extends_documentation_fragment:
  - almashooq.redis.maintenance
  - almashooq.redis.connection.info_attributes
options:
  records:
    description: Directory of these records.
    type: path
    default: /var/lib/redis-rolling
seealso:
  - module: almashooq.redis.maintenance_mark
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Gather which hosts are in maintenance
  almashooq.redis.maintenance_host_info:
"""

RETURN = r"""
marks:
  description: The marks, as option O(almashooq.redis.maintenance_mark#module:mark) has them, each with C(host).
  returned: success
  type: list
  elements: dict
restarting:
  description: Texts of the records, as option O(almashooq.redis.rolling_together#module:record) accepts them.
  returned: success
  type: list
  elements: str
"""

from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read
from ansible_collections.almashooq.redis.plugins.module_utils._maintenance import store
from ansible_collections.almashooq.redis.plugins.module_utils._maintenance.options import MAINTENANCE_HOST


def main() -> None:
    """Run the module."""
    read(AnsibleModule(argument_spec=MAINTENANCE_HOST, supports_check_mode=True), store.read, needs_client=False)


if __name__ == "__main__":
    main()
