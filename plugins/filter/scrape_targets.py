# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.scrape_targets``."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError
from ansible_collections.almashooq.redis.plugins.module_utils._inventory import targets

DOCUMENTATION = r"""
name: scrape_targets
version_added: 0.2.0
short_description: List the Prometheus scrape targets of hosts for file discovery
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
    msg: "{{ hostvars | almashooq.redis.scrape_targets(groups['redis_cluster']) }}"
"""

RETURN = r"""
_value:
  description: Lists of targets with labels for each of the jobs C(redis), C(redis-exporter) and C(redis-endpoint). A
    target of C(redis) has the label C(__exporter), the address of the exporter to query.
  type: dict
"""


def scrape_targets(
    hostvars: t.Mapping[str, t.Mapping[str, t.Any]], hosts: t.Sequence[str]
) -> dict[str, list[dict[str, t.Any]]]:
    """Return what the function of that name finds; errors become the template's."""
    try:
        return targets.scrape_targets(hostvars, hosts)
    except CollectionError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"scrape_targets": scrape_targets}
