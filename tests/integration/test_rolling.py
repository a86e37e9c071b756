# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module rolling_step on real deployments: every member is restarted, and an application loses nothing."""

from __future__ import annotations

import contextlib
import datetime
import os
import pathlib
import re
import shutil
import signal
import tempfile
import threading
import typing as t

import pytest
import redis

from .engines import name, servers
from .fleet import until
from .module_runner import converged, finish_module, refused, start_module
from .rolling import HOSTS, Cluster, Counter, Deployment, Set
from .witness import Witness, connect

FAILOVER = 15.0  # s: less than twice the failover-timeout of these sets


@pytest.fixture(params=servers(), ids=name)
def cluster(request: pytest.FixtureRequest, first_port: int) -> t.Iterator[Cluster]:
    with Cluster(request.param, first_port) as deployment:
        yield deployment


@pytest.fixture(params=servers(), ids=name)
def replicated(request: pytest.FixtureRequest, first_port: int) -> t.Iterator[Set]:
    with Set(request.param, first_port) as deployment:
        yield deployment


def assert_whole(deployment: Deployment, before: t.Mapping[str, str]) -> None:
    """Check that each member is another process than before, and that nothing is left to be restarted."""
    after = deployment.run_ids()
    assert sorted(after) == sorted(before)
    assert not {one for one in before if before[one] == after[one]}


def assert_nothing_lost(application: Counter, report: t.Mapping[str, t.Any]) -> None:
    """Check both applications: redis-py's, and that of ioredis, by its report."""
    print(f"redis-py: longest gap {application.longest_gap():.3f} s, errors {application.errors[:5]}")
    print(f"ioredis: { ({**report, 'lost': len(report['lost'])}) }")
    assert application.lost() == []
    assert report["lost"] == []


def test_a_whole_cluster_is_restarted_under_writes(cluster: Cluster, tmp_path: pathlib.Path) -> None:
    before = cluster.run_ids()
    planned = cluster.plan()
    words = [line.split()[0] for line in planned["plan"]]
    assert words == ["set"] + ["restart"] * 3 + ["switch", "restart"] * 3 + ["set"]
    assert cluster.run_ids() == before
    with Counter(cluster) as application, Witness("ioredis", connect(cluster, tmp_path), tmp_path) as witness:
        done = cluster.roll(planned)
        witness.wait_for_more()
        report = witness.report()
    assert done == planned["plan"]
    assert_whole(cluster, before)
    assert_nothing_lost(application, report)


def test_a_whole_set_with_its_sentinels_is_restarted_under_writes(replicated: Set, tmp_path: pathlib.Path) -> None:
    before = replicated.run_ids()
    planned = replicated.plan()
    assert [line.split()[0] for line in planned["plan"]] == ["restart"] * 2 + ["switch"] + ["restart"] * 4
    with Counter(replicated) as application, Witness("ioredis", connect(replicated, tmp_path), tmp_path) as witness:
        replicated.roll(planned)
        witness.wait_for_more()
        report = witness.report()
    assert_whole(replicated, before)
    assert_nothing_lost(application, report)


def test_a_set_is_restarted_under_writes_and_its_primary_returns(replicated: Set, tmp_path: pathlib.Path) -> None:
    former, (port,) = replicated.primaries(), replicated.primaries()
    before, returning = replicated.run_ids(), {"return_primaries": True}
    planned = replicated.plan(**returning)
    assert [line.split()[0] for line in planned["plan"]][-3:] == ["set", "switch", "set"]
    with Counter(replicated) as application, Witness("ioredis", connect(replicated, tmp_path), tmp_path) as witness:
        done = replicated.roll(planned, **returning)
        witness.wait_for_more()
        report = witness.report()
    assert done[-1] == f"set replica-priority of {instance_name(port)} to 100"
    assert replicated.primaries() == former
    assert_whole(replicated, before)
    assert_nothing_lost(application, report)
    assert priorities(replicated) == dict.fromkeys(replicated.ports, "100")
    file = replicated.base / "data" / str(port) / "redis.conf"
    assert not re.search(r"^replica-priority 1$", file.read_text(), re.MULTILINE)
    # Two switchovers do not keep the Sentinels from a failover: each begins their time anew.
    with replicated.client(port) as client:
        os.kill(int(t.cast("dict[str, t.Any]", client.info("server"))["process_id"]), signal.SIGKILL)
    others = [each for each in replicated.ports if each != port]
    until(lambda: any(replicated.role(each) == "master" for each in others), "a failover", FAILOVER)


def priorities(deployment: Deployment) -> dict[int, str]:
    """Return the replica-priority of each instance that answers."""
    found = {}
    for port in deployment.ports:
        with contextlib.suppress(redis.exceptions.ConnectionError), deployment.client(port) as client:
            found[port] = t.cast("dict[str, str]", client.config_get("replica-priority"))["replica-priority"]
    return found


def test_a_return_that_is_killed_before_its_switchover_leaves_no_priority_behind(first_port: int) -> None:
    with Set(servers()[0], first_port) as replicated:
        (port,) = replicated.primaries()
        known = replicated.plan(instance_name(port), return_primaries=True)
        call = start_module("rolling_step", replicated.step(known, return_primaries=True))
        until(lambda: priorities(replicated).get(port) == "1", "the former primary to be preferred", FAILOVER)
        call.kill()
        call.communicate()
        known = replicated.plan(needs=[])
        assert known["plan"] == [f"set replica-priority of {instance_name(port)} to 100"]
        assert replicated.roll(known) == known["plan"]
        assert priorities(replicated) == dict.fromkeys(replicated.ports, "100")
        assert replicated.plan(needs=[])["plan"] == []


def test_a_plan_waits_for_what_passes_by_itself(replicated: Set) -> None:
    replica = replicated.ports[1]
    over = threading.Event()

    def disconnect() -> None:
        # The user stays on: Sentinel keeps a connection that it could not log in to for 15 s.
        with replicated.client(replica) as client:
            while not over.wait(0.02):
                client.execute_command("CLIENT", "KILL", "USER", "sentinel")

    again = threading.Timer(1.0, over.set)
    thread = threading.Thread(target=disconnect)
    thread.start()
    try:
        with replicated.member(replicated.sentinel_ports[0]) as sentinel:
            until(lambda: "disconnected" in str(sentinel.execute_command("SENTINEL REPLICAS", "main")), "a lost link")
        again.start()
        assert replicated.plan(instance_name(replica))["plan"]
        assert over.is_set()
    finally:
        over.set()
        thread.join()


@pytest.fixture
def one_cluster(first_port: int) -> t.Iterator[Cluster]:
    """A cluster of one engine, for what does not depend on it."""
    with Cluster(servers()[0], first_port) as deployment:
        yield deployment


def test_members_of_one_host_are_restarted_together_where_that_is_wanted(
    one_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    primaries = one_cluster.primaries()
    monkeypatch.setattr(one_cluster, "host", lambda port: HOSTS[0] if port in primaries else HOSTS[1])
    before = one_cluster.run_ids()
    planned = one_cluster.plan(parallel=2)
    replicas, primaries_too = ["restart together", "restart"], ["switch", "switch", "restart together"]
    words = [" ".join(line.split()[: 2 if "together" in line else 1]) for line in planned["plan"]]
    assert words == ["set", *replicas, *primaries_too, "switch", "restart", "set"]
    with Counter(one_cluster) as application:
        done = one_cluster.roll(planned, parallel=2)
    assert done == planned["plan"]
    assert_whole(one_cluster, before)
    assert application.lost() == []


def of_shard(cluster: Cluster, primary: int) -> int:
    """Return the replica of a primary."""
    for port in cluster.ports:
        with cluster.client(port) as client:
            said = t.cast("list[t.Any]", client.role())
        if said[0] == "slave" and int(said[2]) == primary:
            return port
    raise AssertionError(f"{primary} has no replica")


def instance_name(port: int) -> str:
    return f"127.0.0.1:{port}"


def test_only_those_that_are_named_are_restarted(one_cluster: Cluster) -> None:
    before = one_cluster.run_ids()
    primary = one_cluster.primaries()[0]
    replica = of_shard(one_cluster, primary)
    done = one_cluster.roll(one_cluster.plan(instance_name(primary)))
    assert [line.split()[0] for line in done] == ["set", "switch", "restart", "set"]
    after = one_cluster.run_ids()
    assert {one for one in before if before[one] != after[one]} == {instance_name(primary)}
    assert one_cluster.role(replica) == "master"


def test_a_canary_is_one_shard_and_primaries_return_where_that_is_wanted(one_cluster: Cluster) -> None:
    primaries = one_cluster.primaries()
    how = {"canary": True, "return_primaries": True}
    before = one_cluster.run_ids()
    done = one_cluster.roll(one_cluster.plan(**how), **how)
    assert [line.split()[0] for line in done] == ["set", "restart", "switch", "restart", "switch", "set"]
    after = one_cluster.run_ids()
    assert len([one for one in before if before[one] != after[one]]) == 2
    assert one_cluster.primaries() == primaries


def test_a_member_that_is_out_of_sync_stops_the_run_before_anything_is_touched(one_cluster: Cluster) -> None:
    before = one_cluster.run_ids()
    primary = one_cluster.primaries()[0]
    lagging = of_shard(one_cluster, one_cluster.primaries()[1])
    planned = one_cluster.plan(instance_name(primary))
    with one_cluster.client(lagging) as client:
        client.config_set("masterauth", "wrong")
        client.execute_command("CLIENT", "KILL", "TYPE", "MASTER")
    until(lambda: "down" in link(one_cluster, lagging), "the link to break")
    needs = [{"node": instance_name(primary), "reasons": ["requested"]}]
    early = refused("rolling_step", one_cluster.options(needs=needs), check=True)["msg"]
    assert f"{instance_name(lagging)} has no link to its primary" in early
    assert "Nothing has been changed" in early
    later = refused("rolling_step", one_cluster.step(planned, timeout=3))["msg"]
    assert f"{instance_name(lagging)} has no link to its primary" in later
    assert "This task has changed nothing" in later
    assert one_cluster.run_ids() == before
    assert one_cluster.role(primary) == "master"


def link(deployment: Deployment, port: int) -> str:
    with deployment.client(port) as client:
        return str(client.info("replication").get("master_link_status"))


def test_a_frozen_member_stops_the_run_and_is_restarted_by_its_name_alone(one_cluster: Cluster) -> None:
    frozen = of_shard(one_cluster, one_cluster.primaries()[0])
    with one_cluster.client(frozen) as client:
        pid = int(client.info("server")["process_id"])
    os.kill(pid, signal.SIGSTOP)
    name_ = instance_name(frozen)
    everyone = refused(
        "rolling_step",
        one_cluster.options(needs=[{"node": one, "reasons": ["requested"]} for one in one_cluster.members()]),
        check=True,
    )
    assert name_ in everyone["msg"]
    os.kill(pid, signal.SIGKILL)
    until(lambda: not pathlib.Path(f"/proc/{pid}/cwd").exists(), "its end")
    needs = [{"node": name_, "reasons": ["requested"], "named": True}]
    planned = converged("rolling_step", one_cluster.options(needs=needs), check=True)
    assert planned["plan"] == [f"restart {name_} (instance that does not answer): requested"]
    one_cluster.roll(planned)
    assert link(one_cluster, frozen) == "up"


def test_a_second_run_waits_and_two_never_have_members_down(one_cluster: Cluster) -> None:
    members = one_cluster.ports[3:5]
    plans = [one_cluster.plan(instance_name(port)) for port in members]
    runs = [start_module("rolling_step", one_cluster.step(plan)) for plan in plans]
    ended = [finish_module(run) for run in runs]
    assert [one["rc"] for one in ended] == [0, 0], ended
    (began, back), (began_too, back_too) = (last_restart(one_cluster, port) for port in members)
    assert back < began_too or back_too < began


def last_restart(deployment: Deployment, port: int) -> tuple[datetime.datetime, datetime.datetime]:
    """Return when a server was stopped, and when the next process was ready, by its log."""
    lines = (deployment.base / "log" / f"{port}.log").read_text().splitlines()
    marks = ("User requested shutdown", "Ready to accept connections")
    last = ([line for line in lines if mark in line][-1] for mark in marks)
    times = [line.partition(" * ")[0].partition(" # ")[0].partition(" ")[2] for line in last]
    began, back = (datetime.datetime.strptime(time, "%d %b %Y %H:%M:%S.%f") for time in times)
    assert began < back
    return began, back


def test_a_primary_alone_is_restarted_offline_and_keeps_its_data_without_persistence(first_port: int) -> None:
    settings = {"save": "", "appendonly": False}
    with Set(servers()[0], first_port, count=1, sentinels=0, **settings) as single:
        name_ = instance_name(single.ports[0])
        needs = [{"node": name_, "reasons": ["requested"]}]
        why = refused("rolling_step", single.options(needs=needs), check=True)["msg"]
        assert f"{name_} is the only member of set main: while it restarts, its data is not available" in why
        with single.client() as client:
            client.set("key", "precious")
        before = single.run_ids()
        single.roll(single.plan(name_, offline=True), offline=True)
        assert single.run_ids() != before
        with single.client() as client:
            assert client.get("key") == "precious"


def test_a_host_reports_what_waits_for_a_restart_and_why(first_port: int) -> None:
    # A copy that can be replaced, as an upgraded package replaces it, on a path that the service user may use.
    with tempfile.TemporaryDirectory(prefix="engine-") as directory:
        os.chmod(directory, 0o755)
        server = pathlib.Path(shutil.copy(servers()[0], directory))
        with Set(server, first_port, count=1, sentinels=0, databases=16) as single:
            name_ = instance_name(single.ports[0])

            def reported() -> t.Any:
                found = converged("rolling_host_info", {"servers": single.servers(single.host(single.ports[0]))})
                (member,) = found["members"]
                assert (member["node"], member["kind"], found["changed"]) == (name_, "instance", False)
                return member

            before = reported()
            assert (before["running"], before["reasons"]) == (True, [])
            with single.client() as client:
                assert before["installed"] == f"redis {client.info('server')['redis_version']}"
            converged("instance", single.config({"databases": 20, "maxmemory": "50mb", "min-replicas-to-write": 0}))
            assert reported()["reasons"] == ["databases is 16, will be 20"]
            shutil.copy(servers()[0], server.with_suffix(".new"))
            server.with_suffix(".new").rename(server)
            assert reported()["reasons"] == [
                "databases is 16, will be 20",
                f"{server} is another program than the one that runs",
            ]
            single.roll(single.plan(name_, offline=True), offline=True)
            assert reported()["reasons"] == []
            with single.client() as client:
                client.shutdown(nosave=True)
            until(lambda: reported()["running"] is False, "the host to report that it does not run")


def test_a_pair_whose_writes_need_its_replica_is_restarted_with_consent(first_port: int) -> None:
    with Set(servers()[0], first_port, count=2, **{"min-replicas-to-write": 1}) as pair:
        instances = [instance_name(port) for port in pair.ports]
        needs = [{"node": each, "reasons": ["requested"]} for each in instances]
        why = refused("rolling_step", pair.options(needs=needs), check=True)["msg"]
        assert "accepts writes only with 1 replica(s) (min-replicas-to-write), and 0 would be left" in why
        assert "redis_rolling_offline: true" in why
        before = pair.run_ids()
        planned = pair.plan(*instances, offline=True)
        assert sum("NOREPLICAS" in line for line in planned["plan"]) == 2
        with Counter(pair) as application:
            pair.roll(planned, offline=True)
        after = pair.run_ids()
        assert {each for each in before if before[each] != after[each]} == set(instances)
        # What was said is what clients got, and what they had been promised is there.
        assert any("NoReplicas" in error or "NOREPLICAS" in error for error in application.errors), application.errors[
            :5
        ]
        assert application.lost() == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"needs": [{"node": "127.0.0.1:1", "reasons": ["x"]}]}, "127.0.0.1:1 is not a member of this deployment"),
        ({"password": "mistaken"}, "cannot be asked: wrong password"),
    ],
)
def test_bad_input_is_refused_with_what_to_do(one_cluster: Cluster, change: dict[str, t.Any], message: str) -> None:
    needs = [{"node": instance_name(one_cluster.ports[0]), "reasons": ["requested"]}]
    why = refused("rolling_step", one_cluster.options(**{"needs": needs, **change}), check=True)
    assert message in why["msg"]
    assert "Nothing has been changed" in why["msg"]
