# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.client_refusal``."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._connect import inventory
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError

DOCUMENTATION = r"""
name: client_refusal
version_added: 0.1.0
short_description: Why applications cannot have the connections that are wanted
description:
  - Returns the sentence with which P(almashooq.redis.client_files#filter) would fail, or nothing.
positional: hostvars, groups, defaults
options:
  _input:
    description: Connections, see C(redis_client_connections) of role P(almashooq.redis.redis_client#role).
    type: list
    elements: dict
    required: true
  hostvars:
    description: The variable C(hostvars).
    type: dict
    required: true
  groups:
    description: The variable C(groups).
    type: dict
    required: true
  defaults:
    description:
      - Variables of role P(almashooq.redis.redis_client#role) without their prefix.
      - C(directory), C(file_group), C(sentinel_group), C(replication_group), C(cluster_group), C(sentinel_user) and
        C(sentinel_password).
    type: dict
    required: true
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Refuse what cannot be
  ansible.builtin.fail:
    msg: "{{ refusal }}"
  vars:
    refusal: "{{ redis_client_connections | almashooq.redis.client_refusal(hostvars, groups, defaults) }}"
    defaults:
      directory: /etc/redis-client
      file_group: root
      sentinel_group: redis_sentinel
      replication_group: redis_replication
      cluster_group: redis_cluster
      sentinel_user: ""
      sentinel_password: ""
  when: refusal | length > 0
"""

RETURN = r"""
_value:
  description: The sentence, or an empty text.
  type: str
"""


def client_refusal(
    given: t.Sequence[t.Mapping[str, t.Any]],
    hostvars: inventory.Hostvars,
    groups: inventory.Groups,
    defaults: t.Mapping[str, t.Any],
) -> str:
    """Return why there can be no such connections; nothing where there can."""
    try:
        inventory.connections(given, hostvars, groups, defaults)
    except CollectionError as error:
        return str(error)
    return ""


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"client_refusal": client_refusal}
