# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.monitored_deployments``."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleError, AnsibleFilterError
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError
from ansible_collections.almashooq.redis.plugins.module_utils._inventory import deployments
from jinja2.exceptions import UndefinedError

DOCUMENTATION = r"""
name: monitored_deployments
version_added: 0.2.0
short_description: List the clusters and replication sets of hosts for module health
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
- name: Show the deployments
  ansible.builtin.debug:
    msg: "{{ hostvars | almashooq.redis.monitored_deployments(groups['redis_cluster']) }}"
"""

RETURN = r"""
_value:
  description: One item per deployment, with C(deployment), C(topology) (V(cluster) or V(replication)), C(set),
    C(nodes), C(announced), C(sentinels), C(replicas), C(accept_placement) and C(external).
  type: list
  elements: dict
"""


def monitored_deployments(
    hostvars: t.Mapping[str, t.Mapping[str, t.Any]], hosts: t.Sequence[str]
) -> list[dict[str, t.Any]]:
    """Return what the function of that name finds; errors become the template's."""
    try:
        return deployments.deployments(hostvars, hosts, (AnsibleError, UndefinedError))
    except CollectionError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"monitored_deployments": monitored_deployments}
