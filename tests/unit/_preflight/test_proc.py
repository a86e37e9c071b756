# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of /proc, as the kernel writes them."""

from __future__ import annotations

import sys

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._preflight import proc
from ansible_collections.almashooq.redis.plugins.module_utils._preflight.model import Socket

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
LISTENING = (
    "   0: 0100007F:1B58 00000000:0000 0A 00000000:00000000 00:00000000 00000000   110        0 5150 1 0 100 0\n"
)
CONNECTED = (
    "   1: 0100007F:1B58 0100007F:9C40 01 00000000:00000000 00:00000000 00000000   110        0 5151 1 0 100 0\n"
)
ANY_SIX = (
    "   0: 00000000000000000000000000000000:1B58 00000000000000000000000000000000:0000 0A "
    "00000000:00000000 00:00000000 00000000     0        0 99 1 0 100 0\n"
)
ONE_SIX = ANY_SIX.replace("00000000000000000000000000000000:1B58", "00000000000000000000000001000000:1B58")

little_endian = pytest.mark.skipif(sys.byteorder != "little", reason="the tables are in the machine's byte order")


@little_endian
def test_listening_sockets_are_read_and_connections_are_not():
    assert proc.parse_sockets(HEAD + LISTENING + CONNECTED) == [Socket("127.0.0.1", 7000, 110, 5150)]


@little_endian
def test_addresses_of_version_six_are_read():
    assert [one.address for one in proc.parse_sockets(HEAD + ANY_SIX + ONE_SIX)] == ["::", "::1"]


@pytest.mark.parametrize("text", ["", HEAD, HEAD + "junk\n"], ids=["empty", "head only", "junk"])
def test_a_table_without_sockets_is_none(text):
    assert proc.parse_sockets(text) == []


@pytest.mark.parametrize(
    ("cgroup", "unit"),
    [
        ("0::/system.slice/system-redis\\x2dnode.slice/redis-node@7000.service\n", "redis-node@7000.service"),
        ("12:pids:/system.slice/redis-server.service\n1:name=systemd:/\n", "redis-server.service"),
        ("0::/user.slice/user-0.slice/session-1.scope\n", None),
        ("", None),
    ],
    ids=["unified", "one of many", "no service", "nothing"],
)
def test_the_unit_of_a_process_is_in_its_cgroup(cgroup, unit):
    assert proc.parse_unit(cgroup) == unit
