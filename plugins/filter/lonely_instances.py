# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.lonely_instances``."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError
from ansible_collections.almashooq.redis.plugins.module_utils._preflight import lonely

DOCUMENTATION = r"""
name: lonely_instances
version_added: 0.1.0
short_description: The instances of a host that have no replica to wait for
description:
  - Returns the ports of the instances that are the only ones of their replication set, or in no set. Such a primary
    takes writes without a replica.
positional: hosts, host, attached
options:
  _input:
    description: The variable C(hostvars).
    type: dict
    required: true
  hosts:
    description: Names of the hosts that carry replication sets, for example those of a group.
    type: list
    elements: str
    required: true
  host:
    description: Name of the host.
    type: str
    required: true
  attached:
    description: Whether members that this run has made are replicas by now. Before, they do not count.
    type: bool
    default: false
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Show them
  ansible.builtin.debug:
    msg: "{{ hostvars | almashooq.redis.lonely_instances(groups['redis_replication'], inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: Ports.
  type: list
  elements: int
"""


def lonely_instances(
    hostvars: t.Mapping[str, t.Mapping[str, t.Any]], hosts: t.Sequence[str], host: str, attached: bool = False
) -> list[int]:
    """Return the ports of a host's instances without others in their set; errors become the template's."""
    try:
        return lonely.lonely_ports(hostvars, hosts, host, attached=attached)
    except CollectionError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"lonely_instances": lonely_instances}
