# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which other members an instance names."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._managed.peers import cluster_peers, set_peers

NODES = """\
a1 192.0.2.11:7000@17000,host1 myself,master - 0 0 1 connected 0-5460
a2 192.0.2.12:7000@17000 master - 0 0 2 connected 5461-10922
a3 2001:db8::3:7000@17000,host3,tls-port=0 slave a1 0 0 1 connected
a4 192.0.2.14:7000@17000 slave,fail? a2 0 0 1 disconnected
a5 192.0.2.15:7000@17000 master,fail - 0 0 3 disconnected
a6 :0@0 master,noaddr - 0 0 3 disconnected
a7 192.0.2.17:7000@17000 handshake - 0 0 0 connected
junk
"""


def test_nodes_of_a_cluster_are_all_that_are_there() -> None:
    assert cluster_peers(NODES) == [("192.0.2.12", 7000), ("2001:db8::3", 7000), ("192.0.2.14", 7000)]


PRIMARY = """\
# Replication\r
role:master\r
connected_slaves:2\r
slave0:ip=192.0.2.12,port=6379,state=online,offset=42,lag=0,type=replica\r
slave1:ip=host3,port=6380,state=wait_bgsave,offset=0,lag=0\r
slave_expires_tracked_keys:0\r
"""
LEAF = "# Replication\r\nrole:slave\r\nmaster_host:192.0.2.11\r\nmaster_port:6379\r\nslave_read_only:1\r\n"
MIDDLE = f"{LEAF}connected_slaves:1\r\nslave0:ip=192.0.2.13,port=6379,state=online\r\n"


@pytest.mark.parametrize(
    ("replication", "expected"),
    [
        (PRIMARY, [("192.0.2.12", 6379), ("host3", 6380)]),
        (LEAF, [("192.0.2.11", 6379)]),
        (MIDDLE, [("192.0.2.13", 6379), ("192.0.2.11", 6379)]),
        ("# Replication\r\nrole:master\r\nconnected_slaves:0\r\n", []),
        ("", []),
    ],
    ids=["replicas, in sync or not", "a primary", "both", "nobody", "a Sentinel's answer"],
)
def test_members_of_a_set_are_those_that_replication_names(replication: str, expected: list[tuple[str, int]]) -> None:
    assert set_peers(replication) == expected
