# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that a service needs, on a host that is simulated as far as it takes root or systemd: cut anywhere, and again."""

from __future__ import annotations

import grp
import os
import pwd
import time
import typing as t
from dataclasses import dataclass, field

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._engine.loop import Report, entered, run
from ansible_collections.almashooq.redis.plugins.module_utils._errors import CollectionError, Refused
from ansible_collections.almashooq.redis.plugins.module_utils._host import accounts, masks, service, units
from ansible_collections.almashooq.redis.plugins.module_utils._preflight.model import Process, Socket

UNIT = "example.service"
HELPER = "helper.service"
PACKAGED = "packaged.service"
PORT = 9180


class Cut(Exception):
    """The end of a run that is interrupted."""


@dataclass
class Systemd:
    """Systemd, groupadd and useradd as far as the operation uses them; ``budget`` commands change something."""

    directory: str
    names: set[str] = field(default_factory=set)
    enabled: bool = False
    started: float | None = None
    start: int = 0  # the same by the monotonic clock, in microseconds
    loaded: dict[str, str] = field(default_factory=dict)
    packaged: bool = False
    fails: bool = False
    budget: int = 100
    commands: list[str] = field(default_factory=list)

    def run(self, command: t.Sequence[str], *, allowed: t.Collection[int] | None = (0,)) -> str:
        """Do what the command does."""
        words = list(command)
        if words[:2] == ["systemctl", "show"]:
            return "\n".join(map(self._show, words[3:]))
        if words[0] == "journalctl":
            return "the last words"
        if self.budget == 0:
            raise Cut
        self.budget -= 1
        self.commands.append(" ".join(words[:2]))
        if words[0] in ("groupadd", "useradd"):
            self.names.add(f"{words[0]} {words[-1]}")
        elif words[1] == "daemon-reload":
            self._load()
        elif words[1] == "enable":
            self.enabled = True
            self._load()
        elif words[1] == "stop":
            self.packaged = False
        elif words[1] in ("start", "restart"):
            self.started, self.start = time.time(), int(time.monotonic() * 1e6)
        elif words[1] == "disable":
            self.enabled, self.started = False, None
        else:
            raise AssertionError(words)
        return ""

    def _load(self) -> None:
        self.loaded = {name: self._text(name) for name in (UNIT, HELPER) if self._text(name)}

    def _text(self, name: str) -> str:
        path = os.path.join(self.directory, name)
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8") as stream:
            return stream.read()

    def _show(self, name: str) -> str:
        text = self._text(name)
        active = "failed" if self.fails and self.started is not None else "active" if self.started else "inactive"
        if name != UNIT:
            active = "active" if name == PACKAGED and self.packaged else "inactive"
        values = {
            "Id": name,
            "LoadState": "loaded" if text else "not-found",
            "ActiveState": active,
            "SubState": "running" if active == "active" else "dead",
            "UnitFileState": "enabled" if self.enabled and name == UNIT else "disabled",
            "NeedDaemonReload": "yes" if self.loaded.get(name, text) != text else "no",
            "ExecMainStartTimestampMonotonic": str(self.start if self.started else 0),
        }
        return "".join(f"{key}={value}\n" for key, value in values.items())


@pytest.fixture
def systemd(monkeypatch, tmp_path):
    """Return the simulated systemd of a host that has neither the account nor anything else."""
    simulated = Systemd(str(tmp_path / "units"))
    os.mkdir(simulated.directory)
    monkeypatch.setattr(service, "systemd_runs", lambda: True)
    for module in (accounts, masks, units):
        monkeypatch.setattr(module, "run", simulated.run)
    monkeypatch.setattr(service, "UNIT_FILES", f"{simulated.directory}/")
    me = pwd.getpwuid(os.getuid()).pw_name
    monkeypatch.setattr(
        accounts,
        "_exists",
        lambda look_up, name: f"{'group' if look_up is grp.getgrnam else 'user'}add {name}" in simulated.names,
    )
    monkeypatch.setattr(service.proc, "listening_sockets", lambda ports: [])
    assert me
    return simulated


@pytest.fixture
def params(tmp_path, systemd):
    """Return options for a service with an account, a directory, two files, a setting and a unit."""
    owner = {"owner": pwd.getpwuid(os.getuid()).pw_name, "group": grp.getgrgid(os.getgid()).gr_name}
    file = {**owner, "mode": "0640", "restarts": True}
    return {
        "account": {"user": "example", "group": "examples", "comment": "An example"},
        "kernel": None,
        "directories": [{**owner, "path": str(tmp_path / "config"), "mode": "0750"}],
        "files": [
            {**file, "path": str(tmp_path / "config" / "settings"), "content": "first"},
            {**file, "path": f"{systemd.directory}/{UNIT}", "content": "[Service]"},
        ],
        "units": [UNIT],
        "state": "started",
        "masked": [],
        "systemd": None,
        "logs": None,
        "timeout": 5.0,
        "listen": {"address": "192.0.2.11", "port": PORT, "tolerated": [], "hint": "Stop it."},
        "look_at": [str(tmp_path), str(tmp_path / "missing")],
    }


def await_newer_files(systemd: Systemd, tmp_path: t.Any) -> None:
    """Wait until a file is newer than the unit's process: the clock of the file system has steps of milliseconds."""
    probe, deadline = tmp_path / "probe", time.monotonic() + 5
    assert systemd.started is not None
    while not probe.exists() or probe.stat().st_ctime <= systemd.started:
        assert time.monotonic() < deadline
        probe.write_text("", encoding="utf-8")
        probe.chmod(0o600)


def converge(params: dict[str, t.Any], *, check: bool = False) -> Report:
    """Run the operation and return its report."""
    report = Report()
    with entered(service.ServiceOperation(params, lambda _kind, _text: None)) as operation:
        run(operation, report, check=check)
    return report


def lines(params: dict[str, t.Any], tmp_path: t.Any) -> list[str]:
    """Return the plan without the directory of the test."""
    return [line.replace(f"{tmp_path}/", "") for line in converge(params, check=True).plan]


WHOLE = [
    "add group examples",
    "add user example",
    "make directory config",
    "write config/settings",
    f"write units/{UNIT}",
    f"enable {UNIT}",
    f"start {UNIT}",
]


def test_check_mode_shows_the_whole_plan_of_a_new_host_and_does_nothing_of_it(params, systemd, tmp_path):
    assert lines(params, tmp_path) == WHOLE
    assert (systemd.commands, os.listdir(systemd.directory)) == ([], [])
    assert [line["step"].replace(f"{tmp_path}/", "") for line in converge(params).done] == WHOLE
    assert lines(params, tmp_path) == []


def test_a_run_that_is_cut_anywhere_is_completed_by_the_next(params, systemd, tmp_path):
    for left in (6, 2, 1):
        systemd.budget = 1
        with pytest.raises(Cut):
            converge(params)
        assert lines(params, tmp_path) == WHOLE[-left:]
    systemd.budget = 1
    converge(params)
    assert lines(params, tmp_path) == []


def test_a_changed_file_restarts_the_unit_also_when_the_run_ends_in_between(params, systemd, tmp_path):
    converge(params)
    await_newer_files(systemd, tmp_path)
    params["files"][0]["content"] = "second"
    assert lines(params, tmp_path) == ["write config/settings", f"restart {UNIT}"]
    systemd.budget = 0
    with pytest.raises(Cut):
        converge(params)
    systemd.budget = 1
    assert lines(params, tmp_path) == [f"restart {UNIT}"]
    before = systemd.started
    converge(params)
    assert systemd.started > before
    assert lines(params, tmp_path) == []


def test_a_file_that_is_not_read_at_the_start_restarts_nothing(params, systemd, tmp_path):
    params["files"][0]["restarts"] = False
    converge(params)
    await_newer_files(systemd, tmp_path)
    params["files"][0]["content"] = "second"
    assert lines(params, tmp_path) == ["write config/settings"]


def test_a_changed_unit_is_read_again_before_the_restart(params, systemd, tmp_path):
    converge(params)
    await_newer_files(systemd, tmp_path)
    params["files"][1]["content"] = "[Service]\nother"
    assert lines(params, tmp_path) == [f"write units/{UNIT}", "reload systemd's unit files", f"restart {UNIT}"]
    systemd.commands.clear()
    converge(params)
    assert systemd.commands == ["systemctl daemon-reload", "systemctl restart"]


def test_a_file_of_a_clock_that_was_set_back_since_does_not_restart_again_and_again(
    params, systemd, tmp_path, monkeypatch
):
    converge(params)
    past = time.time() - 3600
    monkeypatch.setattr("time.time", lambda: past)
    systemd.started = past
    assert lines(params, tmp_path) == []


def test_enabled_starts_nothing_now_and_stopped_stops(params, systemd, tmp_path):
    params["state"] = "enabled"
    assert lines(params, tmp_path) == WHOLE[:-1]
    params["state"] = "started"
    converge(params)
    params["state"] = "stopped"
    assert lines(params, tmp_path) == [f"stop and disable {UNIT}"]
    converge(params)
    assert (systemd.enabled, systemd.started) == (False, None)
    assert lines(params, tmp_path) == []


def test_a_unit_that_fails_is_an_error(params, systemd):
    systemd.fails = True
    params["logs"] = ["/nonexistent"]
    with pytest.raises(CollectionError, match="does not start: \nthe last words"):
        converge(params)


def other(name: str, unit: str | None) -> Process:
    """Return a process that listens."""
    return Process(pid=12, name=name, uid=0, command=(name,), directory="/", unit=unit)


# User 7 has processes of these units; which of them listens is not reported.
UNKNOWN_OWNERS = {7: {"user@7.service", UNIT}, 8: {"nginx.service"}}


@pytest.mark.parametrize(
    ("address", "owner", "uid", "refused"),
    [
        ("192.0.2.11", other("nginx", "nginx.service"), 0, True),
        ("0.0.0.0", other("nginx", "nginx.service"), 0, True),
        ("::ffff:192.0.2.11", other("nginx", "nginx.service"), 0, True),
        ("192.0.2.12", other("nginx", "nginx.service"), 0, False),
        ("192.0.2.11", other("example", UNIT), 0, False),
        ("192.0.2.11", other("tolerated", "tolerated.service"), 0, False),
        ("192.0.2.11", other("packaged", PACKAGED), 0, False),
        ("192.0.2.11", other("by hand", None), 0, True),
        ("192.0.2.11", None, 7, False),
        ("192.0.2.11", None, 8, True),
        ("192.0.2.11", None, 9, True),
    ],
    ids=[
        "another",
        "another everywhere",
        "another as IPv6",
        "another elsewhere",
        "itself",
        "tolerated",
        "to be masked",
        "of no unit",
        "unseen with its user",
        "unseen of another unit",
        "unseen of no unit",
    ],
)
def test_the_port_has_to_be_free_or_its_own(params, systemd, monkeypatch, address, owner, uid, refused):
    params["listen"]["tolerated"] = ["tolerated.service"]
    params["masked"] = [PACKAGED]
    held = Socket(address, PORT, uid, 1, owner)
    monkeypatch.setattr(service.proc, "units_of", lambda one: UNKNOWN_OWNERS.get(one, set()))
    monkeypatch.setattr(service.proc, "listening_sockets", lambda ports: [held] if PORT in ports else [])
    if refused:
        with pytest.raises(
            Refused, match=f"port {PORT} of 192.0.2.11 is held by .*which is not {UNIT}, {PACKAGED}. Stop it"
        ):
            converge(params)
        assert systemd.commands == []
    else:
        assert converge(params, check=True).plan[-1] == f"start {UNIT}"


def test_paths_are_described(params, tmp_path):
    operation = service.ServiceOperation(params, lambda _kind, _text: None)
    found = operation.result(operation.observe())["paths"]
    me = pwd.getpwuid(os.getuid()).pw_name
    assert found == {
        str(tmp_path): {"type": "directory", "owner": me},
        str(tmp_path / "missing"): {"type": "absent", "owner": ""},
    }


def test_a_unit_that_must_not_run_is_masked_before_there_is_one_and_stopped(params, systemd, tmp_path):
    params["masked"] = [PACKAGED]
    systemd.packaged = True
    assert lines(params, tmp_path) == [*WHOLE[:-2], f"mask and stop {PACKAGED}", *WHOLE[-2:]]
    systemd.budget = 3  # two for the account, one for the mask, which is made and not stopped
    with pytest.raises(Cut):
        converge(params)
    assert os.readlink(f"{systemd.directory}/{PACKAGED}") == os.devnull
    assert lines(params, tmp_path)[0] == f"mask and stop {PACKAGED}"
    systemd.budget = 100
    converge(params)
    assert systemd.packaged is False
    assert lines(params, tmp_path) == []


def test_a_unit_file_of_this_host_is_not_replaced_by_a_mask(params, systemd):
    params["masked"] = [PACKAGED]
    with open(f"{systemd.directory}/{PACKAGED}", "w", encoding="utf-8") as stream:
        stream.write("[Service]")
    with pytest.raises(Refused, match=f"{PACKAGED} must not run, and its unit file was written on this host"):
        converge(params)
    assert systemd.commands == []


def test_the_file_of_a_unit_that_another_one_starts_is_read_again(params, systemd, tmp_path):
    params["files"].append({**params["files"][1], "path": f"{systemd.directory}/{HELPER}", "restarts": False})
    converge(params)
    assert (systemd.loaded.keys(), lines(params, tmp_path)) == ({UNIT, HELPER}, [])
    params["files"][-1]["content"] = "[Service]\nother"
    left = [f"write units/{HELPER}", "reload systemd's unit files"]
    assert lines(params, tmp_path) == left
    systemd.budget = 0
    with pytest.raises(Cut):
        converge(params)
    systemd.budget = 1
    assert lines(params, tmp_path) == left[1:]
    converge(params)
    assert lines(params, tmp_path) == []


@pytest.fixture
def without_systemd(params, systemd, monkeypatch):
    """Return options for a host without systemd."""
    monkeypatch.setattr(service, "systemd_runs", lambda: False)
    params["masked"] = [PACKAGED]
    return params


def test_a_host_without_systemd_is_refused(without_systemd, systemd):
    without_systemd["systemd"] = {"required": True, "hint": "Leave it out."}
    with pytest.raises(Refused, match=f"{UNIT}, {PACKAGED} cannot be run: .* does not run systemd, .*. Leave it out."):
        converge(without_systemd)
    assert systemd.commands == []


@pytest.mark.parametrize(
    ("state", "systemd_option"), [("started", {"required": False, "hint": None}), ("stopped", None)]
)
def test_without_systemd_units_and_their_files_are_left_out_where_that_may_be(
    without_systemd, systemd, tmp_path, state, systemd_option
):
    without_systemd.update(state=state, systemd=systemd_option)
    assert lines(without_systemd, tmp_path) == WHOLE[:4]
    converge(without_systemd)
    assert os.listdir(systemd.directory) == []
    operation = service.ServiceOperation(without_systemd, lambda _kind, _text: None)
    operation.enter()
    assert operation.result(operation.observe())["systemd"] is False
