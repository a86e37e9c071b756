# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.guard_files``."""

from __future__ import annotations

from ansible_collections.almashooq.redis.plugins.module_utils._preflight import guard

DOCUMENTATION = r"""
name: guard_files
version_added: 0.1.0
short_description: What the start guard of a host's instances knows of their replication sets
description:
  - Returns one file for each instance that belongs to a replication set. It names the members and the Sentinels that
    the start guard asks before the instance starts, and how long they take to promote another one. No secret is in it.
  - Reads C(redis_replication_sets), and what hosts told about themselves in the preflight. A host that takes no part in
    the run is named by its variables.
positional: host, hosts, sentinels
options:
  _input:
    description: The variable C(hostvars).
    type: dict
    required: true
  host:
    description: Name of the host whose instances are meant.
    type: str
    required: true
  hosts:
    description: Names of the hosts of all replication sets.
    type: list
    elements: str
    required: true
  sentinels:
    description: Names of the hosts that carry a Sentinel.
    type: list
    elements: str
    required: true
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Show them
  ansible.builtin.debug:
    msg: "{{ hostvars | almashooq.redis.guard_files(inventory_hostname, groups.redis_replication, []) }}"
"""

RETURN = r"""
_value:
  description: Text of each file by its name, C(PORT.json).
  type: dict
"""


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, object]:
        """Return the filters of this file by name."""
        return {"guard_files": guard.guard_files}
