# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files of a role have to be written: told of what module ``find`` of this Ansible says of real files."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.almashooq.redis.plugins.filter.stale_files import stale_files

CONTENTS = {"first.py": "one = 1\n", "second": "#!/bin/sh\n# \N{LATIN SMALL LETTER E WITH ACUTE}\n"}


@pytest.fixture
def found(tmp_path: pathlib.Path) -> list[dict[str, t.Any]]:
    """Return what find says of both files, as if they were root's."""
    for name, text in CONTENTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    module = AnsibleModule.__new__(AnsibleModule)
    return [
        {
            "path": str(tmp_path / name),
            "checksum": AnsibleModule.sha1(module, str(tmp_path / name)),
            "mode": "0755",
            "uid": 0,
            "gid": 0,
        }
        for name in CONTENTS
    ]


def test_files_that_are_as_they_should_be_are_left_alone(found: list[dict[str, t.Any]]) -> None:
    other = {**found[0], "path": "/somewhere/other"}
    assert stale_files([*found, other], CONTENTS, "0755") == []


@pytest.mark.parametrize(
    "difference",
    [{"checksum": "0" * 40}, {"mode": "0775"}, {"uid": 1}, {"gid": 1}, {"path": "/somewhere/gone"}],
    ids=str,
)
def test_whatever_differs_is_written(found: list[dict[str, t.Any]], difference: dict[str, t.Any]) -> None:
    assert stale_files([found[0], {**found[1], **difference}], CONTENTS, "0755") == ["second"]


def test_on_a_new_host_everything_is_written_in_order() -> None:
    assert stale_files([], CONTENTS, "0755") == ["first.py", "second"]
