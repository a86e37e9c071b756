# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The deployment's lock of modules that change the servers of one host.  Ports 21560 to 21579, 23580 and 23581."""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys
import time
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._client import Access, Client
from ansible_collections.almashooq.redis.plugins.module_utils._lock_rules import Holder, shared_key
from ansible_collections.almashooq.redis.plugins.module_utils._locking import Lock

from .engines import name, servers
from .fleet import until
from .instances import ADMIN, USER
from .locks import SecondRun, lock
from .module_runner import ROOT, converged, finish_module, refused, start_module
from .test_config_live import Deployment
from .test_daemon import Daemons
from .test_sentinel_config import SECRETS, Host, monitor

PORT = 21560
ACCESS = Access("admin", ADMIN, timeout=2)
RUN_BY = {"host": "control1", "user": "alice", "playbook": "site.yml", "run": "ansible-local-1"}
OTHER = "site.yml of bob on control1"
LIVE = {"repl-timeout": 45}
USERS = [{"name": "app", "rules": "+ping"}]


@pytest.fixture(params=servers(), ids=name)
def each(request: pytest.FixtureRequest) -> t.Iterator[Deployment]:
    """A primary and a replica of each engine."""
    with Deployment(request.param, PORT, 2) as made:
        made.form()
        yield made


@pytest.fixture
def pair() -> t.Iterator[Deployment]:
    """A primary and a replica of one engine, for what does not depend on it."""
    with Deployment(servers()[0], PORT, 2) as made:
        made.form()
        yield made


def of_first(deployment: Deployment, settings: t.Mapping[str, t.Any] | None = None, **more: t.Any) -> dict[str, t.Any]:
    """Return the options of the primary's host, on which the replica is not."""
    options = {**deployment.config(settings), "run_by": RUN_BY, **more}
    return {**options, "instances": options["instances"][:1]}


def files(deployment: Deployment) -> dict[pathlib.Path, str]:
    """Return all managed files."""
    return {path: path.read_text() for path in (deployment.base / "config").iterdir()}


@pytest.mark.parametrize("number", [0, 1], ids=["at the instance itself", "at a replica on another host"])
@pytest.mark.parametrize("change", [{"settings": LIVE}, {"users": USERS}], ids=["a live setting", "users"])
def test_an_instance_is_not_changed_while_another_run_has_the_lock(
    pair: Deployment, number: int, change: dict[str, t.Any]
) -> None:
    before = files(pair)
    options = of_first(pair, **change, timeout=3)
    other = lock([pair.ports[number]], ACCESS, "bob")
    other.take(5)
    try:
        # The preflight, in check mode, waits for nobody.
        assert converged("instance", options, check=True)["changed"]
        refusal = refused("instance", options)
    finally:
        other.release()
    assert refusal["error"] == "locked"
    assert OTHER in refusal["msg"]
    assert (refusal["done"], refusal["changed"]) == ([], False)
    assert files(pair) == before
    assert pair.values("repl-timeout") == ["60", "60"]
    assert converged("instance", options)["changed"]


def test_another_run_waits_until_an_instance_is_changed_although_loading_users_breaks_the_lock(
    each: Deployment,
) -> None:
    # Settings twice, so that users are loaded between two phases that need the lock.
    process = start_module("instance", {**each.config(LIVE, users=USERS), "run_by": RUN_BY})
    until(lambda: "45" in each.values("repl-timeout"), "the first change")
    assert process.poll() is None
    with SecondRun(each.ports, ACCESS) as second:
        result = finish_module(process)
        ended = time.monotonic()
        took = second.wait()
    assert result["rc"] == 0, result
    # What is left of the module after it has given the lock back is the end of a process.
    assert took > ended - 0.5
    assert each.values("repl-timeout") == ["45", "45"]
    assert all("app" in "".join(each.client(port).acl_list()) for port in each.ports)


def test_hosts_of_one_run_do_not_wait_for_each_other(pair: Deployment) -> None:
    clients = [Client("127.0.0.1", port, ACCESS) for port in pair.ports]
    sibling = Lock(clients, Holder("control1", "alice", "site.yml"), key=shared_key(RUN_BY))
    sibling.take(5)
    try:
        assert converged("instance", of_first(pair, LIVE, timeout=3))["changed"]
        # The next run of the same playbook is another run.
        next_run = {**RUN_BY, "run": "ansible-local-2"}
        assert refused("instance", of_first(pair, {}, timeout=3, run_by=next_run))["error"] == "locked"
    finally:
        sibling.release()


def test_all_hosts_of_one_run_have_its_name_and_another_run_has_another(tmp_path: pathlib.Path) -> None:
    def names() -> list[str]:
        home = str(tmp_path)
        options = {"instances": [{"port": 1, "address": "127.0.0.1"}], "admin_password": "x", "state": "stopped",
                   "user": USER, "group": "nogroup", "run_dir": home, "data_dir": home}  # fmt: skip
        command = ["all", "--inventory=one,two,", "--connection=local", "-vvv", "--module-name"]
        ended = subprocess.run(
            [sys.executable, "-m", "ansible", "adhoc", *command, "almashooq.redis.instance_daemon",
             f"--args={json.dumps(options)}", f"--extra-vars=ansible_python_interpreter={sys.executable}"],
            cwd=ROOT, env={**os.environ, "ANSIBLE_NOCOLOR": "1"}, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=True,
        )  # fmt: skip
        return re.findall(r"\brun\W+(ansible-local-\w+)", ended.stdout)

    first, again = names(), names()
    assert (len(first), len(again)) == (2, 2)
    assert (len({*first}), len({*again})) == (1, 1)
    assert first != again


def test_a_member_that_is_down_or_lets_nobody_in_does_not_keep_an_instance_from_being_fixed(pair: Deployment) -> None:
    second = pair.client(pair.ports[1])
    second.execute_command("ACL", "SETUSER", "admin", "resetpass", ">another")
    done = converged("instance", of_first(pair, LIVE))
    assert done["changed"]
    assert f"127.0.0.1:{pair.ports[1]}" in str(done["warnings"])
    assert "at this host alone" in str(done["warnings"])
    pair.end(pair.ports[1])
    done = converged("instance", of_first(pair))
    assert done["changed"]
    assert "warnings" not in done
    pair.end(pair.ports[0])
    assert converged("instance", of_first(pair, {"appendfsync": "always"}))["changed"]


def test_a_daemon_is_not_stopped_while_another_run_has_the_lock() -> None:
    with Daemons(servers()[0], PORT + 10, count=2) as made:
        converged("instance", made.config())
        converged("instance_daemon", made.daemon())
        pids = [made.pids(port) for port in made.ports]
        other = lock(made.ports[1:], ACCESS, "bob")
        other.take(5)
        try:
            refusal = refused("instance_daemon", made.daemon("stopped", timeout=3))
            assert [made.pids(port) for port in made.ports] == pids
            assert all(pids)
        finally:
            other.release()
        assert refusal["error"] == "locked"
        assert OTHER in refusal["msg"]
        assert len(converged("instance_daemon", made.daemon("stopped"))["done"]) == 2


def test_a_sentinel_is_not_restarted_while_another_run_has_the_lock_at_its_peer(any_engine: pathlib.Path) -> None:
    with Host(any_engine, 23580) as first, Host(any_engine, 23581) as second:
        for one in (first, second):
            one.converged()
            monitor(one)
        pid = first.pid()
        peers = [{"address": "127.0.0.1", "port": second.port}]
        change: dict[str, t.Any] = {"settings": {"loglevel": "verbose"}, "peers": peers, "timeout": 3}
        managed = first.directory / "config" / f"{first.port}.conf"
        before = managed.read_text()
        other = lock([second.port], Access("admin", SECRETS["admin"], timeout=2), "bob")
        other.take(5)
        try:
            refusal = first.run(**change)
        finally:
            other.release()
        assert refusal["error"] == "locked", refusal
        assert OTHER in refusal["msg"]
        assert refusal["done"] == []
        assert (managed.read_text(), first.pid()) == (before, pid)
        first.converged(**change)
        assert first.pid() != pid
