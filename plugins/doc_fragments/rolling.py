# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the option in ``_rolling/options.py`` that the modules of a rolling restart share."""

from __future__ import annotations


class ModuleDocFragment:
    """Shared option documentation."""

    DOCUMENTATION = r"""
options:
  servers:
    description: Members of the deployment on this host.
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
      kind:
        description: Whether it is an instance or a Sentinel.
        type: str
        choices: [instance, sentinel]
        default: instance
      unit:
        description: Its systemd unit. Without it, or where systemd is not the init process, it runs as a daemon.
        type: str
      log:
        description: Its log file, for messages.
        type: path
      process:
        description: How it is started without a service manager, and where its files are.
        type: dict
        required: true
        suboptions:
          server:
            description: Path of the engine's server program.
            type: path
            default: /usr/bin/redis-server
          user:
            description: System user of the process.
            type: str
            default: redis
          group:
            description: System group of the process.
            type: str
            default: redis
          config_dir:
            description: Directory of the managed configuration.
            type: path
            default: /etc/redis-node
          data_dir:
            description: Base of the data directories.
            type: path
            default: /var/lib/redis-node
          log_dir:
            description: Directory of the log files.
            type: path
            default: /var/log/redis-node
          run_dir:
            description: Directory of the pid files.
            type: path
            default: /run/redis-node
          open_files:
            description: Limit of open files.
            type: int
            default: 65536
          guard:
            description: Directory of the start guard. If omitted, the guard does not run.
            type: path
"""
