# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module host_service on this machine's own file system."""

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
    told = converged("host_service", options, check=True)
    assert told["changed"]
    assert seen(options) == {}
    first = converged("host_service", options)
    assert first["plan"] == told["plan"]
    assert [step["step"] for step in first["done"]] == first["plan"]
    assert seen(options) == {
        "outer": ("0o755", False, ""),
        "inner": ("0o750", True, ""),
        "program": ("0o755", False, "first ü\n"),
        "settings": ("0o640", True, "hidden"),
    }
    again = converged("host_service", options)
    assert (again["changed"], again["plan"]) == (False, [])


def test_the_preflight_between_hosts_compares_a_service_and_changes_nothing(options):
    units = {**options, "units": ["none.path"], "systemd": {"required": False}}
    present = f"{options['directories'][0]['path']}/program"
    asked = {"host": "a", "members": [], "service": {**units, "look_at": [present]}}
    told = converged("preflight_peers", asked)
    assert (told["changed"], seen(options)) == (False, {})
    assert told["service"]["paths"][present]["type"] == "absent"
    assert told["service"]["plan"] == converged("host_service", units, check=True)["plan"] != []
    converged("host_service", options)
    found = converged("preflight_peers", {**asked, "service": {**options, "look_at": [present]}})["service"]
    assert (found["plan"], found["paths"][present]) == ([], {"type": "file", "owner": "root"})
    os.chmod(present, 0o700)
    assert converged("preflight_peers", {**asked, "service": options})["service"]["plan"] != []
    assert "service" not in converged("preflight_peers", {"host": "a", "members": []})


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
    converged("host_service", options)
    right = seen(options)
    path = options["files"][0]["path"]
    harm(path)
    assert converged("host_service", options)["plan"] == [f"write {path}"]
    assert seen(options) == right
    assert not os.path.islink(path)


def test_content_is_shown_nowhere(options):
    result = converged("host_service", options, diff=True)
    assert "settings" in str(result["diff"])
    assert "hidden" not in str(result)


def test_a_directory_in_the_place_of_a_file_is_left_alone(options):
    os.makedirs(options["files"][0]["path"])
    assert "something else stands there" in refused("host_service", options)["msg"]


def test_a_user_that_is_not_there_yet_is_planned_and_cannot_be_given_files(options):
    options["files"][0]["owner"] = "nobody-of-this-name"
    assert converged("host_service", options, check=True)["changed"]
    assert "no such user or group" in refused("host_service", options)["msg"]


def test_a_directory_of_a_package_keeps_its_mode_and_gets_its_owner(tmp_path):
    path = tmp_path / "log"
    path.mkdir()
    os.chown(path, 0, 4)
    path.chmod(0o2772)
    options = {"directories": [{"path": str(path), "owner": "nobody", "packaged": True}]}
    assert converged("host_service", options)["plan"] == [f"make directory {path}"]
    status = path.stat()
    assert (status.st_uid, status.st_gid, oct(status.st_mode & 0o7777)) == (65534, 4, "0o2770")
    assert converged("host_service", options)["plan"] == []
