# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options in ``_cluster.options.CLUSTER``."""

from __future__ import annotations


class ModuleDocFragment:
    """Shared option documentation."""

    DOCUMENTATION = r"""
options:
  nodes:
    description:
      - Nodes of the cluster.
    type: list
    elements: dict
    required: true
    suboptions:
      address:
        description:
          - Address or host name at which this host and all other nodes reach the node.
        type: str
        required: true
      port:
        description:
          - Data port of the node.
        type: int
        required: true
      host:
        description:
          - Machine that the node runs on; a machine fails as a whole. Default is the address.
        type: str
      zone:
        description:
          - Failure domain of the machine, for example a rack. Default is the host.
        type: str
  accept_placement:
    description:
      - Placement rules that may be broken where the hosts allow nothing better.
    type: list
    elements: str
    choices:
      - replica-on-primary-host
      - replica-in-primary-zone
      - primary-majority-on-host
    default: []
"""
