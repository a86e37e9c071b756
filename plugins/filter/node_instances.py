# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.node_instances``."""

from __future__ import annotations

import typing as t

DOCUMENTATION = r"""
name: node_instances
version_added: 0.1.0
short_description: The instances of a host as the modules that manage them take them
description:
  - Turns the list of instances of an inventory into the option O(almashooq.redis.instance#module:instances).
positional: address, cluster_enabled, lonely, announced
options:
  _input:
    description: Instances, each with C(port) and, optionally, C(config).
    type: list
    elements: dict
    required: true
  address:
    description: IP address of the host for its instances.
    type: str
    required: true
  cluster_enabled:
    description: Whether the instances are cluster nodes.
    type: bool
    required: true
  lonely:
    description: Ports of instances that have no replica to wait for; their C(config) may say otherwise.
    type: list
    elements: int
    default: []
  announced:
    description: Host name that instances announce to Sentinels and clients instead of O(address).
    type: str
    default: ''
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Show an instance as the module takes it
  ansible.builtin.debug:
    msg: "{{ [{'port': 7000}] | almashooq.redis.node_instances('192.0.2.11', true) }}"
"""

RETURN = r"""
_value:
  description: One item per instance, with C(port), C(address), C(cluster_enabled) and C(settings).
  type: list
  elements: dict
"""


# A primary without replicas takes writes all the same.
ALONE = {"min-replicas-to-write": 0}


def node_instances(
    instances: t.Sequence[t.Mapping[str, t.Any]],
    address: str,
    cluster_enabled: bool,
    lonely: t.Collection[int] = (),
    announced: str = "",
) -> list[dict[str, t.Any]]:
    """Return the instances with what they have in common spelt out."""
    return [
        {
            "port": one["port"],
            "address": address,
            "cluster_enabled": cluster_enabled,
            "settings": {
                **(ALONE if int(one["port"]) in lonely else {}),
                **({"replica-announce-ip": announced} if announced else {}),
                **(one.get("config") or {}),
            },
        }
        for one in instances
    ]


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"node_instances": node_instances}
