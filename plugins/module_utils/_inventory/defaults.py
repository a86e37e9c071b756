# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Defaults of role variables that are needed outside of their role: no other host sees what a role has by default.

Each is that of ``roles/ROLE/defaults/main.yml``, and stands nowhere else in ``module_utils``: a test compares them.
"""

from __future__ import annotations

import typing as t

Variables = t.Mapping[str, t.Any]

# The variables with which the playbooks choose their hosts, and the groups that they name by default.
GROUPS: t.Final = {
    f"{name}_group": name
    for name in ("redis_cluster", "redis_replication", "redis_sentinel", "redis_client", "redis_monitoring")
}
DEFAULTS: t.Final[Variables] = {
    **GROUPS,
    "redis_client_directory": "/etc/redis-client",
    "redis_cluster_accept_placement": [],
    "redis_cluster_replicas": 1,
    "redis_endpoint_config_dir": "/etc/redis-endpoint",
    "redis_endpoint_port": 9180,
    "redis_endpoint_state": "present",
    "redis_endpoint_unit": "redis-endpoint",
    "redis_exporter_config_dir": "/etc/redis-exporter",
    "redis_exporter_port": 9121,
    "redis_exporter_state": "present",
    "redis_exporter_unit": "redis-exporter",
    "redis_history_directory": "/var/lib/redis-history",
    "redis_hooks_config_dir": "/etc/redis-hooks",
    "redis_hooks_directory": "/usr/local/lib/redis-hooks",
    "redis_hooks_spool_dir": "/var/lib/redis-hooks",
    "redis_hooks_state_dir": "/var/lib/redis-hooks-apply",
    "redis_hooks_unit": "redis-hooks-apply",
    "redis_install_engine": "redis",
    "redis_install_method": "package",
    "redis_install_version": "",
    "redis_monitoring_prometheus_port": 9090,
    "redis_node_config": {},
    "redis_node_config_dir": "/etc/redis-node",
    "redis_node_data_dir": "/var/lib/redis-node",
    "redis_node_deployment": "redis",
    "redis_node_guard_directory": "/usr/local/lib/redis-node",
    "redis_node_log_dir": "/var/log/redis-node",
    "redis_node_open_files": 65536,
    "redis_node_restart": "report",
    "redis_node_run_dir": "/run/redis-node",
    "redis_node_service_manager": "auto",
    "redis_node_unit": "redis-node",
    "redis_replication_external": [],
    "redis_replication_state": "present",
    "redis_sentinel_announce_hostnames": False,
    "redis_sentinel_config_dir": "/etc/redis-sentinel",
    "redis_sentinel_data_dir": "/var/lib/redis-sentinel",
    "redis_sentinel_down_after_milliseconds": 5000,
    "redis_sentinel_failover_timeout": 10000,
    "redis_sentinel_log_dir": "/var/log/redis-sentinel",
    "redis_sentinel_port": 26379,
    "redis_sentinel_run_dir": "/run/redis-sentinel",
    "redis_sentinel_state": "present",
    "redis_sentinel_unit": "redis-sentinel",
}
# Ports of the instances of a host that names none: of a cluster's, and of a replication set's.
CLUSTER_PORTS: t.Final = (7000, 7001, 7002, 7003, 7004, 7005)
REPLICATION_PORTS: t.Final = (6379,)


def value(variables: Variables, name: str) -> t.Any:
    """Return a variable of a host, or what its role has by default; raises KeyError for one without a default here."""
    return variables.get(name, DEFAULTS[name])
