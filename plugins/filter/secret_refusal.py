# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.secret_refusal``."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._text import misplaced_secrets

DOCUMENTATION = r"""
name: secret_refusal
version_added: 0.1.0
short_description: Which settings are secrets, and stand where settings are shown
description:
  - Returns a sentence that names the directives, never their values, or nothing. It is asked before any module is
    given the settings, because a module's arguments are written to the log of the host and shown with C(-vvv).
positional: remedy
options:
  _input:
    description: Settings, by the name of the variable that they stand in.
    type: dict
    required: true
  remedy:
    description: Sentence with what to do instead.
    type: str
    required: true
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Refuse secrets among the settings
  ansible.builtin.fail:
    msg: "{{ refusal }}"
  vars:
    refusal: "{{ {'redis_node_config': redis_node_config} | almashooq.redis.secret_refusal('See redis_node_users.') }}"
  when: refusal | length > 0
"""

RETURN = r"""
_value:
  description: The sentence, or an empty text.
  type: str
"""


def secret_refusal(settings: t.Mapping[str, object], remedy: str) -> str:
    """Return which directives are secrets; nothing where none is."""
    found = {name: misplaced_secrets(given) for name, given in settings.items()}
    where = "; ".join(f"{name}: {', '.join(names)}" for name, names in found.items() if names)
    return f"These directives are secrets, and would be shown and logged: {where}. {remedy}" if where else ""


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"secret_refusal": secret_refusal}
