# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module sentinel_config against real Sentinels that run as daemons of another user."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import tempfile
import typing as t

import pytest
import redis

from .fleet import alive, remove, until
from .module_runner import finish_module, run_module, start_module
from .sentinel_fleet import SECRETS as FLEET
from .sentinel_fleet import SentinelFleet

PORT, PEER, NOBODY_THERE = 23590, 23591, 23599
SECRETS = {"admin": "admin-horse", "peer": "peer-battery", "client": "client-staple", "auth": "auth-tray"}


class Host:
    """One host's Sentinel in a directory of its own, and the options of the module for it."""

    def __init__(self, engine: pathlib.Path, port: int = PORT) -> None:
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="sentinel-host-"))
        self.directory.chmod(0o755)
        self.port = port
        self.hook = self.directory / "hook"
        self.hook.write_text("#!/bin/sh\n")
        self.hook.chmod(0o755)
        self.options: dict[str, t.Any] = {
            "server": str(next(engine.glob("*-server"))),
            "user": "nobody",
            "group": "nogroup",
            **{f"{name}_dir": str(self.directory / name) for name in ("config", "data", "log", "run")},
            "address": "127.0.0.1",
            "port": port,
            "admin_password": SECRETS["admin"],
            "peer_password": SECRETS["peer"],
            "client_password": SECRETS["client"],
            "sets": ["main"],
            "auth_user": "sentinel",
            "auth_password": SECRETS["auth"],
            "timeout": 20,
        }

    def __enter__(self) -> Host:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()
        remove(self.directory)

    def run(self, *, how: dict[str, t.Any] | None = None, **changes: t.Any) -> dict[str, t.Any]:
        result = run_module("sentinel_config", {**self.options, **changes}, **(how or {}))
        assert not [secret for secret in SECRETS.values() if secret in str({**result, "invocation": None})]
        return result

    def converged(self, **changes: t.Any) -> dict[str, t.Any]:
        result = self.run(**changes)
        assert "msg" not in result, result["msg"]
        again = self.run(**changes)
        assert (again["changed"], again["plan"]) == (False, []), again
        return result

    def client(self, user: str = "admin", **options: t.Any) -> redis.Redis:
        secret = SECRETS.get(user, SECRETS["admin"])
        return redis.Redis("127.0.0.1", self.port, username=user, password=secret, decode_responses=True, **options)

    def pid(self) -> int:
        with self.client() as client:
            return int(client.info("server")["process_id"])

    @property
    def own_file(self) -> pathlib.Path:
        return self.directory / "data" / str(self.port) / "sentinel.conf"

    def stop(self) -> None:
        with contextlib.suppress(redis.exceptions.RedisError):
            pid = self.pid()
            os.kill(pid, signal.SIGTERM)
            until(lambda: not alive(pid), "Sentinel to end")


@pytest.fixture
def host(engine: pathlib.Path) -> t.Iterator[Host]:
    with Host(engine) as one:
        yield one


def monitor(host: Host) -> None:
    with host.client() as client:
        client.execute_command("SENTINEL", "MONITOR", "main", "127.0.0.1", NOBODY_THERE, 2)


def test_check_mode_tells_the_plan_and_touches_nothing(host: Host) -> None:
    before = sorted(path.name for path in host.directory.iterdir())
    told = host.run(how={"check": True, "diff": True})
    assert told["changed"]
    assert sorted(path.name for path in host.directory.iterdir()) == before
    assert [step["step"] for step in host.run()["done"]] == told["plan"]


def test_check_mode_plans_with_hooks_that_the_same_run_installs(host: Host) -> None:
    """On a host that has the engine, but not the hooks yet."""
    hooks = {"notification_script": str(host.hook), "client_reconfig_script": str(host.hook)}
    host.hook.unlink()
    assert "is not there" in host.run(**hooks, how={"check": True})["msg"]
    told = host.run(**hooks, scripts_to_come=[str(host.hook)], how={"check": True})
    assert "msg" not in told, told
    host.hook.write_text("#!/bin/sh\n")
    host.hook.chmod(0o755)
    assert host.converged(**hooks)["plan"] == told["plan"]


def test_a_fresh_host_runs_a_closed_sentinel_and_a_second_run_changes_nothing(host: Host) -> None:
    assert host.converged()["running"]
    with redis.Redis("127.0.0.1", host.port) as anonymous, pytest.raises(redis.exceptions.AuthenticationError):
        anonymous.ping()
    with host.client("client") as client:
        assert client.execute_command("SENTINEL", "MASTERS") == []
        with pytest.raises(redis.exceptions.NoPermissionError):
            client.execute_command("SENTINEL", "MONITOR", "x", "127.0.0.1", 1, 1)
    for path in (host.own_file, host.directory / "config" / f"{PORT}.conf", host.directory / "config" / f"{PORT}.acl"):
        assert path.stat().st_mode & 0o007 == 0


def test_hooks_are_put_into_the_file_of_the_stopped_sentinel_and_nothing_else_is_changed(host: Host) -> None:
    host.converged()
    monitor(host)
    host.converged()
    pid, before = host.pid(), set(host.own_file.read_text().splitlines())
    result = host.converged(notification_script=str(host.hook), client_reconfig_script=str(host.hook))
    assert result["plan"] == [f"127.0.0.1:{PORT}: restart for the hooks of main"]
    assert host.pid() != pid
    with host.client() as client:
        seen = client.execute_command("SENTINEL", "MASTER", "main")
    assert str(host.hook) in str(seen)
    added = {line for line in host.own_file.read_text().splitlines() if "script" in line}
    assert len(added) == 2
    assert {line for line in before if line.startswith("sentinel m")} <= set(host.own_file.read_text().splitlines())


def test_the_login_at_the_instances_is_set_while_it_runs(host: Host) -> None:
    host.converged()
    monitor(host)
    pid = host.pid()
    assert host.converged()["plan"] == [f"127.0.0.1:{PORT}: log in at the instances of main as sentinel"]
    assert host.pid() == pid
    assert SECRETS["auth"] in host.own_file.read_text()


def test_a_login_that_the_instances_do_not_take_is_refused(engine: pathlib.Path) -> None:
    with SentinelFleet(engine, [23580], [23585]) as fleet, Host(engine) as host:
        host.converged(auth_password=SECRETS["auth"])
        with host.client() as client:
            client.execute_command("SENTINEL", "MONITOR", "main", "127.0.0.1", fleet.ports[0], 1)
        told = host.run(auth_user="sentinel", auth_password="wrong")
        assert "refuses the login of Sentinel" in told["msg"]
        assert "wrong" not in host.own_file.read_text()
        right = host.run(auth_user="sentinel", auth_password=FLEET["sentinel"])
        assert right["changed"]
        assert FLEET["sentinel"] in host.own_file.read_text()


def test_users_are_loaded_while_it_runs(host: Host) -> None:
    host.converged()
    pid = host.pid()
    host.converged(client_user="other", users=[{"name": "more", "password": "x1", "rules": "+ping"}])
    assert host.pid() == pid
    with redis.Redis("127.0.0.1", host.port, username="more", password="x1") as client:
        assert client.ping()


def test_a_user_of_sentinel_has_several_passwords_at_a_time(host: Host) -> None:
    def refuses(password: str) -> bool:
        with redis.Redis("127.0.0.1", host.port, username="more", password=password) as client:
            try:
                return not client.ping()
            except redis.exceptions.AuthenticationError:
                return True

    host.converged(users=[{"name": "more", "password": "the first one", "rules": "+ping"}])
    pid = host.pid()
    both = {"name": "more", "password": "the first one", "passwords": ["the second one"], "rules": "+ping"}
    host.converged(users=[both])
    assert (refuses("the first one"), refuses("the second one")) == (False, False)
    host.converged(users=[{"name": "more", "passwords": ["the second one"], "rules": "+ping"}])
    assert (refuses("the first one"), refuses("the second one")) == (True, False)
    assert host.pid() == pid


def test_settings_take_one_restart(host: Host) -> None:
    host.converged()
    pid = host.pid()
    host.converged(settings={"loglevel": "verbose"})
    assert host.pid() != pid
    assert "loglevel verbose" in (host.directory / "config" / f"{PORT}.conf").read_text()


def test_a_run_that_was_killed_before_the_restart_is_finished_by_the_next(host: Host) -> None:
    host.converged()
    pid = host.pid()
    # As if a run had written the file and then been killed: it is younger than the process.
    managed = host.directory / "config" / f"{PORT}.conf"
    managed.touch()
    assert host.converged()["plan"] == [f"127.0.0.1:{PORT}: restart for its settings"]
    assert host.pid() != pid


def test_killed_anywhere_the_next_run_makes_a_whole_of_it(host: Host) -> None:
    for seconds in (0.15, 0.3, 0.4, 0.5):
        process = start_module("sentinel_config", {**host.options, "settings": {"loglevel": "verbose"}})
        with contextlib.suppress(Exception):
            process.wait(seconds)
        process.kill()
        process.communicate()
    assert host.converged(settings={"loglevel": "verbose"})["running"]


def test_it_is_not_restarted_while_another_sentinel_is_down(host: Host) -> None:
    host.converged()
    monitor(host)
    host.converged()
    pid = host.pid()
    peers = [{"address": "127.0.0.1", "port": PEER}]
    told = host.run(settings={"loglevel": "verbose"}, peers=peers)
    assert f"Sentinel 127.0.0.1:{PEER} is not up" in told["msg"]
    assert host.pid() == pid


REFUSED = {
    "a value that the engine does not take": ({"settings": {"loglevel": "loud"}}, "loglevel loud"),
    "a directive that there is not": ({"settings": {"nonsense": 1}}, "nonsense"),
    "what Sentinel watches": ({"settings": {"sentinel": "monitor x 127.0.0.1 1 1"}}, "almashooq.redis.sentinel"),
    "a port that has an option": ({"settings": {"port": 1}}, "option 'port'"),
    "a line feed in a value": ({"settings": {"loglevel": "notice\nport 1"}}, "control character"),
    "a hook that is not there": ({"notification_script": "/nonexistent/hook"}, "is not there"),
    "a hook that is not executable": ({"client_reconfig_script": "/etc/passwd"}, "is not executable"),
    "a password that does not stay one word": ({"auth_password": "two words"}, "has a space"),
    "a name that does not": ({"sets": ["my set"]}, "is not a valid name for a replication set"),
    "an address that is none": ({"address": "redis1"}, "is not an IP address"),
}


@pytest.mark.parametrize(("changes", "said"), REFUSED.values(), ids=REFUSED)
def test_refused_before_anything_is_changed(changes: dict[str, t.Any], said: str, any_engine: pathlib.Path) -> None:
    with Host(any_engine) as host:
        host.converged()
        pid, files = host.pid(), {path: path.read_bytes() for path in (host.directory / "config").iterdir()}
        told = host.run(**changes)
        assert said in told["msg"]
        assert not told["changed"]
        assert host.pid() == pid
        assert {path: path.read_bytes() for path in (host.directory / "config").iterdir()} == files


def test_a_wrong_password_is_told(any_engine: pathlib.Path) -> None:
    with Host(any_engine) as host:
        host.converged()
        process = start_module("sentinel_config", {**host.options, "admin_password": "wrong"})
        assert finish_module(process)["error"] == "authentication"
