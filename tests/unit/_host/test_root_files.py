# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is to do at paths, from what stands there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._host.root_files import Entry, Files, plan, tolerant

DIRECTORY = Entry("/a", "root", "root", 0o755)
FILE = Entry("/a/b", "root", "redis", 0o640, "digest")
WANTED = (DIRECTORY, FILE)


def test_what_is_as_it_should_be_is_left_alone() -> None:
    assert plan(Files((FILE, DIRECTORY), WANTED)) == []


def test_directories_come_before_the_files_in_them() -> None:
    assert [step.describe() for step in plan(Files((), WANTED))] == ["make directory /a", "write /a/b"]


@pytest.mark.parametrize(
    "difference", [{"owner": "redis"}, {"group": "root"}, {"mode": 0o644}, {"checksum": "other"}], ids=str
)
def test_a_file_that_differs_is_written(difference: dict[str, str]) -> None:
    state = Files((DIRECTORY, replace(FILE, **difference)), WANTED)
    (step,) = plan(state)
    assert step.describe() == "write /a/b"
    assert plan(step.apply(state)) == []


@pytest.mark.parametrize(
    "found", [replace(DIRECTORY, checksum="digest"), replace(FILE, checksum="")], ids=["a file", "a directory"]
)
def test_nothing_is_put_in_the_place_of_something_else(found: Entry) -> None:
    with pytest.raises(Refused, match=rf"^{found.path} has to be"):
        plan(Files((found,), WANTED))


@pytest.mark.parametrize(
    ("found", "steps"),
    [
        (None, [0o755]),
        (replace(DIRECTORY, owner="redis", group="adm", mode=0o2750), []),
        (replace(DIRECTORY, owner="redis", group="adm", mode=0o550), [0o750]),
        (replace(DIRECTORY, owner="redis", group="adm", mode=0o777), [0o775]),
        (replace(DIRECTORY, group="adm", mode=0o2750), [0o2750]),
    ],
    ids=["missing", "as the package makes it", "its owner may not write", "anyone may write", "of another owner"],
)
def test_a_directory_of_a_package_keeps_group_and_mode(found: Entry | None, steps: list[int]) -> None:
    wanted = replace(DIRECTORY, owner="redis", packaged=True)
    state = Files(() if found is None else (found,), (tolerant(wanted, found),))
    assert [step.entry.mode for step in plan(state)] == steps
    assert {(step.entry.owner, step.entry.group) for step in plan(state)} <= {
        ("redis", found.group if found else "root")
    }


def test_only_directories_of_a_package_keep_anything() -> None:
    found = replace(DIRECTORY, group="adm", mode=0o700)
    assert tolerant(DIRECTORY, found) == DIRECTORY
