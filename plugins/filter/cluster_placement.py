# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where primaries and replicas go, decided with no server running."""

from __future__ import annotations

DOCUMENTATION = r"""
name: cluster_placement
short_description: Choose the primaries of a cluster and assign the replicas to them
version_added: 0.2.0
description:
  - Applies the placement rules of M(almashooq.redis.cluster) to nodes that need not exist yet, and fails with the same
    message if the rules cannot be met, so that a playbook can refuse an inventory before anything is installed.
positional: _input, replicas, accept
options:
  _input:
    description: Nodes, as in the option O(almashooq.redis.cluster#module:nodes).
    type: list
    elements: dict
    required: true
  replicas:
    description: Number of replicas of each primary.
    type: int
    default: 1
  accept:
    description: Placement rules that may be broken, as in the option
      O(almashooq.redis.cluster#module:accept_placement).
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Refuse hosts that cannot carry the cluster
  ansible.builtin.set_fact:
    __placement: "{{ nodes | almashooq.redis.cluster_placement(replicas=1) }}"
"""

RETURN = r"""
_value:
  description: The primaries, and the primary of each replica.
  type: dict
  contains:
    primaries:
      description: Address and port of each primary, in the order of the slots.
      type: list
      elements: str
    replicas:
      description: Address and port of each replica, and of its primary.
      type: dict
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.desired import make_desired
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.placement import place
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError


def cluster_placement(
    nodes: t.Sequence[t.Mapping[str, t.Any]], replicas: int = 1, accept: t.Sequence[str] = ()
) -> dict[str, t.Any]:
    """Return the placement as a dictionary; raises AnsibleFilterError where a rule cannot be kept."""
    try:
        placement = place(make_desired(nodes, replicas, accept))
    except CollectionError as error:
        raise AnsibleFilterError(str(error)) from error
    return {"primaries": list(placement.primaries), "replicas": dict(placement.replicas)}


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return filters by name."""
        return {"cluster_placement": cluster_placement}
