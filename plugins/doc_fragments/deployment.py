# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options in ``_health.options.DEPLOYMENT`` and ``_rolling.options``."""

from __future__ import annotations


class ModuleDocFragment:
    """Shared option documentation."""

    DOCUMENTATION = r"""
options:
  deployment:
    description:
      - Name of the deployment for messages; for a replication set, its name.
    type: str
    default: redis
  topology:
    description:
      - Topology of the nodes. A single node is a replication set of one, with O(replicas) 0.
    type: str
    choices: [cluster, replication]
    default: cluster
  replicas:
    description:
      - Number of in-sync replicas that every primary must have.
    type: int
    default: 1
"""

    MEMBERS = r"""
options:
  deployment:
    description: Name of the deployment; of a replication set, the name by which Sentinel watches it.
    type: str
    required: true
  topology:
    description: What the deployment is.
    type: str
    choices: [cluster, replication]
    required: true
  nodes:
    description: All instances of the deployment.
    type: list
    elements: dict
    required: true
    suboptions:
      address:
        description: Address of the server.
        type: str
        required: true
      port:
        description: Port of the server.
        type: int
        required: true
      host:
        description: Machine that it runs on. Default is the address.
        type: str
      zone:
        description: Failure domain of the machine. Default is the host.
        type: str
"""

    SENTINELS = r"""
options:
  sentinels:
    description:
      - Sentinels that monitor the replication set. If omitted, none is expected.
    type: list
    elements: dict
    suboptions:
      address:
        description: Address or host name at which this host and all other Sentinels reach the Sentinel.
        type: str
        required: true
      port:
        description: Port of the server.
        type: int
        required: true
      host:
        description: Machine that it runs on. Default is the address.
        type: str
      zone:
        description: Failure domain of the machine. Default is the host.
        type: str
      announce_ip:
        description: Address that it announces to the others, if different.
        type: str
      announce_port:
        description: Port that it announces to the others, if different.
        type: int
"""
