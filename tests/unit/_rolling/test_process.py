# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stopping and starting a member under systemd: what a boot does afterwards, and what is not touched."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._client import Access
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError, Refused
from ansible_collections.almashooq.redis.plugins.module_utils._host import units
from ansible_collections.almashooq.redis.plugins.module_utils._rolling import process
from ansible_collections.almashooq.redis.plugins.module_utils._rolling.options import Server

UNIT = "redis-node@7000.service"
SERVER = Server("192.0.2.1:7000", "192.0.2.1", 7000, "instance", UNIT, "", {})
ACCESS = Access(username="admin", password="x")


class Systemd:
    """One unit: whether it runs and is enabled, as systemctl changes it."""

    def __init__(self, active: str, file: str, load: str = "loaded") -> None:
        self.active, self.file, self.load = active, file, load
        self.commands: list[list[str]] = []

    def run(self, command: t.Sequence[str], **_how: object) -> str:
        """Do what systemctl would."""
        words = list(command)
        if words[1] == "show":
            sub = "running" if self.active == "active" else "dead"
            state = {"LoadState": self.load, "ActiveState": self.active, "SubState": sub, "UnitFileState": self.file}
            return "".join(f"{name}={value}\n" for name, value in {"Id": UNIT, **state}.items())
        self.commands.append(words[1:])
        if words[1] in ("enable", "disable"):
            self.file = f"{words[1]}d"
        if words[1] == "start":
            self.active = "active"
        if "--now" in words:
            self.active = "inactive"
        return ""


@pytest.fixture(
    params=[("active", "enabled"), ("inactive", "enabled"), ("inactive", "disabled"), ("active", "disabled")]
)
def systemd(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Systemd:
    """A unit in one of its states."""
    return installed(Systemd(*request.param), monkeypatch)


def installed(systemd: Systemd, monkeypatch: pytest.MonkeyPatch) -> Systemd:
    monkeypatch.setattr(process, "command", systemd.run)
    monkeypatch.setattr(units, "run", systemd.run)
    return systemd


def record(_node: str, _command: str) -> None:
    """Keep no commands."""


def test_a_stopped_member_is_not_started_by_a_boot(systemd: Systemd) -> None:
    process.stop(SERVER, ACCESS, record, 5)
    assert (systemd.active, systemd.file) == ("inactive", "disabled")


def test_a_started_member_is_started_by_a_boot(systemd: Systemd) -> None:
    process.start(SERVER, ACCESS, record, 5)
    assert (systemd.active, systemd.file) == ("active", "enabled")
    assert not any(words[0] == "restart" for words in systemd.commands)


@pytest.mark.parametrize("starts", [True, False])
def test_what_a_boot_does_is_set_without_touching_the_process(systemd: Systemd, starts: bool) -> None:
    before = systemd.active
    process.at_boot(SERVER, starts=starts)
    assert (systemd.active, systemd.file) == (before, "enabled" if starts else "disabled")


def test_a_masked_unit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    systemd = installed(Systemd("inactive", "masked", load="masked"), monkeypatch)
    with pytest.raises(Refused, match="is masked"):
        process.start(SERVER, ACCESS, record, 5)
    assert systemd.commands == []


def test_without_a_service_manager_a_boot_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    systemd = installed(Systemd("inactive", ""), monkeypatch)
    daemon = Server("192.0.2.1:7000", "192.0.2.1", 7000, "instance", "", "", {})
    process.at_boot(daemon, starts=True)
    assert systemd.commands == []


def test_a_unit_is_launched_without_a_wait_for_its_data(systemd: Systemd) -> None:
    process.launch(SERVER, ACCESS, record, 5.0)
    assert systemd.commands == [["reset-failed", UNIT], ["start", "--no-block", UNIT]]


def test_a_unit_that_failed_ends_the_wait_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(Systemd("failed", "enabled"), monkeypatch)
    with pytest.raises(CollectionError, match="does not start"):
        process.refuse_failed(SERVER, 5.0)
