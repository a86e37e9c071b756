# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.directive_refusal``."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._instance import knowledge

DOCUMENTATION = r"""
name: directive_refusal
version_added: 0.1.0
short_description: Why settings cannot be those of an engine
description:
  - Returns a sentence about directives that are known to be of another engine, with what this one calls the same thing,
    or nothing. What a version of an engine knows is told by the engine itself, once it is there.
positional: engine
options:
  _input:
    description: Settings, as C(redis_node_config).
    type: list
    elements: dict
    required: true
  engine:
    description: The engine that is to have them.
    type: str
    choices: [redis, valkey]
    required: true
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Refuse what only Valkey knows
  ansible.builtin.fail:
    msg: "{{ refusal }}"
  vars:
    refusal: "{{ [redis_node_config] | almashooq.redis.directive_refusal('redis') }}"
  when: refusal | length > 0
"""

RETURN = r"""
_value:
  description: The sentence, or an empty text.
  type: str
"""


def directive_refusal(settings: t.Sequence[t.Mapping[str, t.Any]], engine: str) -> str:
    """Return why these settings cannot be those of the engine; nothing where they may."""
    return knowledge.foreign(settings, engine)


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"directive_refusal": directive_refusal}
