# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.witness``."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._inventory import members

DOCUMENTATION = r"""
name: witness
version_added: 0.2.0
short_description: Find another host of the same deployment
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Returns the first other host of the play that has instances of the same deployment, or an empty string.
positional: hosts, hostvars, host
options:
  _input:
    description: Instances of the host, RV(almashooq.redis.preflight#module:members).
    type: list
    elements: dict
    required: true
  hosts:
    description: Names of the hosts of the play.
    type: list
    elements: str
    required: true
  hostvars:
    description: Variables of all hosts.
    type: dict
    required: true
  host:
    description: Name of the host itself.
    type: str
    required: true
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Show the host from which this host is tested
  ansible.builtin.debug:
    msg: "{{ __redis_node_members | almashooq.redis.witness(ansible_play_hosts, hostvars, inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: Name of the host, or an empty string.
  type: str
"""


def witness(
    own: t.Sequence[t.Mapping[str, t.Any]],
    hosts: t.Sequence[str],
    hostvars: t.Mapping[str, t.Mapping[str, t.Any]],
    host: str,
) -> str:
    """Return another host that has instances of the same deployment, or nothing."""
    return members.witness(own, hostvars, hosts, host)


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"witness": witness}
