# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.scrape_targets``."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError
from ansible_collections.almashooq.redis.plugins.module_utils._health import targets

DOCUMENTATION = r"""
name: scrape_targets
version_added: 0.1.0
short_description: What Prometheus scrapes on hosts, for its file discovery
description:
  - Reads the inventory's variables only. No host is asked, so that those that are down are named as well.
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
- name: Show them
  ansible.builtin.debug:
    msg: "{{ hostvars | almashooq.redis.scrape_targets(groups['redis_cluster']) }}"
"""

RETURN = r"""
_value:
  description: For each of the jobs C(redis), C(redis-exporter) and C(redis-endpoint) a list of targets with labels. A
    target of C(redis) has the label C(__exporter), the address at which it is asked for.
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
