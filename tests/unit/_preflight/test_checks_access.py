# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rights of the service's user and room on disks, from plain values."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._preflight import checks_access
from ansible_collections.almashooq.redis.plugins.module_utils._preflight.model import Disk, Instance, Need

GIB = 2**30


def instance(port: int, maxmemory: int | None = GIB, persistent: bool = True) -> Instance:
    return Instance(port, None, f"/data/{port}", "", "", "", maxmemory=maxmemory, persistent=persistent)


def disk(free: int, *ports: int, ours: int = 0) -> Disk:
    return Disk("/data", free, ours, ports)


@pytest.mark.parametrize(
    ("free", "instances", "refused", "told"),
    [
        (4 * GIB, [instance(1)], 0, 0),
        (GIB, [instance(1)], 0, 1),
        (GIB - 1, [instance(1)], 1, 0),
        (2 * GIB, [instance(1), instance(2), instance(3)], 1, 0),
        (0, [instance(1, persistent=False)], 0, 0),
        (0, [instance(1, maxmemory=None)], 0, 0),
        (16 * GIB, [instance(1, maxmemory=100 * GIB)], 0, 0),
        (7 * GIB, [instance(1, maxmemory=0)], 1, 0),
    ],
    ids=["twice the data", "the data once", "not even once", "three on one disk", "nothing is kept", "no known limit",
         "no more than the host's memory", "no limit is all memory"],
)  # fmt: skip
def test_room_for_the_data_and_for_their_rewrite(free: int, instances: list[Instance], refused: int, told: int) -> None:
    found = checks_access.room([disk(free, 1, 2, 3)], instances, 8 * GIB)
    assert [len(one) for one in found] == [refused, told]


def test_what_the_instances_use_already_counts_as_theirs() -> None:
    assert checks_access.room([disk(0, 1, ours=2 * GIB)], [instance(1)], 8 * GIB) == ([], [])


def test_each_disk_is_for_its_own_instances() -> None:
    disks = [disk(4 * GIB, 1), Disk("/other", 0, 0, (2,))]
    (sentence,), _told = checks_access.room(disks, [instance(1), instance(2)], 8 * GIB)
    assert sentence.startswith(
        "the disk of /other has 0 MiB for 1 instance(s), which may hold 1,024 MiB of data: make room"
    )


def test_a_closed_directory_stands_for_all_below_it() -> None:
    lacking = [Need("/a/b", ("pass",)), Need("/a", ("pass",)), Need("/a/b/nodes.conf", ("read", "write"))]
    (sentence,) = checks_access.rights("redis", lacking)
    assert sentence.startswith("/a cannot be entered by redis, the user of the instances")


def test_a_file_of_another_user_is_named_with_what_the_engine_does_to_it() -> None:
    (sentence,) = checks_access.rights("redis", [Need("/a/nodes.conf", ("read", "write"))])
    assert sentence == (
        "redis, the user of the instances, cannot read and write /a/nodes.conf, which the engine needs: "
        "chown redis /a/nodes.conf"
    )


@pytest.mark.parametrize(
    ("path", "is_hidden"), [("/home/redis", True), ("/root", True), ("/homes/a", False), ("/var/lib/home", False)]
)
def test_what_the_unit_hides(path: str, is_hidden: bool) -> None:
    assert bool(checks_access.hidden([path])) is is_hidden
