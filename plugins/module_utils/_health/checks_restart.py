# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What would a restart destroy?  Of a primary without an append-only file, what its replicas have."""

from __future__ import annotations

import typing as t

from .._nodes import Finding
from .checks_common import finding
from .model import Observed, Server


def restarts(observed: Observed) -> t.Iterator[Finding]:
    """Yield which primaries could come back with less data than their replicas have."""
    for server in observed.primaries:
        copies = server.figure("connected_slaves") or 0
        if server.info.get("aof_enabled") != "0" or not copies:
            continue
        yield _persistence(server, copies)
        host = observed.hosts.get(server.host)
        if host is not None and host.instances.get(server.port, {}).get("guarded") is False:
            yield finding(
                "start-guard",
                f"nothing keeps {server.name} from erasing what its replicas have when it is killed and restarted",
                server.name,
                observed="no start guard runs before it",
                expected="the start guard of role redis_node",
                hint="Run site.yml, which installs it; an instance need not be restarted for that. "
                "With redis_node_appendonly: true nothing is lost either.",
            )


def _persistence(server: Server, copies: float) -> Finding:
    kept = f"snapshots ({server.settings['save']})" if server.settings.get("save") else "nothing"
    return finding(
        "persistence",
        f"{server.name} has no append-only file: what it acknowledged is lost if it and its {copies:.0f} replica(s) "
        "restart at the same time",
        server.name,
        observed=f"{kept} on disk",
        expected="appendonly yes",
        hint="Set redis_node_appendonly: true. If it is a cache and this is intended, mute the check with that reason. "
        "See docs/persistence.md.",
    )
