# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.only_keys``."""

from __future__ import annotations

import typing as t

DOCUMENTATION = r"""
name: only_keys
version_added: 0.1.0
short_description: Dictionaries with some of their keys only
description:
  - Ansible prints the items of a loop, with C(-v) even those that are skipped. A task that needs only parts of
    dictionaries with passwords in them loops over these parts.
positional: keys
options:
  _input:
    description: Dictionaries.
    type: list
    elements: dict
    required: true
  keys:
    description: What is kept of each of them, where it is there.
    type: list
    elements: str
    required: true
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Show who has which rights
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.rules }}"
  loop: "{{ redis_node_users | almashooq.redis.only_keys(['name', 'rules']) }}"
"""

RETURN = r"""
_value:
  description: The dictionaries, without all other keys.
  type: list
  elements: dict
"""


def only_keys(given: t.Iterable[t.Mapping[str, t.Any]], keys: t.Collection[str]) -> list[dict[str, t.Any]]:
    """Return of each dictionary what is kept, in the order of the keys."""
    return [{key: one[key] for key in keys if key in one} for one in given]


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"only_keys": only_keys}
