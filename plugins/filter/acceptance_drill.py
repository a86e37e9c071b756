# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.acceptance_drill``."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._acceptance import render

DOCUMENTATION = r"""
name: acceptance_drill
version_added: 0.1.0
short_description: One drill as the result of an acceptance tells of it
description:
  - Used by role P(almashooq.redis.redis_acceptance#role).
positional: parts
options:
  _input:
    description: The shard, as P(almashooq.redis.acceptance_drills#filter) returns it.
    type: dict
    required: true
  parts:
    description: What the steps of the drill have returned; see the role's tasks.
    type: dict
    required: true
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Show the drill
  ansible.builtin.debug:
    msg: "{{ shard | almashooq.redis.acceptance_drill(parts) }}"
"""

RETURN = r"""
_value:
  description: Who was stopped, who took over, for how long nothing was written, what was lost.
  type: dict
"""


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"acceptance_drill": render.drill}
