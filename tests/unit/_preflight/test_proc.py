# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of /proc, as the kernel writes them."""

from __future__ import annotations

import contextlib
import os
import pathlib
import re
import subprocess
import sys
import time

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._host import engine_package
from ansible_collections.almashooq.redis.plugins.module_utils._managed import processes
from ansible_collections.almashooq.redis.plugins.module_utils._preflight import proc
from ansible_collections.almashooq.redis.plugins.module_utils._preflight.model import Process, Socket

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
LISTENING = (
    "   0: 0100007F:1B58 00000000:0000 0A 00000000:00000000 00:00000000 00000000   110        0 5150 1 0 100 0\n"
)
CONNECTED = (
    "   1: 0100007F:1B58 0100007F:9C40 01 00000000:00000000 00:00000000 00000000   110        0 5151 1 0 100 0\n"
)
ANY_SIX = (
    "   0: 00000000000000000000000000000000:1B58 00000000000000000000000000000000:0000 0A "
    "00000000:00000000 00:00000000 00000000     0        0 99 1 0 100 0\n"
)
ONE_SIX = ANY_SIX.replace("00000000000000000000000000000000:1B58", "00000000000000000000000001000000:1B58")

little_endian = pytest.mark.skipif(sys.byteorder != "little", reason="the tables are in the machine's byte order")


@little_endian
def test_listening_sockets_are_read_and_connections_are_not():
    assert proc.parse_sockets(HEAD + LISTENING + CONNECTED) == [Socket("127.0.0.1", 7000, 110, 5150)]


@little_endian
def test_addresses_of_version_six_are_read():
    assert [one.address for one in proc.parse_sockets(HEAD + ANY_SIX + ONE_SIX)] == ["::", "::1"]


@pytest.mark.parametrize("text", ["", HEAD, HEAD + "junk\n"], ids=["empty", "head only", "junk"])
def test_a_table_without_sockets_is_none(text):
    assert proc.parse_sockets(text) == []


@pytest.mark.parametrize(
    ("cgroup", "unit"),
    [
        ("0::/system.slice/system-redis\\x2dnode.slice/redis-node@7000.service\n", "redis-node@7000.service"),
        ("12:pids:/system.slice/redis-server.service\n1:name=systemd:/\n", "redis-server.service"),
        ("0::/user.slice/user-0.slice/session-1.scope\n", None),
        ("", None),
    ],
    ids=["unified", "one of many", "no service", "nothing"],
)
def test_the_unit_of_a_process_is_in_its_cgroup(cgroup, unit):
    assert proc.parse_unit(cgroup) == unit


def stat(pid):
    """Return what the kernel says of a process."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text()


def until(reached):
    """Wait for a predicate."""
    deadline = time.monotonic() + 10
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextlib.contextmanager
def process(directory, *, ended):
    """A process called redis-server: it runs, or has ended and is not reaped."""
    server = directory / "redis-server"
    server.symlink_to("/bin/sleep")
    child = subprocess.Popen([server, "60"])
    try:
        until(lambda: "(redis-server)" in stat(child.pid))
        if ended:
            child.kill()
            until(lambda: stat(child.pid).rpartition(")")[2].split()[0] == "Z")
        (directory / "pid").write_text(f"{child.pid}\n")
        yield child.pid
    finally:
        child.kill()
        child.wait()


LOOKS = {
    "process": lambda pid, _directory: proc.process(pid) is not None,
    "state": lambda pid, _directory: bool(proc.state(pid)),
    "start time": lambda pid, _directory: proc.start_time(pid) is not None,
    "instance": lambda pid, _directory: processes.is_instance(
        pid, processes.Sought(7000, os.getcwd(), os.getuid(), "redis-server")
    ),
    "package's own server": lambda _pid, directory: engine_package._running("redis-server", str(directory / "pid")),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize("ended", [False, True], ids=["runs", "has ended and is not reaped"])
def test_a_process_that_is_not_reaped_does_not_run(look, ended, tmp_path, monkeypatch):
    monkeypatch.setattr(engine_package, "systemd_runs", lambda: False)
    with process(tmp_path, ended=ended) as pid:
        assert look(pid, tmp_path) is not ended


def test_a_package_s_own_server_that_is_not_reaped_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(engine_package, "systemd_runs", lambda: False)
    monkeypatch.setattr(engine_package, "STOP_WITHIN", 5.0)
    with process(tmp_path, ended=False) as pid:
        engine_package._stop("redis-server", str(tmp_path / "pid"))
        assert pathlib.Path(f"/proc/{pid}").exists()


# Its directory alone says that a process exists; what it holds (exe, fd, cwd) cannot be read of one that has ended.
EXISTENCE = re.compile(
    r"""(exists|isdir|stat)\(f?["']/proc/\{[^}]*\}["']\)|os\.kill\([^,]+, 0\)|/proc/\{[^}]*\}/(comm|stat)\b"""
)


def test_only_this_file_asks_whether_a_process_exists():
    plugins = pathlib.Path(proc.__file__).resolve().parents[2]
    others = [path for path in plugins.rglob("*.py") if path != pathlib.Path(proc.__file__).resolve()]
    found = {path.name for path in others if EXISTENCE.search(path.read_text(encoding="utf-8"))}
    # Names of processes to inspect more closely; each is then asked of proc.
    assert found == {"processes.py"}


def test_the_units_of_a_user_are_those_of_its_processes(monkeypatch):
    def seen(pid, uid, unit):
        return Process(pid=pid, name="any", uid=uid, unit=unit)

    ours, other, none = seen(1, 7, "ours.service"), seen(2, 8, "other.service"), seen(3, 7, None)
    processes_by_id = {"1": ours, "2": other, "3": none, "4": None}
    monkeypatch.setattr(proc.os, "listdir", lambda _path: [*processes_by_id, "self"])
    monkeypatch.setattr(proc, "process", lambda pid: processes_by_id[str(pid)])
    assert proc.units_of(7) == {"ours.service"}
    assert proc.units_of(9) == set()
