# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ``instance_daemon`` with real servers.  Ports 21500 to 21699."""

from __future__ import annotations

import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import socket

import pytest

from .engines import name, servers
from .fleet import until
from .instances import ADMIN, USER, Instances
from .module_runner import ROOT, converged, finish_module, refused, run_module, start_module

PORT = 21500


class Daemons(Instances):
    """Instances that the module starts; what still runs at the end is ended by the test."""

    def __exit__(self, *exception):
        """End what the module has started, by its directory."""
        for port in self.ports:
            with contextlib.suppress(ProcessLookupError, FileNotFoundError):
                for pid in self.pids(port):
                    os.kill(pid, signal.SIGKILL)
                    until(lambda pid=pid: not pathlib.Path(f"/proc/{pid}/cwd").exists(), "its end")
        super().__exit__(*exception)

    def daemon(self, state="started", **options):
        """Return the options of the module ``instance_daemon``."""
        return {**self.common, "state": state, **options}

    def pids(self, port):
        """Return the processes that work in an instance's directory."""
        home = os.stat(self.base / "data" / str(port))
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and os.path.samestat((entry / "cwd").stat(), home):
                    found.append(int(entry.name))
        return found

    def log(self, port):
        """Return an instance's log."""
        return (self.base / "log" / f"{port}.log").read_text()


@pytest.fixture(params=servers(), ids=name)
def six(request):
    """Six configured instances in cluster mode."""
    with Daemons(request.param, PORT, count=6, cluster=True) as made:
        converged("instance", made.config({"maxmemory": "10mb", "appendonly": True}))
        yield made


@pytest.fixture
def one():
    """One configured instance of one engine."""
    with Daemons(servers()[0], PORT + 50) as made:
        converged("instance", made.config({"maxmemory": "10mb"}))
        yield made


def test_instances_start_once_and_stop_once(six):
    checked = converged("instance_daemon", six.daemon(), check=True)
    assert checked["plan"][-1] == f"start 127.0.0.1:{PORT + 5}"
    assert not any(six.pids(port) for port in six.ports)
    started = converged("instance_daemon", six.daemon())
    assert started["plan"] == checked["plan"]
    for entry in started["instances"]:
        assert six.pids(entry["port"]) == [entry["pid"]]
        assert six.client(entry["port"]).ping()
        assert os.stat(f"/proc/{entry['pid']}").st_uid == pwd.getpwnam(USER).pw_uid
        assert os.getsid(entry["pid"]) != os.getsid(0)
        assert int((six.base / "run" / f"{entry['port']}.pid").read_text()) == entry["pid"]
        assert ADMIN.encode() not in pathlib.Path(f"/proc/{entry['pid']}/cmdline").read_bytes()
    assert converged("instance_daemon", six.daemon())["changed"] is False
    assert converged("instance", six.config({"maxmemory": "10mb", "appendonly": True}))["changed"] is False
    stopped = converged("instance_daemon", six.daemon("stopped"))
    assert len(stopped["plan"]) == 6
    assert not any(six.pids(port) for port in six.ports)
    assert converged("instance_daemon", six.daemon("stopped"))["changed"] is False


def test_only_the_instance_that_is_down_is_started(six):
    before = {entry["port"]: entry["pid"] for entry in converged("instance_daemon", six.daemon())["instances"]}
    os.kill(before[PORT + 2], signal.SIGKILL)
    until(lambda: not six.pids(PORT + 2), "the end of one")
    result = converged("instance_daemon", six.daemon())
    assert result["plan"] == [f"start 127.0.0.1:{PORT + 2}"]
    after = {entry["port"]: entry["pid"] for entry in result["instances"]}
    assert {port for port in before if before[port] != after[port]} == {PORT + 2}


def test_data_is_saved_when_an_instance_is_stopped(one):
    converged("instance_daemon", one.daemon())
    one.client().set("key", "value")
    converged("instance_daemon", one.daemon("stopped"))
    converged("instance_daemon", one.daemon())
    assert one.client().get("key") == "value"


def test_no_pid_file_is_believed(one):
    converged("instance_daemon", one.daemon())
    pid_file = one.base / "run" / f"{one.ports[0]}.pid"
    pid_file.write_text(str(os.getpid()))
    # Ours is the server that works in the instance's directory, not what a file says.
    assert converged("instance_daemon", one.daemon())["changed"] is False
    converged("instance_daemon", one.daemon("stopped"))
    assert one.pids(one.ports[0]) == []
    pid_file.write_text(str(os.getpid()))
    started = converged("instance_daemon", one.daemon())
    assert int(pid_file.read_text()) == started["instances"][0]["pid"]


def test_an_instance_that_ends_at_its_start_is_an_error_with_its_log(one):
    (one.base / "data" / str(one.ports[0]) / f"dump-{one.ports[0]}.rdb").write_text("no dump at all")
    message = refused("instance_daemon", one.daemon())["msg"]
    assert f"127.0.0.1:{one.ports[0]}" in message
    assert "Wrong signature trying to load DB" in message


def test_a_setting_that_keeps_a_server_from_starting_is_told(one):
    one.managed().write_text(one.managed().read_text() + "nonsense 1\n")
    message = refused("instance_daemon", one.daemon())["msg"]
    assert "nonsense 1" in message
    assert one.pids(one.ports[0]) == []


def test_another_program_on_the_port_is_named_and_nothing_started(one):
    with socket.create_server(("127.0.0.1", one.ports[0])):
        assert f"(pid {os.getpid()})" in refused("instance_daemon", one.daemon())["msg"]
    assert one.pids(one.ports[0]) == []


def test_an_instance_without_its_files_is_not_started():
    with Daemons(servers()[0], PORT + 60) as instance:
        assert "almashooq.redis.instance" in refused("instance_daemon", instance.daemon())["msg"]


def test_two_runs_at_once_start_one_server(one):
    outcomes = [finish_module(run) for run in [start_module("instance_daemon", one.daemon()) for _run in range(2)]]
    assert [outcome["rc"] for outcome in outcomes] == [0, 0]
    assert sorted(outcome["changed"] for outcome in outcomes) == [False, True]
    assert len(one.pids(one.ports[0])) == 1


def test_a_frozen_instance_is_an_error_and_is_not_started_again(one):
    pid = converged("instance_daemon", one.daemon())["instances"][0]["pid"]
    os.kill(pid, signal.SIGSTOP)
    result = refused("instance_daemon", one.daemon(timeout=1))
    assert result["error"] == "deadline"
    assert one.pids(one.ports[0]) == [pid]
    stopping = run_module("instance_daemon", one.daemon("stopped", timeout=1))
    assert stopping["error"] == "deadline"
    assert "save its data and end" in stopping["msg"]


def test_an_instance_that_loads_its_data_is_started(one):
    options = one.config({"maxmemory": "10mb", "rdbcompression": False})
    converged("instance", options)
    converged("instance_daemon", one.daemon())
    for number in range(100):
        # Longer than what is loaded between two checks of the connections.
        one.client().set(f"key{number}", "value" * 1000)
    converged("instance_daemon", one.daemon("stopped"))
    # 100 keys, 100 ms each: it loads for 10 s.
    slow = {
        "maxmemory": "10mb",
        "key-load-delay": 100000,
        "loading-process-events-interval-bytes": 1024,
        "rdbcompression": False,
    }
    converged("instance", {**options, "settings": slow})
    converged("instance_daemon", one.daemon())
    assert one.client().info("persistence")["loading"] == 1
    assert converged("instance_daemon", one.daemon())["changed"] is False
    assert converged("instance", {**options, "settings": slow})["changed"] is False


def test_processes_that_root_may_not_look_into_are_recognised(six):
    # As in a container: root without the right to trace cannot see a server's directory.
    within = ["setpriv", "--bounding-set=-sys_ptrace"]
    assert converged("instance_daemon", six.daemon(), within=within)["changed"] is True
    assert converged("instance_daemon", six.daemon(), within=within)["changed"] is False
    options = six.config({"maxmemory": "20mb", "appendonly": True})
    assert len(converged("instance", options, within=within)["plan"]) == 12
    assert six.client().config_get("maxmemory") == {"maxmemory": str(20 * 2**20)}
    converged("instance_daemon", six.daemon("stopped"), within=within)
    assert not any(six.pids(port) for port in six.ports)


def test_files_that_cannot_be_had_are_a_warning(one):
    started = converged("instance_daemon", one.daemon(open_files=2**31))
    assert "open files are limited" in str(started["warnings"])


def test_the_start_guard_runs_before_each_start_and_has_to_be_there(one):
    message = refused("instance_daemon", one.daemon(guard=str(one.base / "guard")))["msg"]
    assert "redis_node_guard" in message
    shutil.copytree(ROOT / "roles" / "redis_node" / "files", one.base / "guard")
    for reason in ("this is its first start", "no Sentinel could promote another instance"):
        started = converged("instance_daemon", one.daemon(guard=str(one.base / "guard")))
        assert started["guard"] == [f"start guard of {one.ports[0]}: starts: {reason}"]
        state = one.base / "data" / str(one.ports[0]) / "start-guard.json"
        assert (state.owner(), state.stat().st_mode & 0o777) == (USER, 0o600)
        assert "guard" not in converged("instance_daemon", one.daemon(guard=str(one.base / "guard")))
        converged("instance_daemon", one.daemon("stopped"))
