# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options in ``_instance/options.py`` that the host's modules share."""

from __future__ import annotations


class ModuleDocFragment:
    """Shared option documentation."""

    DOCUMENTATION = r"""
options:
  server:
    description:
      - Path of the engine's server binary.
    type: path
    default: /usr/bin/redis-server
  user:
    description:
      - User that the instances run as.
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
      - Base of the data directories. Each instance has its own below it, named by its port, with the engine's own
        V(redis.conf) in it.
    type: path
    default: /var/lib/redis-node
  log_dir:
    description:
      - Directory of the logs, V(PORT.log).
    type: path
    default: /var/log/redis-node
  run_dir:
    description:
      - Directory of the pid files of daemons.
    type: path
    default: /run/redis-node
  instances:
    description:
      - The instances of this host. The same list can be given to M(almashooq.redis.instance) and
        M(almashooq.redis.instance_daemon).
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
          - IP address that the instance listens on besides loopback, and that it announces.
        type: str
        required: true
      cluster_enabled:
        description:
          - Whether the instance runs in cluster mode.
        type: bool
        default: true
      settings:
        description:
          - Directives of this instance, over those of all instances. M(almashooq.redis.instance_daemon) does not
            look at them.
        type: dict
        default: {}
  admin_user:
    description:
      - User with all rights, whom the modules log in as.
    type: str
    default: admin
  admin_password:
    description:
      - Password of O(admin_user).
    type: str
    required: true
  admin_password_old:
    description:
      - Password that running instances still have, for the run that changes O(admin_password).
    type: str
  timeout:
    description:
      - How long each wait may take at most, in seconds.
    type: float
    default: 60.0
requirements:
  - redis-py (Python package C(redis)) 4.3 or later on the host that runs the module
  - Linux
"""
