# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.account_refusal``."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._instance.checks_accounts import refusal

DOCUMENTATION = r"""
name: account_refusal
version_added: 0.1.0
short_description: Explain why users of a server cannot be, as a sentence
description:
  - Checks names, passwords and rules of users as far as that takes no engine, and names the variable, the user and the
    rule. Secrets are no part of the sentence.
  - Returns an empty text where nothing is wrong.
positional: variable, own
options:
  _input:
    description: Users as in C(redis_node_users), each with C(name), C(rules) and, optionally, C(password).
    type: list
    elements: dict
    required: true
  variable:
    description: Name of the variable that lists them.
    type: str
    required: true
  own:
    description:
      - The users that the collection needs itself, as dictionaries with C(name), C(password), and C(variable), which
        is the name of the password's variable.
      - Where C(bare) is true, a server writes the password as one word without quotes.
    type: list
    elements: dict
    default: []
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Refuse users that cannot be
  ansible.builtin.fail:
    msg: "{{ refusal }}"
  when: refusal | length > 0
  vars:
    refusal: "{{ redis_node_users | almashooq.redis.account_refusal('redis_node_users') }}"
"""

RETURN = r"""
_value:
  description: The sentence, or an empty text.
  type: str
"""


def account_refusal(
    users: t.Sequence[t.Mapping[str, t.Any]], variable: str, own: t.Sequence[t.Mapping[str, t.Any]] = ()
) -> str:
    """Return why there can be no such users; nothing where there can."""
    return refusal(users, variable, own)


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"account_refusal": account_refusal}
