# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.acceptance_connections``."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._acceptance import plan_clients

DOCUMENTATION = r"""
name: acceptance_connections
version_added: 0.1.0
short_description: The connections of applications' hosts that lead to a deployment
description:
  - Reads C(redis_client_connections) of the hosts, see role P(almashooq.redis.redis_client#role).
positional: hosts, deployment
options:
  _input:
    description: The variable C(hostvars).
    type: dict
    required: true
  hosts:
    description: Names of the applications' hosts.
    type: list
    elements: str
    required: true
  deployment:
    description: A deployment, as P(almashooq.redis.monitored_deployments#filter) returns it.
    type: dict
    required: true
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Show them
  ansible.builtin.debug:
    msg: "{{ hostvars | almashooq.redis.acceptance_connections(groups['redis_client'], deployment) }}"
"""

RETURN = r"""
_value:
  description: Host, name and JSON file of each.
  type: list
  elements: dict
"""


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"acceptance_connections": plan_clients.connections}
