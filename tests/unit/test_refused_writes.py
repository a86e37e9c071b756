# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which answers mean that a server refuses writes."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._nodes import ERROR, refused_writes

GOOD = {
    "rdb_last_bgsave_status": "ok",
    "aof_enabled": "1",
    "aof_last_write_status": "ok",
    "aof_last_bgrewrite_status": "ok",
}


@pytest.mark.parametrize(
    ("changes", "checks"),
    [
        pytest.param({}, [], id="all succeeded"),
        pytest.param({"rdb_last_bgsave_status": "err"}, ["save"], id="the snapshot failed"),
        pytest.param({"aof_last_write_status": "err"}, ["aof"], id="the append-only file could not be written"),
        pytest.param({"aof_last_bgrewrite_status": "err"}, ["aof"], id="nor rewritten"),
        pytest.param({"aof_enabled": "0", "aof_last_write_status": "err"}, [], id="it is off by now"),
    ],
)
def test_a_failure_to_write_to_disk_is_an_error_of_the_node(changes: dict[str, str], checks: list[str]) -> None:
    found = refused_writes("192.0.2.11:7000", {**GOOD, **changes})
    assert [one.check for one in found] == checks
    assert {(one.severity, one.node) for one in found} <= {(ERROR, "192.0.2.11:7000")}


def test_what_a_server_does_not_report_is_no_failure() -> None:
    assert refused_writes("192.0.2.11:7000", {}) == ()
