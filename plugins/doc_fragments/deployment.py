# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options in ``_health.options.DEPLOYMENT``."""

from __future__ import annotations


class ModuleDocFragment:
    """Shared option documentation."""

    DOCUMENTATION = r"""
options:
  deployment:
    description:
      - Name of the deployment, for people; of a replication set its name.
    type: str
    default: redis
  topology:
    description:
      - What the nodes are. A single node is a replication set of one, with O(replicas) 0.
    type: str
    choices: [cluster, replication]
    default: cluster
  sentinels:
    description:
      - The Sentinels that watch the replication set. Without any, none is expected.
    type: list
    elements: dict
    suboptions:
      address:
        description: Address or host name at which this host, and all other Sentinels, reach it.
        type: str
        required: true
      port:
        description: Its port.
        type: int
        required: true
      host:
        description: Machine that it runs on. By default the address.
        type: str
      zone:
        description: Failure domain of the machine. By default the host.
        type: str
      announce_ip:
        description: Address that it announces to the others, where it is another.
        type: str
      announce_port:
        description: Port that it announces to the others, where it is another.
        type: int
  sentinel_username:
    description:
      - ACL user to log in as at the Sentinels. By default O(username).
    type: str
  sentinel_password:
    description:
      - Password of O(sentinel_username). By default O(password).
    type: str
  replicas:
    description:
      - How many replicas in sync every primary is to have.
    type: int
    default: 1
"""
