# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options in ``_managed/options.py`` that the host's modules share."""

from __future__ import annotations


class ModuleDocFragment:
    """Shared option documentation."""

    DOCUMENTATION = r"""
options:
  server:
    description:
      - Path of the engine's server program.
    type: path
    default: /usr/bin/redis-server
  user:
    description:
      - User that the servers run as.
    type: str
    default: redis
  group:
    description:
      - Group of O(user), which may read the managed files.
    type: str
    default: redis
  config_dir:
    description:
      - Directory of the managed files, V(PORT.conf) and V(PORT.acl).
    type: path
    default: /etc/redis-node
  data_dir:
    description:
      - Base of the data directories. Each instance has its own below it, named by its port and containing the engine's
        own V(redis.conf).
    type: path
    default: /var/lib/redis-node
  log_dir:
    description:
      - Directory of the logs, V(PORT.log).
    type: path
    default: /var/log/redis-node
  run_dir:
    description:
      - Directory of the daemons' pid files.
    type: path
    default: /run/redis-node
  admin_user:
    description:
      - User with all rights that the modules log in as.
    type: str
    default: admin
  admin_password:
    description:
      - Password of O(admin_user).
    type: str
    required: true
  admin_password_old:
    description:
      - Current password of running servers, for the run that changes O(admin_password).
    type: str
  timeout:
    description:
      - Timeout of each wait, in seconds.
    type: float
    default: 60.0
requirements:
  - redis-py (Python package C(redis)) 4.3 or later on the host that runs the module
  - Linux
"""

    INSTANCES = r"""
options:
  instances:
    description:
      - Instances of this host. M(almashooq.redis.instance) and M(almashooq.redis.instance_daemon) accept the same list.
    type: list
    elements: dict
    required: true
    suboptions:
      port:
        description:
          - Port of the instance, which also names its files.
        type: int
        required: true
      address:
        description:
          - IP address that the instance announces and listens on, in addition to loopback.
        type: str
        required: true
      cluster_enabled:
        description:
          - Whether the instance runs in cluster mode.
        type: bool
        default: true
      settings:
        description:
          - Directives for this instance, which override those for all instances. M(almashooq.redis.instance_daemon)
            ignores them.
        type: dict
        default: {}
"""

    USERS = r"""
options:
  users:
    description:
      - All other users. The engine's V(default) user is disabled unless it is listed here.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - Name of the user.
        type: str
        required: true
      password:
        description:
          - Password of the user. Only its hash is written.
        type: str
      passwords:
        description:
          - Additional passwords of the user, each valid for login, so that both work while a password is changed.
          - Their order does not matter. Only their hashes are written.
        type: list
        elements: str
        default: []
      rules:
        description:
          - "ACL rules as the engine takes them, for example V(~app:* +@read)."
        type: str
        default: ""
"""
