# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module root_files on this machine's own file system."""

from __future__ import annotations

import os
import pathlib

import pytest

from .module_runner import converged, refused


@pytest.fixture
def options(tmp_path):
    """Two directories, one in the other, and a file in each."""
    outer, inner = str(tmp_path / "outer"), str(tmp_path / "outer" / "inner")
    return {
        "directories": [{"path": outer}, {"path": inner, "group": "nogroup", "mode": "0750"}],
        "files": [
            {"path": f"{outer}/program", "content": "first ü\n", "mode": "0755"},
            {"path": f"{inner}/settings", "content": "hidden", "group": "nogroup", "mode": "0640"},
        ],
    }


def seen(options):
    """Return what the operating system says of each path: mode, numbers of owner and group, content."""
    found = {}
    for each in (*options["directories"], *options["files"]):
        if os.path.exists(each["path"]):
            status = os.stat(each["path"])
            content = "" if os.path.isdir(each["path"]) else pathlib.Path(each["path"]).read_text(encoding="utf-8")
            found[os.path.basename(each["path"])] = (oct(status.st_mode & 0o7777), status.st_gid != 0, content)
    return found


def test_everything_is_put_in_place_once(options):
    told = converged("root_files", options, check=True)
    assert told["changed"]
    assert seen(options) == {}
    first = converged("root_files", options)
    assert first["plan"] == told["plan"]
    assert [step["step"] for step in first["done"]] == first["plan"]
    assert seen(options) == {
        "outer": ("0o755", False, ""),
        "inner": ("0o750", True, ""),
        "program": ("0o755", False, "first ü\n"),
        "settings": ("0o640", True, "hidden"),
    }
    again = converged("root_files", options)
    assert (again["changed"], again["plan"]) == (False, [])


@pytest.mark.parametrize(
    "harm",
    [
        os.unlink,
        lambda path: os.chmod(path, 0o700),
        lambda path: os.chown(path, 65534, 0),
        lambda path: os.chown(path, 0, 65534),
        lambda path: pathlib.Path(path).write_text("other", encoding="utf-8"),
        lambda path: (os.unlink(path), os.symlink("/etc/passwd", path)),
    ],
    ids=["gone", "mode", "owner", "group", "content", "link"],
)
def test_only_what_differs_is_put_right(options, harm):
    converged("root_files", options)
    right = seen(options)
    path = options["files"][0]["path"]
    harm(path)
    assert converged("root_files", options)["plan"] == [f"write {path}"]
    assert seen(options) == right
    assert not os.path.islink(path)


def test_content_is_shown_nowhere(options):
    result = converged("root_files", options, diff=True)
    assert "settings" in str(result["diff"])
    assert "hidden" not in str(result)


def test_a_directory_in_the_place_of_a_file_is_left_alone(options):
    os.makedirs(options["files"][0]["path"])
    assert "something else stands there" in refused("root_files", options)["msg"]


def test_a_user_that_is_not_there_yet_is_planned_and_cannot_be_given_files(options):
    options["files"][0]["owner"] = "nobody-of-this-name"
    assert converged("root_files", options, check=True)["changed"]
    assert "no such user or group" in refused("root_files", options)["msg"]
