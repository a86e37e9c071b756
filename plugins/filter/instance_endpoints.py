# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.instance_endpoints``."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError
from ansible_collections.almashooq.redis.plugins.module_utils._preflight import endpoints

DOCUMENTATION = r"""
name: instance_endpoints
version_added: 0.1.0
short_description: Ports and memory of the instances of a host
description:
  - Takes the list of instances of a host and returns what a look at the host has to know about each one.
  - Other directives, which may hold secrets, are left out.
positional: config, maxmemory, cluster_enabled
options:
  _input:
    description: Instances, each with C(port) and, optionally, C(config).
    type: list
    elements: dict
    required: true
  config:
    description: Directives of all instances of the host.
    type: dict
    required: true
  maxmemory:
    description: The C(maxmemory) of an instance that does not set it in its C(config).
    type: raw
    required: true
  cluster_enabled:
    description: Whether the instances are cluster nodes and have a bus port.
    type: bool
    required: true
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Show the ports of two instances
  ansible.builtin.debug:
    msg: "{{ [{'port': 7000}, {'port': 7001}] | almashooq.redis.instance_endpoints({}, '1gb', true) }}"
"""

RETURN = r"""
_value:
  description:
    - One item per instance, with C(port), C(bus_port) (null without cluster) and C(maxmemory) in bytes.
    - C(announce_ip), C(announce_port) and C(announce_bus_port) are there if it announces others than it binds.
  type: list
  elements: dict
"""


def instance_endpoints(
    instances: t.Sequence[t.Mapping[str, t.Any]],
    config: t.Mapping[str, t.Any],
    maxmemory: object,
    cluster_enabled: bool,
) -> list[dict[str, t.Any]]:
    """Return ports and memory of the instances; errors become the template's."""
    try:
        return endpoints.endpoints(instances, config, maxmemory, cluster_enabled)
    except CollectionError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"instance_endpoints": instance_endpoints}
