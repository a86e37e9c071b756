# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options in ``_argspec.SENTINELS``."""

from __future__ import annotations


class ModuleDocFragment:
    """Shared option documentation."""

    DOCUMENTATION = r"""
options:
  sentinels:
    description:
      - Sentinels to connect to.
    type: list
    elements: dict
    required: true
    suboptions:
      address:
        description:
          - Address or host name at which this host and all other Sentinels reach the Sentinel.
        type: str
        required: true
      port:
        description:
          - Port of the server.
        type: int
        required: true
      host:
        description:
          - Machine that it runs on; a machine fails as a whole. Default is the address.
        type: str
      zone:
        description:
          - Failure domain of the machine, for example a rack. Default is the host.
        type: str
      announce_ip:
        description:
          - Address that it announces to the others, if it is to be set at run time.
        type: str
      announce_port:
        description:
          - Port that it announces to the others.
        type: int
"""
