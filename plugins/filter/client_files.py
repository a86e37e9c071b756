# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.client_files``."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.almashooq.redis.plugins.module_utils._connect import inventory, render
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.host import Groups, Hostvars

DOCUMENTATION = r"""
name: client_files
version_added: 0.2.0
short_description: Generate the files that applications use to connect
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Fails if a connection is invalid.
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
- name: Show the paths of the files
  ansible.builtin.debug:
    msg: "{{ files | map(attribute='path') }}"
  vars:
    files: "{{ redis_client_connections | almashooq.redis.client_files(hostvars, groups, defaults) }}"
    defaults:
      directory: /etc/redis-client
      file_group: root
      sentinel_group: redis_sentinel
      replication_group: redis_replication
      cluster_group: redis_cluster
      sentinel_user: ""
      sentinel_password: ""
"""

RETURN = r"""
_value:
  description: One item per file, with C(path), C(group), C(secret) (whether it contains a secret) and C(content), which
    is null for a file that must not exist.
  type: list
  elements: dict
"""


def client_files(
    given: t.Sequence[t.Mapping[str, t.Any]],
    hostvars: Hostvars,
    groups: Groups,
    defaults: t.Mapping[str, t.Any],
) -> list[dict[str, t.Any]]:
    """Return the files of all connections; errors become the template's."""
    try:
        connections = inventory.connections(given, hostvars, groups, defaults)
    except CollectionError as error:
        raise AnsibleFilterError(str(error)) from error
    return [dataclasses.asdict(file) for connection in connections for file in render.files(connection)]


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"client_files": client_files}
