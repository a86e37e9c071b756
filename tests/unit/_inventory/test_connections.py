# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which connections of applications lead to a deployment."""

from __future__ import annotations

import typing as t

from ansible_collections.almashooq.redis.plugins.module_utils._inventory.connections import leading_to


def test_connections_are_those_of_the_deployment() -> None:
    hostvars: dict[str, t.Any] = {
        "alpha": {
            "redis_client_connections": [
                {"name": "cache", "topology": "sentinel", "set": "main"},
                {"name": "other", "topology": "sentinel", "set": "another"},
                {"name": "gone", "topology": "sentinel", "set": "main", "state": "absent"},
                {"name": "sessions", "topology": "cluster"},
            ]
        },
        "bravo": {},
    }
    found = leading_to(hostvars, ["alpha", "bravo"], {"topology": "replication", "deployment": "main"})
    assert found == [{"host": "alpha", "name": "cache", "path": "/etc/redis-client/cache.json"}]
    clustered = leading_to(hostvars, ["alpha"], {"topology": "cluster", "deployment": "redis"})
    assert [one["name"] for one in clustered] == ["sessions"]
