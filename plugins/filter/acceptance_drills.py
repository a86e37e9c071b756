# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.acceptance_drills``."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._acceptance import plan_drills

DOCUMENTATION = r"""
name: acceptance_drills
version_added: 0.1.0
short_description: The shards whose failover is drilled, or why none is
description:
  - Used by role P(almashooq.redis.redis_acceptance#role).
positional: consent, chosen
options:
  _input:
    description: What was observed; see the role's tasks.
    type: dict
    required: true
  consent:
    description: C(drill), whether it is wanted, and C(confirm), the deployment's name.
    type: dict
    required: true
  chosen:
    description: Shards to drill, by their slots, the name of the set, or the address of a node. By default all.
    type: list
    elements: str
    default: []
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Show what would be drilled
  ansible.builtin.debug:
    msg: "{{ seen | almashooq.redis.acceptance_drills({'drill': true, 'confirm': 'main'}) }}"
"""

RETURN = r"""
_value:
  description: C(refused), why nothing is drilled, and C(shards), each with its primary, host, port, slots and nodes.
  type: dict
"""


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"acceptance_drills": plan_drills.plan}
