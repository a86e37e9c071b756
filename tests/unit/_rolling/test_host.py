# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host reports of its members by their files: whether replicas may move while no run holds them."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils import _marks
from ansible_collections.almashooq.redis.plugins.module_utils._host import marks
from ansible_collections.almashooq.redis.plugins.module_utils._rolling import host

LINE = "cluster-allow-replica-migration"


def reported(directory: pathlib.Path, text: str | None, kind: str = "instance", value: str = "migration") -> t.Any:
    """Return what is reported of one member with this managed file, or without one."""
    if text is not None:
        (directory / "7000.conf").write_text(text)
    process = {"server": "/nowhere/redis-server", "config_dir": str(directory), "data_dir": str(directory)}
    one = {"address": "192.0.2.1", "port": 7000, "kind": kind, "unit": "", "log": "", "process": process}
    (member,) = host.needs({"servers": [one]}, None)["members"]
    return member[value]


@pytest.fixture(autouse=True)
def marked(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A directory of marks, with none in it."""
    monkeypatch.setattr(_marks, "DIRECTORY", str(tmp_path / "marks"))
    return tmp_path / "marks"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("port 7000\n", "yes"),
        (f"{LINE} no\n", "no"),
        (f'{LINE} "no"\n', "no"),
        (f"# pinned\n{LINE} yes\n\n{LINE} no\n", "no"),
        (None, ""),
    ],
)
def test_replicas_may_move_as_the_managed_file_says(tmp_path: pathlib.Path, text: str | None, value: str) -> None:
    assert reported(tmp_path, text) == value


@pytest.mark.parametrize(
    ("text", "priority"),
    [("port 7000\n", 100), ("replica-priority 7\n", 7), ('replica-priority "0"\n', 0), (None, None)],
)
def test_the_priority_is_what_the_managed_file_says(
    tmp_path: pathlib.Path, text: str | None, priority: int | None
) -> None:
    assert reported(tmp_path, text, value="priority") == priority


def test_a_sentinel_has_no_replicas(tmp_path: pathlib.Path) -> None:
    assert reported(tmp_path, "port 7000\n", "sentinel") == ""


@pytest.mark.parametrize(("held", "value"), [("redis1:7000", "no"), ("redis1:7001", "yes")])
def test_what_a_host_in_maintenance_holds_stays_held(
    tmp_path: pathlib.Path, marked: pathlib.Path, held: str, value: str
) -> None:
    marked.mkdir()
    mark = _marks.Mark("redis2", since=1, until=2, held=(held,))
    (marked / "redis2.json").write_text(_marks.text(mark))
    assert marks.texts(str(marked))
    assert reported(tmp_path, f"{LINE} yes\n") == value
