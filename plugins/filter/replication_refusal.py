# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.replication_refusal``."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError
from ansible_collections.almashooq.redis.plugins.module_utils._preflight import sets

DOCUMENTATION = r"""
name: replication_refusal
version_added: 0.1.0
short_description: Why hosts cannot carry the replication sets that are wanted
description:
  - Returns the sentence with which P(almashooq.redis.replication_sets#filter) would fail, or nothing.
positional: hosts
options:
  _input:
    description: The variable C(hostvars).
    type: dict
    required: true
  hosts:
    description: Names of the hosts, for example those of a group.
    type: list
    elements: str
    required: true
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Refuse what cannot be
  ansible.builtin.fail:
    msg: "{{ refusal }}"
  vars:
    refusal: "{{ hostvars | almashooq.redis.replication_refusal(groups['redis_replication']) }}"
  when: refusal | length > 0
"""

RETURN = r"""
_value:
  description: The sentence, or an empty text.
  type: str
"""


def replication_refusal(hostvars: t.Mapping[str, t.Mapping[str, t.Any]], hosts: t.Sequence[str]) -> str:
    """Return why no sets can be made of the hosts; nothing where they can."""
    try:
        sets.replication_sets(hostvars, hosts)
    except CollectionError as error:
        return str(error)
    return ""


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"replication_refusal": replication_refusal}
