# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options in ``_argspec.CONNECTION`` and of what all modules have in common."""

from __future__ import annotations


class ModuleDocFragment:
    """Shared option documentation."""

    DOCUMENTATION = r"""
options:
  username:
    description:
      - ACL user to log in as. Without it, the server's V(default) user.
    type: str
  password:
    description:
      - Password of O(username).
    type: str
  password_old:
    description:
      - Password that is tried where a server refuses O(password), for the run that changes it.
    type: str
  tls:
    description:
      - Whether to connect with TLS.
    type: bool
    default: false
  tls_ca_file:
    description:
      - Certificates of the authorities to trust. Without it, those of the system.
    type: path
  tls_cert_file:
    description:
      - Client certificate, where the server asks for one.
    type: path
  tls_key_file:
    description:
      - Private key of O(tls_cert_file).
    type: path
  tls_check_hostname:
    description:
      - Whether the server's certificate has to name the address that is connected to.
    type: bool
    default: true
  connect_timeout:
    description:
      - How long a connection, and each answer on it, may take at most, in seconds.
    type: float
    default: 5.0
requirements:
  - redis-py (Python package C(redis)) 4.3 or later on the host that runs the module
"""

    LOCK = r"""
options:
  run_by:
    description:
      - Who runs this, as another run that has to wait for the lock of the deployment reports it. The collection fills
        it in; there is no need to give it.
    type: dict
    suboptions:
      host:
        description: The controller.
        type: str
      user:
        description: The user there.
        type: str
      playbook:
        description: The playbook.
        type: str
"""

    ATTRIBUTES = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode) and return the plan without executing it.
    support: full
  diff_mode:
    description: Returns the model before and after as a diff.
    support: full
"""

    INFO_ATTRIBUTES = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode); the module changes nothing in any mode.
    support: full
  diff_mode:
    description: Returns what has changed in diff mode; this module changes nothing.
    support: N/A
"""
