# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter ``almashooq.redis.cluster_refusal``."""

from __future__ import annotations

import typing as t

DOCUMENTATION = r"""
name: cluster_refusal
version_added: 0.1.0
short_description: Why the instances of a deployment cannot become a cluster, as a sentence
description:
  - Joins P(almashooq.redis.deployment_members#filter) and P(almashooq.redis.cluster_placement#filter), and returns what
    either of them refuses, so that a playbook can fail with that sentence alone.
  - Returns an empty text where nothing is in the way, and on all hosts of the deployment but the first one.
positional: hosts, deployment, me, replicas, accept
options:
  _input:
    description: The variable C(hostvars).
    type: dict
    required: true
  hosts:
    description: Names of the hosts that may belong to the deployment, for example those of a group.
    type: list
    elements: str
    required: true
  deployment:
    description: Name of the deployment.
    type: str
    required: true
  me:
    description: Name of the host that asks.
    type: str
    required: true
  replicas:
    description: Replicas of each primary.
    type: int
    required: true
  accept:
    description: Compromises to accept, as in the option O(almashooq.redis.cluster#module:accept).
    type: list
    elements: str
    required: true
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Refuse what cannot become a cluster
  ansible.builtin.fail:
    msg: "{{ refusal }}"
  when: refusal | length > 0
  vars:
    refusal: >-
      {{ hostvars | almashooq.redis.cluster_refusal(groups['redis_cluster'], 'redis', inventory_hostname, 1, []) }}
"""

RETURN = r"""
_value:
  description: The sentence, or an empty text.
  type: str
"""

from ansible_collections.almashooq.redis.plugins.module_utils._cluster.desired import make_desired
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.placement import place
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError
from ansible_collections.almashooq.redis.plugins.module_utils._preflight.members import (
    deployment_members,
    speaker,
)


def cluster_refusal(
    hostvars: t.Mapping[str, t.Mapping[str, t.Any]],
    hosts: t.Sequence[str],
    deployment: str,
    me: str,
    replicas: int,
    accept: t.Sequence[str],
) -> str:
    """Return the refusal on the host that speaks for the deployment; nothing elsewhere."""
    speaking = speaker(hostvars, hosts, deployment)
    if speaking is None:
        return f"no host of deployment {deployment!r} has an instance: name some in redis_node_instances."
    if me != speaking:
        return ""
    try:
        place(make_desired(deployment_members(hostvars, hosts, deployment), replicas, accept))
    except CollectionError as error:
        return str(error)
    return ""


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters of this file by name."""
        return {"cluster_refusal": cluster_refusal}
