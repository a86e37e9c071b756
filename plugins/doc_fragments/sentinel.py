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
      - The Sentinels.
    type: list
    elements: dict
    required: true
    suboptions:
      address:
        description:
          - Address or host name at which this host, and all other Sentinels, reach it.
        type: str
        required: true
      port:
        description:
          - Its port.
        type: int
        required: true
      host:
        description:
          - Machine that it runs on; a machine fails as a whole. By default the address.
        type: str
      zone:
        description:
          - Failure domain of the machine, for example a rack. By default the host.
        type: str
      announce_ip:
        description:
          - Address that it announces to the others, where it is to be told at run time.
        type: str
      announce_port:
        description:
          - Port that it announces to the others.
        type: int
"""
