# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host modules on this machine, as far as they can be tried without changing it."""

from __future__ import annotations

import pathlib

import pytest

from .module_runner import converged, refused

OVERCOMMIT = "vm.overcommit_memory"


@pytest.fixture
def kernel(tmp_path):
    """Options that request what the kernel has, and files in a place of their own."""
    return {
        "sysctl": {OVERCOMMIT: pathlib.Path("/proc/sys/vm/overcommit_memory").read_text().strip()},
        "sysctl_at_least": {"net.core.somaxconn": 1},
        "sysctl_file": str(tmp_path / "deeper" / "sysctl.conf"),
    }


def test_settings_for_the_next_boot_are_written_once(kernel):
    assert converged("host_service", {"kernel": kernel})["plan"] == [f"write {kernel['sysctl_file']}"]
    text = pathlib.Path(kernel["sysctl_file"]).read_text()
    assert f"-{OVERCOMMIT} = {kernel['sysctl'][OVERCOMMIT]}\n" in text
    assert converged("host_service", {"kernel": kernel})["changed"] is False


def test_a_higher_value_is_kept_also_at_the_next_boot(kernel):
    converged("host_service", {"kernel": kernel})
    running = pathlib.Path("/proc/sys/net/core/somaxconn").read_text().strip()
    assert f"-net.core.somaxconn = {running}\n" in pathlib.Path(kernel["sysctl_file"]).read_text()


def test_check_mode_writes_nothing(kernel):
    assert converged("host_service", {"kernel": kernel}, check=True, diff=True)["changed"] is True
    assert not pathlib.Path(kernel["sysctl_file"]).exists()


def test_a_setting_that_this_kernel_does_not_have_is_told_and_changes_nothing():
    options = {"sysctl": {"vm.no_such_setting": 1}}
    result = converged("host_service", {"kernel": options})
    assert result["changed"] is False
    assert result["not_set"] == ["could not be set here: vm.no_such_setting is unknown to this kernel, wanted 1"]
    assert "could not be set here" in refused("host_service", {"kernel": {**options, "required": True}})["msg"]


def test_what_is_missing_of_an_engine_is_told(tmp_path):
    options = {
        "services": [{"name": "no-such-server", "pid_file": str(tmp_path / "pid")}],
        "packages": ["no-such-package"],
        "user": "root",
        "group": "no-such-group",
    }
    result = converged("engine_package_services", options, check=True)
    assert result["plan"] == ["forbid the package's own service no-such-server to start"]
    assert result["missing"] == ["no-such-package"]
    assert result["account"] is False
    assert result["running"] == []
