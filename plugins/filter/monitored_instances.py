# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.monitored_instances``."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError
from ansible_collections.almashooq.redis.plugins.module_utils._inventory import deployments

DOCUMENTATION = r"""
name: monitored_instances
version_added: 0.2.0
short_description: List the instances and Sentinels that hosts must run
description:
  - Reads only inventory variables and connects to no host, so that hosts that are down are included.
positional: hosts
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
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Show the servers that this host must run
  ansible.builtin.debug:
    msg: "{{ hostvars | almashooq.redis.monitored_instances([inventory_hostname]) }}"
"""

RETURN = r"""
_value:
  description: One item per server, with C(name), C(kind) (V(instance) or V(sentinel)), C(topology), C(deployment) (of
    a cluster, or the name of a replication set), C(host), C(zone), C(address) and C(port).
  type: list
  elements: dict
"""


def monitored_instances(
    hostvars: t.Mapping[str, t.Mapping[str, t.Any]], hosts: t.Sequence[str]
) -> list[dict[str, t.Any]]:
    """Return what the function of that name finds; errors become the template's."""
    try:
        return deployments.monitored_instances(hostvars, hosts)
    except CollectionError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"monitored_instances": monitored_instances}
