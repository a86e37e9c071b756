# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.sentinel_members``."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError
from ansible_collections.almashooq.redis.plugins.module_utils._preflight import sets

DOCUMENTATION = r"""
name: sentinel_members
version_added: 0.1.0
short_description: The Sentinels of hosts, as the M(almashooq.redis.sentinel) module takes them
description:
  - Reads what the hosts told about their Sentinels in the preflight of role P(almashooq.redis.redis_sentinel#role).
  - Those whose C(redis_sentinel_state) is V(absent) leave.
positional: hosts, state
options:
  _input:
    description: The variable C(hostvars).
    type: dict
    required: true
  hosts:
    description: Names of the hosts, for example those of a group.
    type: list
    elements: str
    required: true
  state:
    description: Whether to return those that stay, or those that leave.
    type: str
    choices: [present, absent]
    default: present
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Show them
  ansible.builtin.debug:
    msg: "{{ hostvars | almashooq.redis.sentinel_members(groups['redis_sentinel']) }}"
"""

RETURN = r"""
_value:
  description: One item per Sentinel, with C(address), C(port), C(host), C(zone) and C(announce_ip).
  type: list
  elements: dict
"""


def sentinel_members(
    hostvars: t.Mapping[str, t.Mapping[str, t.Any]], hosts: t.Sequence[str], state: str = "present"
) -> list[dict[str, t.Any]]:
    """Return what the function of that name finds; errors become the template's."""
    try:
        return sets.sentinel_members(hostvars, hosts, state)
    except CollectionError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"sentinel_members": sentinel_members}
