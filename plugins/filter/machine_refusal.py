# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.machine_refusal``."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._preflight import machines

DOCUMENTATION = r"""
name: machine_refusal
version_added: 0.1.0
short_description: Why a host cannot share its machine with another inventory name of it
description:
  - Compares what the inventory says of hosts that are one machine, and returns what both would write in different ways.
positional: hosts, host, play
options:
  _input:
    description: The variable C(hostvars).
    type: dict
    required: true
  hosts:
    description: Names of all hosts of the inventory.
    type: list
    elements: str
    required: true
  host:
    description: Name of the host that is compared with the others.
    type: str
    required: true
  play:
    description: Names of the hosts of the play; of two of them the later one is told.
    type: list
    elements: str
    default: []
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Refuse what two names of one machine cannot share
  ansible.builtin.fail:
    msg: "{{ refusal }}"
  vars:
    refusal: "{{ hostvars | almashooq.redis.machine_refusal(groups['all'], inventory_hostname) }}"
  when: refusal | length > 0
"""

RETURN = r"""
_value:
  description: The sentences, or an empty text.
  type: str
"""


def machine_refusal(
    hostvars: t.Mapping[str, t.Mapping[str, t.Any]], hosts: t.Sequence[str], host: str, play: t.Sequence[str] = ()
) -> str:
    """Return why two names of one machine cannot be; nothing where they can."""
    return machines.machine_refusal(hostvars, hosts, host, list(play))


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"machine_refusal": machine_refusal}
