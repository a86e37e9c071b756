# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.replication_sets``."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError
from ansible_collections.almashooq.redis.plugins.module_utils._preflight import sets

DOCUMENTATION = r"""
name: replication_sets
version_added: 0.1.0
short_description: The replication sets that hosts have instances of
description:
  - Reads C(redis_replication_sets) of the hosts, and what they told about their instances in the preflight of role
    P(almashooq.redis.redis_node#role).
  - Fails when a set cannot be made of them, or when a host of a set takes no part in the run.
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
    msg: "{{ hostvars | almashooq.redis.replication_sets(groups['redis_replication']) }}"
"""

RETURN = r"""
_value:
  description: One item per set, with C(name), C(deployment), C(primary) (who starts as such), C(nodes), C(leaving),
    C(live) (the primary that this run has found, or null), C(speaker), C(runs) and C(sentinel).
  type: list
  elements: dict
"""


def replication_sets(hostvars: t.Mapping[str, t.Mapping[str, t.Any]], hosts: t.Sequence[str]) -> list[dict[str, t.Any]]:
    """Return what the function of that name finds; errors become the template's."""
    try:
        return sets.replication_sets(hostvars, hosts)
    except CollectionError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"replication_sets": replication_sets}
