#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a cluster's topology and what is wrong with it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_info
short_description: Read the topology of a Redis or Valkey cluster and report its problems
version_added: 0.2.0
description:
  - Queries the given nodes for the members of the cluster, then every member, and returns the topology, the nodes as
    M(almashooq.redis.cluster) accepts them, and findings.
  - One node that answers is enough. The other members are discovered through it, at the addresses that they announce. A
    member that does not answer is a finding. Broken rules listed in O(accept_placement) are not findings.
author:
  - The almashooq.redis authors (@almashooq)
extends_documentation_fragment:
  - almashooq.redis.cluster
  - almashooq.redis.connection
  - almashooq.redis.connection.info_attributes
seealso:
  - module: almashooq.redis.cluster
"""

EXAMPLES = r"""
- name: Read the cluster's topology and problems
  almashooq.redis.cluster_info:
    username: admin
    password: "{{ redis_node_admin_password }}"
    nodes:
      - {address: 198.51.100.11, port: 7000}
  register: cluster

- name: Show the summary
  ansible.builtin.debug:
    msg: "{{ cluster.summary }}"
"""

RETURN = r"""
topology:
  description: State, shards with primary and replicas, slots covered, hosts.
  returned: success
  type: dict
findings:
  description: Deviations from the desired state; check, severity (V(error) or V(warning)), node, message, hint,
    observed, expected.
  returned: success
  type: list
  elements: dict
nodes:
  description: All members, as the option O(almashooq.redis.cluster#module:nodes) accepts them.
  returned: success
  type: list
  elements: dict
replicas:
  description: Lowest number of replicas of a primary.
  returned: success
  type: int
refused_writes:
  description: Why members cannot keep their data on disk, and so refuse writes; like RV(findings). A failed snapshot,
    or a failed write or rewrite of the append-only file.
  returned: success
  type: list
  elements: dict
summary:
  description: Topology as a table for people.
  returned: success
  type: str
"""

from ansible_collections.almashooq.redis.plugins.module_utils._argspec import CONNECTION, access
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.desired import make_seeds
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.info import read_cluster
from ansible_collections.almashooq.redis.plugins.module_utils._cluster.options import CLUSTER
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={**CONNECTION, **CLUSTER},
        supports_check_mode=True,
    )
    read(
        module,
        lambda params, record: read_cluster(
            make_seeds(params["nodes"], params["accept_placement"]), access(params), record
        ),
    )


if __name__ == "__main__":
    main()
