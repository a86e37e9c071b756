# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.sentinel_sets``."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError
from ansible_collections.almashooq.redis.plugins.module_utils._preflight import sets

DOCUMENTATION = r"""
name: sentinel_sets
version_added: 0.1.0
short_description: Replication sets as the M(almashooq.redis.sentinel) module takes them
description:
  - Adds to each set what Sentinel has to know. A set's own C(sentinel) options win over those for all.
positional: options, login
options:
  _input:
    description: What the filter P(almashooq.redis.replication_sets#filter) returns.
    type: list
    elements: dict
    required: true
  options:
    description: C(quorum), and options of SENTINEL SET, for all sets.
    type: dict
    required: true
  login:
    description: C(user) and C(password) of Sentinel at the instances.
    type: dict
    required: true
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Show the names of the sets
  ansible.builtin.debug:
    msg: "{{ sets | almashooq.redis.sentinel_sets({'quorum': 2}, login) | map(attribute='name') }}"
  vars:
    sets: "{{ hostvars | almashooq.redis.replication_sets(groups['redis_replication']) }}"
    login:
      user: sentinel
      password: "{{ redis_node_sentinel_password }}"
"""

RETURN = r"""
_value:
  description: One item per set, see the option O(almashooq.redis.sentinel#module:sets).
  type: list
  elements: dict
"""


def sentinel_sets(
    given: t.Sequence[t.Mapping[str, t.Any]], options: t.Mapping[str, t.Any], login: t.Mapping[str, t.Any]
) -> list[dict[str, t.Any]]:
    """Return the sets as the module takes them; errors become the template's."""
    try:
        return sets.watched_sets(given, options, login)
    except CollectionError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"sentinel_sets": sentinel_sets}
