# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What role redis_upgrade has to know of the inventory: part ``upgrade`` of action ``inventory_info``."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.defaults import value
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.deployments import deployments
from ansible_collections.almashooq.redis.plugins.plugin_utils._inventory_rolling import (
    MAINTENANCE,
    found,
    refuse_unknown,
)
from ansible_collections.almashooq.redis.plugins.plugin_utils._inventory_run import Result, Run

# The version that the package archives have for a host, as role redis_install found it.
CANDIDATE = "__redis_install_candidate"
PACKAGE = "package"
# Programs that neither packages nor builds of this collection provide.
OWN_PROGRAMS = ("redis_node_server", "redis_sentinel_server")


def upgrade(run: Run) -> Result:
    """Return the deployments with the version that each of their hosts gets, and what those have reported."""
    groups = ("redis_upgrade_cluster_group", "redis_upgrade_replication_group", "redis_upgrade_sentinel_group")
    hosts = list(dict.fromkeys(host for group in groups for host in run.hosts(group)))
    known = deployments(run.hostvars, hosts)
    wanted = [str(one) for one in run.own["redis_upgrade_deployments"]]
    refuse_unknown("redis_upgrade_deployments", wanted, [str(one["deployment"]) for one in known])
    chosen = [one for one in known if not wanted or one["deployment"] in wanted]
    return {"deployments": [_with_hosts(run, one) for one in chosen]}


def _with_hosts(run: Run, one: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    hosts = list(dict.fromkeys(str(member["host"]) for member in (*one["nodes"], *one["sentinels"])))
    away = [host for host in hosts if host in run.groups.get(MAINTENANCE, ())]
    if away:
        raise Refused(
            f"{', '.join(away)} is in maintenance: its members would come back with the release of before, which may "
            "not load what the others send by then",
            hint="Bring it back first (playbook maintenance with redis_maintenance_state=ended). Other deployments can "
            "be upgraded: redis_upgrade_deployments.",
        )
    return {
        **{key: one[key] for key in ("deployment", "topology", "nodes", "sentinels")},
        "targets": {host: _target(run, host) for host in hosts},
        "hosts": [{"host": host, **_reported(run, host)} for host in hosts],
    }


def _reported(run: Run, host: str) -> dict[str, t.Any]:
    report = found(run, host)
    return {key: report.get(key) for key in ("members", "memory_available_bytes")}


def _target(run: Run, host: str) -> str:
    """Return engine and version that a host gets: of its own program, of the build, or of the package archives."""
    variables = run.hostvars[host]
    if any(variables.get(name) for name in OWN_PROGRAMS):
        return next((str(one["installed"]) for one in found(run, host).get("members") or ()), "")
    engine = str(value(variables, "redis_install_engine"))
    if value(variables, "redis_install_method") != PACKAGE:
        return f"{engine} {value(variables, 'redis_install_version')}"
    candidate = variables.get(CANDIDATE)
    if not candidate:
        raise Refused(
            f"host {host} was not asked which version its package archives have",
            hint="Run playbook almashooq.redis.upgrade without --limit, or with all hosts of the deployment.",
        )
    return f"{engine} {candidate}"
