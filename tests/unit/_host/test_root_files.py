# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is to do at paths, from what stands there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused
from ansible_collections.almashooq.redis.plugins.module_utils._host.root_files import Entry, Files, plan

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
