# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.live_members``."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._preflight import members

DOCUMENTATION = r"""
name: live_members
version_added: 0.1.0
short_description: The running instances that have a live change, in the order in which they are changed
description:
  - Collects RV(almashooq.redis.instance#module:deferred) of all hosts. Replicas come before primaries, so that the
    first member that is changed is one that can be replaced.
positional: hostvars
options:
  _input:
    description: Names of the hosts of the play.
    type: list
    elements: str
    required: true
  hostvars:
    description: Variables of all hosts.
    type: dict
    required: true
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Show what is changed next
  ansible.builtin.debug:
    msg: "{{ ansible_play_hosts | almashooq.redis.live_members(hostvars) }}"
"""

RETURN = r"""
_value:
  description: One item per instance, with C(host), C(port), C(role) and C(settings), the names of the settings.
  type: list
  elements: dict
"""


def live_members(hosts: t.Sequence[str], hostvars: t.Mapping[str, t.Mapping[str, t.Any]]) -> list[dict[str, t.Any]]:
    """Return the instances of these hosts that have a live change, replicas first."""
    return members.live_members(hostvars, hosts)


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"live_members": live_members}
