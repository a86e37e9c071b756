# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An application: writes keys to a Redis Cluster through redis-py's cluster client, or reads them all back.

usage: keys.py write|read NAME COUNT ADDRESS:PORT...    (password of the user in REDIS_USER is in REDIS_PASSWORD)
"""

from __future__ import annotations

import os
import sys

from redis.cluster import ClusterNode, RedisCluster


def main(action: str, name: str, count: str, *addresses: str) -> int:
    """Write or read COUNT keys whose names start with NAME; how many came back wrong is the exit status."""
    nodes = [ClusterNode(host, int(port)) for host, port in (address.rsplit(":", 1) for address in addresses)]
    client = RedisCluster(
        startup_nodes=nodes,
        username=os.environ["REDIS_USER"],
        password=os.environ["REDIS_PASSWORD"],
        decode_responses=True,
        socket_timeout=5,
    )
    wanted = {f"{name}:{number}": f"value {number}" for number in range(int(count))}
    if action == "write":
        for key, value in wanted.items():
            client.set(key, value)
    wrong = [key for key, value in wanted.items() if client.get(key) != value]
    print(f"{len(wanted) - len(wrong)} of {len(wanted)} keys are right" + (f", not {wrong[:5]}" if wrong else ""))
    return min(len(wrong), 1)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
