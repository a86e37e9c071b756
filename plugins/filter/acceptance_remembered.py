# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.acceptance_remembered``."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._acceptance import plan_return

DOCUMENTATION = r"""
name: acceptance_remembered
version_added: 0.1.0
short_description: The primaries that interrupted drills have replaced
description:
  - Used by role P(almashooq.redis.redis_acceptance#role).
positional: deployments
options:
  _input:
    description: What is written down on each host, RV(almashooq.redis.acceptance_fault#module:noted), by its name.
    type: dict
    required: true
  deployments:
    description: The deployments of the inventory.
    type: list
    elements: dict
    required: true
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Show them
  ansible.builtin.debug:
    msg: "{{ {'alpha': noted} | almashooq.redis.acceptance_remembered(deployments) }}"
"""

RETURN = r"""
_value:
  description: C(run), C(deployment) and C(shard) of each; the shard has its C(primary), C(host) and C(port).
  type: list
  elements: dict
"""


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"acceptance_remembered": plan_return.remembered}
