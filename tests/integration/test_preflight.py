# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The preflight modules on this machine: real sockets, real processes.  Ports 23000 to 23499."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._preflight import proc
from ansible_collections.almashooq.redis.plugins.module_utils._wait import poll

from .module_runner import ROOT, converged, refused, run_module

ADDRESS = "127.0.0.1"
PORTS = (23000, 23100)


@pytest.fixture
def layout(tmp_path):
    """Where an instance's files are, as options of the module."""
    names = ("config_dir", "data_dir", "log_dir", "run_dir")
    return {**{name: str(tmp_path / name) for name in names}, "state_file": str(tmp_path / "listener.json")}


@pytest.fixture
def look(layout):
    """Options of the module for one instance on loopback."""
    instance = {"port": PORTS[0], "bus_port": PORTS[1], "maxmemory": 1}
    return {
        "address": ADDRESS,
        "instances": [instance],
        "host": "here",
        "zone": "here",
        "deployment": "test",
        **layout,
    }


@pytest.fixture
def listener(layout):
    """Options of the listener; whatever a test leaves is ended."""
    options = {"address": ADDRESS, "ports": list(PORTS), "lifetime": 30, "state_file": layout["state_file"]}
    yield options
    converged("preflight_listener", {"state": "absent", "state_file": layout["state_file"]})


def test_engine_and_earlier_runs_are_reported(look, layout, tmp_path):
    options = {**look, "server": str(tmp_path / "server")}
    before = converged("preflight", options)
    assert (before["engine"], before["prepared"]) == (False, False)
    pathlib.Path(layout["config_dir"]).mkdir()
    (tmp_path / "server").write_text("text\n")
    after = converged("preflight", options)
    assert (after["engine"], after["prepared"]) == (True, True)


def test_the_sentinel_of_a_host_is_inspected_in_the_same_call(look, tmp_path):
    names = ("config_dir", "data_dir", "log_dir", "run_dir")
    place = {
        **{name: str(tmp_path / f"sentinel_{name}") for name in names},
        "address": "127.0.0.2",
        "port": PORTS[0] + 1,
        "zone": "z",
        "deployment": "sentinels",
        "unit": "redis-sentinel",
        "user": "root",
        "server": "/nowhere",
    }
    alone = {**look, **place, "instances": [{"port": place["port"]}], "controller_time": 0.0}
    del alone["port"]
    result = converged("preflight", {**look, "controller_time": 0.0, "sentinel": place})
    beside, before = result["sentinel"], converged("preflight", alone)
    assert {name: before[name] for name in beside if name != "members"} == {
        name: value for name, value in beside.items() if name != "members"
    }
    for one in (*beside["members"], *before["members"]):
        one.pop("clock")
    assert beside["members"] == before["members"]
    assert [one["port"] for one in result["members"]] == [PORTS[0]]
    # What is in its way is refused as what is in the way of an instance is.
    message = refused("preflight", {**look, "sentinel": {**place, "address": "192.0.2.1"}})["msg"]
    assert "192.0.2.1" in message


@pytest.mark.parametrize(
    ("changes", "settled"),
    [
        pytest.param({}, True, id="all is there"),
        pytest.param({"packages": ["coreutils", "no-such-package"]}, False, id="a package is missing"),
        pytest.param({"group": "no-such-group"}, False, id="the account is missing"),
        pytest.param(
            {"services": [{"name": "no-such-server", "pid_file": "/nowhere"}]}, False, id="a service is not forbidden"
        ),
    ],
)
def test_whether_the_engines_package_needs_anything_is_told(look, changes, settled):
    package = {"services": [], "packages": ["coreutils"], "user": "root", "group": "root", **changes}
    assert converged("preflight", {**look, "package": package})["package_settled"] is settled


def test_without_the_question_nothing_is_settled(look):
    result = converged("preflight", look)
    assert (result["package_settled"], "sentinel" in result) == (False, False)


def member(host, address, listening=False, **changes):
    return {
        "host": host,
        "address": address,
        "port": PORTS[0],
        "bus_port": PORTS[1],
        "listening": listening,
        "clock": 0.0,
        "deployment": "test",
        **changes,
    }


def connects(address, port):
    with contextlib.suppress(OSError), socket.create_connection((address, port), 1):
        return True
    return False


def gone(port, within):
    poll(
        lambda: connects(ADDRESS, port),
        lambda open_: "it still listens" if open_ else "",
        awaiting="the end of the listener",
        timeout=within,
    )


def test_a_host_with_nothing_in_the_way_tells_its_members(look):
    result = converged("preflight", {**look, "controller_time": time.time()})
    assert result["changed"] is False
    assert result["silent_ports"] == list(PORTS)
    (told,) = result["members"]
    assert (told["address"], told["port"], told["listening"]) == (ADDRESS, PORTS[0], False)
    assert 0 <= told["clock"] < 30


def test_looking_leaves_nothing_behind(look, tmp_path):
    converged("preflight", look)
    assert list(tmp_path.iterdir()) == []


def test_a_strangers_port_is_refused_with_its_process(look):
    with socket.create_server((ADDRESS, PORTS[1])):
        message = refused("preflight", look)["msg"]
    assert f"cluster bus port {PORTS[1]} of {PORTS[0]} is held by" in message
    assert f"(pid {os.getpid()}: " in message


def test_a_strangers_port_on_any_address_is_refused(look):
    with socket.create_server(("0.0.0.0", PORTS[0])):
        assert f"port {PORTS[0]} is held by" in refused("preflight", look)["msg"]


def test_a_strangers_port_on_loopback_is_refused_too(look):
    # An instance binds loopback in addition to its address.
    with socket.create_server((ADDRESS, PORTS[0])):
        assert f"port {PORTS[0]} is held by" in refused("preflight", {**look, "address": "127.0.0.2"})["msg"]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"address": "no-such-host.invalid"}, "'no-such-host.invalid' is a host name that has no address record"),
        ({"address": "198.51.100.1"}, "redis_node_address 198.51.100.1 is not an address of this host"),
        ({"config_dir": "/proc/version/x"}, "/proc/version/x cannot be written: /proc/version is not a directory"),
        ({"instances": [{"port": PORTS[0], "maxmemory": 2**50}]}, "adds up to 1,073,741,824 MiB"),
    ],
    ids=["a name without a record", "an address of another host", "no directory", "too much memory"],
)
def test_what_is_in_the_way_is_named(look, changes, text):
    result = refused("preflight", {**look, **changes})
    assert text in result["msg"]
    assert result["msg"].endswith("Nothing has been changed.")


def test_a_read_only_file_system_is_named(look, tmp_path):
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(mounted)], check=True)
    try:
        message = refused("preflight", {**look, "config_dir": f"{mounted}/deeper/config"})["msg"]
    finally:
        subprocess.run(["umount", str(mounted)], check=True)
    assert f"{mounted}/deeper/config cannot be written: {mounted} is on a read-only file system" in message


def test_a_listener_listens_and_is_gone_when_released(listener):
    converged("preflight_listener", listener)
    assert all(connects(ADDRESS, port) for port in PORTS)
    converged("preflight_listener", {**listener, "state": "absent"})
    assert not any(connects(ADDRESS, port) for port in PORTS)
    assert not os.path.exists(listener["state_file"])


def test_releasing_again_changes_nothing(listener):
    result = converged("preflight_listener", {**listener, "state": "absent"})
    assert result["changed"] is False


def test_check_mode_listens_nowhere(listener):
    result = converged("preflight_listener", listener, check=True)
    assert result["plan"] == [f"listen for a moment on {PORTS[0]}, {PORTS[1]}"]
    assert not connects(ADDRESS, PORTS[0])


def test_a_listener_ends_by_itself_when_nobody_releases_it(listener):
    converged("preflight_listener", {**listener, "lifetime": 1})
    assert connects(ADDRESS, PORTS[0])
    gone(PORTS[0], within=10)


def test_a_frozen_listener_is_gone_when_released(listener):
    pid = converged("preflight_listener", listener)["pid"]
    os.kill(pid, signal.SIGSTOP)
    converged("preflight_listener", {**listener, "state": "absent"})
    assert not connects(ADDRESS, PORTS[0])


def test_the_listener_of_a_cut_off_run_is_replaced(listener, look):
    first = converged("preflight_listener", listener)["pid"]
    assert converged("preflight", look)["silent_ports"] == list(PORTS)
    second = converged("preflight_listener", listener)["pid"]
    assert first != second
    assert proc.start_time(first) is None
    assert connects(ADDRESS, PORTS[0])


def test_a_stale_state_file_ends_no_other_process(listener):
    with open(listener["state_file"], "w", encoding="ascii") as stream:
        stream.write(f'{{"pid": {os.getpid()}, "started": "1", "ports": []}}')
    converged("preflight_listener", {**listener, "state": "absent"})


def test_a_taken_port_is_refused_by_the_listener(listener):
    with socket.create_server((ADDRESS, PORTS[1])):
        message = refused("preflight_listener", listener)["msg"]
    assert f"port {PORTS[1]} on {ADDRESS} cannot be bound" in message
    assert not connects(ADDRESS, PORTS[0])


def test_reachable_hosts_are_counted(listener):
    converged("preflight_listener", listener)
    members = [member("a", "127.0.0.2"), member("b", ADDRESS)]
    assert converged("preflight_peers", {"host": "a", "members": members, "listeners": True})["reached"] == 2


def test_a_port_that_refuses_is_named(listener):
    converged("preflight_listener", {**listener, "ports": [PORTS[0]]})
    members = [member("a", "127.0.0.2"), member("b", ADDRESS)]
    result = refused("preflight_peers", {"host": "a", "members": members, "listeners": True})
    (problem,) = result["problems"]
    bus = f"host a cannot reach host b at {ADDRESS}:{PORTS[1]} (cluster bus port of {PORTS[0]}): connection refused"
    assert problem.startswith(bus)


def test_many_silent_ports_take_as_long_as_one():
    # A listening socket whose queue is full drops what comes, as a firewall does.
    with socket.socket() as full, contextlib.ExitStack() as queue:
        full.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        full.bind((ADDRESS, PORTS[0]))
        full.listen(0)
        for _attempt in range(3):
            waiting = queue.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex((ADDRESS, PORTS[0]))
        members = [member("a", "127.0.0.2")]
        members += [member(f"b{number}", ADDRESS, True, bus_port=None) for number in range(20)]
        started = time.monotonic()
        result = run_module("preflight_peers", {"host": "a", "members": members, "timeout": 1, "clock_skew": 1})
        took = time.monotonic() - started
    silent = [problem for problem in result["problems"] if "timed out: open it in the firewall" in problem]
    assert len(silent) == 20
    assert took < 10


def test_instances_that_do_not_run_are_not_tried_without_listeners():
    members = [member("a", "127.0.0.2"), member("b", ADDRESS)]
    assert converged("preflight_peers", {"host": "a", "members": members})["reached"] == 0


@pytest.fixture
def host_directory():
    """A directory that the service's user can get through, unlike pytest's own."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        os.chmod(name, 0o755)
        yield pathlib.Path(name)


@pytest.fixture
def prepared(look, host_directory):
    """Options for an instance whose files are those of the user that runs it."""
    names = ("config_dir", "data_dir", "log_dir", "run_dir")
    home = host_directory / "data_dir" / str(PORTS[0])
    (home / "appendonlydir").mkdir(parents=True)
    (host_directory / "log_dir").mkdir()
    files = ["redis.conf", "nodes-23000.conf", "dump.rdb", "appendonlydir/appendonly.aof.1.incr.aof"]
    for path in [*(home / name for name in files), host_directory / "log_dir" / f"{PORTS[0]}.log"]:
        path.touch(mode=0o640)
    for path in [home, *home.rglob("*"), *(host_directory / "log_dir").iterdir()]:
        shutil.chown(path, "nobody")
    return {**look, **{name: str(host_directory / name) for name in names}, "user": "nobody"}


def test_files_of_the_services_user_are_good(prepared, host_directory):
    # What a person has kept beside them does not matter.
    for kept in ("before-upgrade.rdb", "nodes-23000-old.conf", "redis.conf.bak.conf"):
        (host_directory / "data_dir" / str(PORTS[0]) / kept).touch(mode=0o600)
    assert converged("preflight", prepared)["silent_ports"] == list(PORTS)


@pytest.mark.parametrize(
    ("path", "change", "text"),
    [
        ("data_dir/23000/nodes-23000.conf", "root", "nobody, the user of the instances, cannot read and write"),
        ("data_dir/23000/dump.rdb", "root", "nobody, the user of the instances, cannot read"),
        ("data_dir/23000/appendonlydir", 0o500, "nobody, the user of the instances, cannot write"),
        ("data_dir/23000/appendonlydir/appendonly.aof.1.incr.aof", "root", "cannot read and write"),
        ("log_dir/23000.log", "root", "cannot read and write"),
        ("", 0o700, "cannot be entered by nobody, the user of the instances"),
    ],
)
def test_what_the_services_user_cannot_use_is_refused_before_it_has_to(prepared, host_directory, path, change, text):
    if isinstance(change, str):
        os.chown(host_directory / path, 0, 0)
    else:
        os.chmod(host_directory / path, change)
    message = refused("preflight", prepared)["msg"]
    assert text in message
    assert str(host_directory / path) in message
    assert "Nothing has been changed." in message


def test_a_disk_that_is_too_small_for_the_data_is_refused_and_accepted_by_name(prepared):
    instance = {"port": PORTS[0], "maxmemory": 2**50, "persistent": True}
    with small_disk(prepared["data_dir"], "1m"):
        given = {**prepared, "instances": [instance], "accept_memory_overcommit": True}
        message = refused("preflight", given)["msg"]
        assert f"the disk of {prepared['data_dir']}" in message
        assert "set redis_node_accept_disk_overcommit" in message
        assert converged("preflight", {**given, "accept_disk_overcommit": True})["warnings"]


@contextlib.contextmanager
def small_disk(directory, size):
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", directory], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", directory], check=True)


def test_a_python_that_no_package_serves_is_named():
    # A Python of its own, as the tests' is, without site packages.
    code = (
        "import sys; from ansible_collections.almashooq.redis.plugins.module_utils._preflight import interpreter; "
        "print(*interpreter.trouble())"
    )
    environment = {"PYTHONPATH": str(ROOT / ".collections")}
    told = subprocess.run(
        [sys.executable, "-S", "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert told.startswith(f"ansible_python_interpreter is {sys.executable}, which has no module redis")
    assert "-m pip install redis" in told
