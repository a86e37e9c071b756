# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances for tests, each buildable in one expression."""

from __future__ import annotations

from ansible_collections.almashooq.redis.plugins.module_utils._managed.directives import instance
from ansible_collections.almashooq.redis.plugins.module_utils._managed.layout import Layout

LAYOUT = Layout(
    server="/bin/redis-server",
    user="redis",
    group="redis",
    config_dir="/etc/node",
    data_dir="/data",
    log_dir="/log",
    run_dir="/run",
)


def an_instance(port=7000, settings=None, **params):
    """Return a wanted instance."""
    given = {"port": port, "address": "192.0.2.1", "cluster_enabled": True, **params}
    return instance(LAYOUT, given, settings or {}, (), ("replication", "replication secret"))
