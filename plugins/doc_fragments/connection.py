# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options of connections in ``_argspec`` and of what all modules have in common."""

from __future__ import annotations


class ModuleDocFragment:
    """Shared option documentation."""

    DOCUMENTATION = r"""
options:
  username:
    description:
      - ACL user for logging in to the instances. If omitted or empty, the server's V(default) user.
    type: str
  password:
    description:
      - Password of O(username). An empty one counts as none.
    type: str
  password_old:
    description:
      - Password to try where a server refuses O(password), for the run that changes it.
    type: str
  tls:
    description:
      - Whether to connect with TLS.
    type: bool
    default: false
  tls_ca_file:
    description:
      - CA certificates to trust. Default is the system's.
    type: path
  tls_cert_file:
    description:
      - Client certificate, for servers that require one.
    type: path
  tls_key_file:
    description:
      - Private key of O(tls_cert_file).
    type: path
  tls_check_hostname:
    description:
      - Whether the server's certificate must name the address that is connected to.
    type: bool
    default: true
  connect_timeout:
    description:
      - Timeout of a connection, and of each reply on it, in seconds.
    type: float
    default: 5.0
requirements:
  - redis-py (Python package C(redis)) 4.3 or later on the host that runs the module
"""

    SENTINEL_LOGIN = r"""
options:
  sentinel_username:
    description:
      - ACL user for logging in to the Sentinels.
      - Sentinel login options that are omitted or empty default to those of the instances, if the module logs in to
        instances, too. Without any user, the V(default) user is used.
    type: str
  sentinel_password:
    description:
      - Password of O(sentinel_username).
    type: str
  sentinel_password_old:
    description:
      - Password to try where a Sentinel refuses O(sentinel_password), for the run that changes it.
    type: str
  sentinel_tls:
    description:
      - Whether to connect to the Sentinels with TLS. Default is the value for the instances, or false if that is not
        given either.
    type: bool
  sentinel_tls_ca_file:
    description:
      - CA certificates to trust for the Sentinels. Default is the system's.
    type: path
  sentinel_tls_cert_file:
    description:
      - Client certificate, for Sentinels that require one.
    type: path
  sentinel_tls_key_file:
    description:
      - Private key of O(sentinel_tls_cert_file).
    type: path
  sentinel_tls_check_hostname:
    description:
      - Whether a Sentinel's certificate must name the address that is connected to. Default is the value for the
        instances, or true if that is not given either.
    type: bool
"""

    LOCK = r"""
options:
  run_by:
    description:
      - Who runs this module, for the record of what it changes, and for another run that waits for the deployment's
        lock. The collection fills it in; do not set it.
    type: dict
    suboptions:
      host:
        description: Name of the controller.
        type: str
      user:
        description: User on the controller.
        type: str
      playbook:
        description: Name of the playbook.
        type: str
      run:
        description: Identifies the run. Modules that work on all hosts side by side do not exclude each other in it.
        type: str
      "on":
        description: Name of the host in the inventory.
        type: str
      deployment:
        description: Name of the deployment, for modules that have no option for it.
        type: str
      directory:
        description: Directory for the record on the host that the module runs on. If omitted or empty, nothing is
          recorded.
        type: str
      part:
        description: Not empty if the playbook records its own end.
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
    description: Can run in C(check_mode); the module is read-only.
    support: full
  diff_mode:
    description: Returns what has changed in diff mode; this module is read-only.
    support: N/A
"""
