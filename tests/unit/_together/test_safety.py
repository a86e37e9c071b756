# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether members would come back with all their data."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._together.model import Seen
from ansible_collections.almashooq.redis.plugins.module_utils._together.observe import gone
from ansible_collections.almashooq.redis.plugins.module_utils._together.safety import room, unsafe

GIB = 1024**3


@pytest.mark.parametrize(
    ("info", "running", "next_start", "words"),
    [
        ({}, {"appendonly": "yes"}, {"appendonly": "yes"}, ""),
        ({}, {"appendonly": "no"}, {}, ""),
        ({"rdb_last_bgsave_status": "err"}, {}, {}, "could not write its last snapshot"),
        ({"aof_enabled": "1", "aof_last_write_status": "err"}, {}, {}, "aof last write status is err"),
        ({}, {"shutdown-on-sigterm": "nosave force"}, {}, "keeps nothing on disk when it is stopped"),
        ({}, {"shutdown-on-sigterm": "save force"}, {}, ""),
        ({}, {"appendonly": "no"}, {"appendonly": "yes"}, "has appendonly no, and would start with yes"),
        ({}, {"appendonly": "yes"}, {"dbfilename": "dump.rdb"}, "has appendonly yes, and would start with no"),
        ({}, {"dbfilename": "a.rdb"}, {"dbfilename": "b.rdb"}, "has dbfilename a.rdb, and would start with b.rdb"),
    ],
)
def test_what_would_lose_data_is_named(
    info: dict[str, str], running: dict[str, str], next_start: dict[str, str], words: str
) -> None:
    found = "; ".join(unsafe("192.0.2.1:7000", info, running, next_start))
    assert (words in found) if words else not found


def test_a_host_needs_room_for_the_snapshots_of_all_its_members() -> None:
    two = [Seen("x", "a", memory=GIB), Seen("y", "a", memory=GIB), Seen("z", "b", memory=9 * GIB, snapshot=False)]
    assert room(two, {"x": 2 * GIB, "y": 2 * GIB, "z": 0}) == []
    (message,) = room(two, {"x": 2 * GIB - 1, "y": None})
    assert message.startswith("a has 2.0 GiB of disk left, and its members may need 2.0 GiB")
    assert room(two, {}) == []


def test_only_a_refused_connection_proves_that_nothing_runs() -> None:
    try:
        try:
            raise ConnectionRefusedError
        except OSError:
            raise ValueError from None
    except ValueError as error:
        assert gone(error)
    assert not gone(TimeoutError())
    assert not gone(None)
