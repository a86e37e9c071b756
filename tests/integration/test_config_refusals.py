# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input for the module ``instance``: a clear error, and nothing changed.  Ports 21300 to 21499."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import socket
import subprocess

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._managed import files

from .engines import name, servers
from .fleet import alive, until
from .instances import Instances
from .module_runner import converged, finish_module, refused, start_module

PORT = 21300


@pytest.fixture
def instance():
    """One instance of one engine."""
    with Instances(servers()[0], PORT) as made:
        yield made


@pytest.fixture
def running(instance):
    """The same, configured and started."""
    converged("instance", instance.config({"maxmemory": "10mb"}))
    instance.start()
    return instance


def state_of(instance):
    """Everything that a refused run must not touch: files, and the settings of the running server."""
    files = {path: path.read_bytes() for path in instance.base.rglob("*") if path.is_file() and "log" not in path.parts}
    return files, instance.client().config_get("*"), instance.client().acl_list()


@pytest.mark.parametrize("server", servers(), ids=name)
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"maxmemroy": "6gb"}, ["maxmemroy 6gb", "did you mean 'maxmemory'"]),
        ({"hz": 20, "rename-comand": "flushall x"}, ["rename-comand flushall x", "has no directive 'rename-comand'"]),
        ({"maxmemory": "much"}, ["maxmemory much", "memory value"]),
        ({"appendfsync": "sometimes"}, ["appendfsync sometimes"]),
        ({"hz": 20, "save": ["900"]}, ["save 900"]),
    ],
    ids=[
        "an unknown directive",
        "one that is like no other",
        "a value of the wrong kind",
        "an unknown choice",
        "half a save line",
    ],
)
def test_what_the_engine_refuses_is_refused_in_its_words(server, settings, words):
    with Instances(server, PORT + 10) as instance:
        message = refused("instance", instance.config(settings))["msg"]
        assert "refuses the settings of instance" in message
        for word in words:
            assert word in message
        assert list(instance.base.iterdir()) == []


def test_a_running_instance_is_not_touched_by_a_refused_setting(running):
    before = state_of(running)
    refused("instance", running.config({"maxmemory": "20mb", "no-such": 1}, users=[{"name": "x", "rules": "+ping"}]))
    assert state_of(running) == before


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"replicaof": "127.0.0.1 1"}, "live topology"),
        ({"SlaveOf": "127.0.0.1 1"}, "live topology"),
        ({"masterauth": "x"}, "replication_password"),
        ({"user": "x on nopass"}, "'users'"),
        ({"tls-key-file-pass": "x"}, "secret_settings"),
        ({"rename-command": "CONFIG hidden"}, "CONFIG"),
        ({"rename-command": ['KEYS ""', 'DEL ""']}, "DEL cannot be renamed"),
        ({"tls-replication": True}, "without TLS"),
        ({"BIND": "127.0.0.2"}, "own address 127.0.0.1"),
        ({"bind": ["127.0.0.2", "127.0.0.3"]}, "own address 127.0.0.1"),
        ({"hz": [10, 20]}, "keep only the last one"),
        ({"loglevel": "notice\nmaxmemory 1"}, "control character"),
        ({"loglevel\ninclude": "/x"}, "is not a name of a directive"),
        ({"loglevel": {"a": 1}}, "neither a line nor a list"),
    ],
)
def test_what_is_not_the_users_to_set_is_refused_with_the_way_out(instance, settings, word):
    assert word in refused("instance", instance.config(settings))["msg"]
    assert list(instance.base.iterdir()) == []


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("no-such-name.invalid", "is not an IP address"),
        ("0.0.0.0", "every address"),
        ("203.0.113.7", "not an address of this"),
    ],
)
def test_an_address_that_cannot_be_had_is_refused(instance, address, word):
    options = instance.config()
    options["instances"][0]["address"] = address
    assert word in refused("instance", options)["msg"]
    assert list(instance.base.iterdir()) == []


@contextlib.contextmanager
def read_only(path: pathlib.Path):
    """Mount a directory or a file on itself, read-only: root cannot write it either, nor replace it."""
    subprocess.run(["mount", "--bind", str(path), str(path)], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", str(path)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(path)], check=True)


def test_a_config_directory_that_cannot_be_written_is_found_before_anything_is_changed(running):
    before = state_of(running)
    with read_only(running.managed().parent):
        message = refused("instance", running.config({"maxmemory": "20mb"}))["msg"]
        assert str(running.managed().parent) in message
        assert "read-write" in message
        assert "20mb" not in running.managed().read_text()
        assert state_of(running) == before
        # With nothing to write there is nothing to refuse.
        assert converged("instance", running.config({"maxmemory": "10mb"}))["changed"] is False
    assert converged("instance", running.config({"maxmemory": "20mb"}))["changed"] is True


def test_a_managed_file_that_cannot_be_replaced_is_found_before_anything_is_changed(running):
    with read_only(running.managed()):
        assert str(running.managed()) in refused("instance", running.config({"maxmemory": "20mb"}))["msg"]
    assert running.client().config_get("maxmemory") == {"maxmemory": "10485760"}


def test_a_wrong_password_names_the_node_and_the_way_out(running):
    before = state_of(running)
    result = refused("instance", running.config({"maxmemory": "20mb"}, admin_password="wrong"))
    assert result["error"] == "authentication"
    assert f"127.0.0.1:{PORT}" in result["msg"]
    assert "admin_password_old" in result["msg"]
    assert state_of(running) == before


def test_a_frozen_instance_is_an_error_that_names_it(running):
    running.signal(PORT, signal.SIGSTOP)
    result = refused("instance", running.config(timeout=1))
    assert f"127.0.0.1:{PORT}" in result["msg"]
    assert f"pid {running.pid(PORT)}" in result["msg"]


@pytest.mark.parametrize("where", ["127.0.0.1", "0.0.0.0"])
def test_another_program_on_the_port_is_named(instance, where):
    with socket.create_server((where, PORT)) as stranger:
        message = refused("instance", instance.config())["msg"]
        # It has not even been talked to: it must not learn the password.
        stranger.setblocking(False)
        with pytest.raises(BlockingIOError):
            stranger.accept()
    name = pathlib.Path("/proc/self/comm").read_text(encoding="ascii").strip()
    assert f"port {PORT} is held by {name}" in message
    assert f"(pid {os.getpid()})" in message
    assert list(instance.base.iterdir()) == []


def test_another_program_on_the_bus_port_is_named():
    with Instances(servers()[0], PORT, cluster=True) as instance:
        with socket.create_server(("127.0.0.1", PORT + 10000)):
            assert f"bus port {PORT + 10000} is held by" in refused("instance", instance.config())["msg"]
        assert list(instance.base.iterdir()) == []


def test_another_server_with_the_same_login_is_not_taken_for_the_instance(running):
    with Instances(servers()[0], PORT) as other:
        message = refused("instance", other.config({"maxmemory": "20mb"}))["msg"]
        assert "another configuration file" in message
        assert list(other.base.iterdir()) == []


def test_more_memory_than_the_host_has_is_refused_with_the_numbers():
    total = int(pathlib.Path("/proc/meminfo").read_text().split()[1]) * 1024
    half = total // 2 + 2**30
    with Instances(servers()[0], PORT, count=2) as pair:
        result = refused("instance", pair.config({"maxmemory": half}))
        assert f"{PORT}: {half / 2**30:.1f} GiB" in result["msg"]
        assert result["memory"]["total"] == 2 * half
        assert list(pair.base.iterdir()) == []
        converged("instance", pair.config({"maxmemory": half}, accept_memory_overcommit=True))
        # Instances that this call does not name count as well.
        alone = pair.config({"maxmemory": half})
        alone["instances"] = alone["instances"][:1]
        assert f"{PORT + 1}.conf: {half / 2**30:.1f} GiB" in refused("instance", alone)["msg"]


def test_two_runs_at_once_wait_for_one_another(instance):
    options = instance.config()
    outcomes = [finish_module(one) for one in [start_module("instance", options) for _run in range(3)]]
    assert [one["rc"] for one in outcomes] == [0, 0, 0]
    assert sorted(one["changed"] for one in outcomes) == [False, False, True]


def test_a_run_that_waits_in_vain_for_another_says_so(instance):
    with files.hold_lock(str(instance.managed().parent), 1):
        result = refused("instance", instance.config(timeout=0.5))
    assert result["error"] == "locked"
    assert str(instance.managed().parent) in result["msg"]
    converged("instance", instance.config())


def test_a_missing_engine_and_a_missing_user_are_said(instance):
    expected = "/usr/bin/env is not a server that can be run: its --version has no version. Install the engine"
    assert expected in refused("instance", instance.config(server="/usr/bin/env"))["msg"]
    assert "does not exist" in refused("instance", instance.config(user="no-such-user"))["msg"]


def test_a_killed_run_leaves_nothing_behind_and_the_next_one_converges():
    def probes():
        """Return the directories of throwaway servers; others of the machine may have some, too."""
        return set(pathlib.Path("/run").glob("redis-probe-*"))

    def used_by(pids):
        return probes() & {pathlib.Path(f"/proc/{pid}/cwd").resolve() for pid in pids}

    with Instances(servers()[0], PORT, count=12) as many:
        options = many.config()
        # Each is another question to the engine, so that the throwaway servers are there for a while.
        for number, one in enumerate(options["instances"]):
            one["settings"] = {"hz": 10 + number}
        module = start_module("instance", options)
        until(lambda: used_by(children(module.pid)), "the throwaway servers")
        throwaway = children(module.pid)
        left = used_by(throwaway)
        module.kill()
        module.communicate()
        until(lambda: not any(alive(pid) for pid in throwaway), "the end of the throwaway servers")
        assert left & probes()
        converged("instance", options)
        assert not left & probes()
        assert converged("instance", options)["changed"] is False


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    with contextlib.suppress(OSError):
        return [int(word) for word in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []
