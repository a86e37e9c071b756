# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.deployment_members``."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError
from ansible_collections.almashooq.redis.plugins.module_utils._preflight import members

DOCUMENTATION = r"""
name: deployment_members
version_added: 0.1.0
short_description: All nodes of a deployment, as the M(almashooq.redis.cluster) module takes them
description:
  - Collects the nodes that the hosts of a group told about themselves in the preflight of role
    P(almashooq.redis.redis_node#role), in the order of the group.
  - Fails when a host of the deployment takes no part in the run, because of C(--limit) for example.
positional: hosts, deployment
options:
  _input:
    description: The variable C(hostvars).
    type: dict
    required: true
  hosts:
    description: Names of the hosts that may belong to the deployment, for example those of a group.
    type: list
    elements: str
    required: true
  deployment:
    description: Name of the deployment, see C(redis_node_deployment).
    type: str
    required: true
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Show the nodes of this host's deployment
  ansible.builtin.debug:
    msg: "{{ hostvars | almashooq.redis.deployment_members(groups['redis_cluster'], redis_node_deployment) }}"
"""

RETURN = r"""
_value:
  description: One item per node, with C(address), C(port), C(host) and C(zone).
  type: list
  elements: dict
"""


def deployment_members(
    hostvars: t.Mapping[str, t.Mapping[str, t.Any]], hosts: t.Sequence[str], deployment: str
) -> list[dict[str, t.Any]]:
    """Return the nodes of the deployment; errors become the template's."""
    try:
        return members.deployment_members(hostvars, hosts, deployment)
    except CollectionError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"deployment_members": deployment_members}
