# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module maintenance_step on real deployments: a host leaves under writes and comes back, and nothing is lost."""

from __future__ import annotations

import os
import signal
import typing as t

import pytest
import redis

from .engines import name, servers
from .fleet import until
from .module_runner import converged, finish_module, refused, run_module, start_module
from .rolling import ADDRESS, Cluster, Counter, Deployment, Set

MIGRATION = "cluster-allow-replica-migration"


@pytest.fixture(params=servers(), ids=name)
def cluster(request: pytest.FixtureRequest, first_port: int) -> t.Iterator[Cluster]:
    with Cluster(request.param, first_port) as deployment:
        yield deployment


@pytest.fixture(params=servers(), ids=name)
def replicated(request: pytest.FixtureRequest, first_port: int) -> t.Iterator[Set]:
    with Set(request.param, first_port) as deployment:
        yield deployment


def options(deployment: Deployment, host: str, state: str, **others: t.Any) -> dict[str, t.Any]:
    """Return the options of module ``maintenance_step``."""
    given = {**deployment.options(), "host": host, "state": state, "servers": deployment.servers(host), **others}
    return {key: value for key, value in given.items() if key not in ("needs", "pace")}


def on(deployment: Deployment, host: str) -> list[str]:
    """Return the members on a host."""
    return [f"{ADDRESS}:{one['port']}" for one in deployment.servers(host)]


def answering(deployment: Deployment) -> list[str]:
    """Return the members that answer."""
    found = []
    for member in deployment.members():
        with deployment.member(int(member.rpartition(":")[2])) as client:
            try:
                client.ping()
            except redis.exceptions.ConnectionError:
                continue
        found.append(member)
    return found


def host_of_a_primary(deployment: Deployment) -> str:
    return deployment.host(deployment.primaries()[0])


def migration(cluster: Cluster, host: str) -> set[str]:
    """Return what the nodes on the other hosts have of the setting that is held."""
    found = set()
    for port in cluster.ports:
        if cluster.host(port) != host:
            with cluster.client(port) as client:
                found.add(t.cast("dict[str, str]", client.config_get(MIGRATION))[MIGRATION])
    return found


def test_a_host_leaves_a_cluster_under_writes_and_comes_back(cluster: Cluster) -> None:
    host = host_of_a_primary(cluster)
    mine = on(cluster, host)
    primaries = [f"{ADDRESS}:{port}" for port in cluster.primaries() if cluster.host(port) == host]
    leaving = options(cluster, host, "out", accept_no_replica=True)
    before = cluster.run_ids()
    planned = converged("maintenance_step", leaving, check=True)
    assert cluster.run_ids() == before
    assert planned["primaries"] == primaries
    assert planned["running"] == []
    assert any("has no replica while" in text for text in planned["notices"])
    with Counter(cluster) as application:
        done = converged("maintenance_step", leaving)
        assert [one["step"] for one in done["done"]] == planned["plan"]
        assert sorted(answering(cluster)) == sorted(set(cluster.members()) - set(mine))
        # A second run finds nothing to do, and neither does its plan.
        assert converged("maintenance_step", leaving)["plan"] == []
        assert migration(cluster, host) == {"no"}
        coming = options(cluster, host, "in", primaries=primaries, held=planned["held"])
        planned = converged("maintenance_step", coming, check=True)
        assert [line.split()[0] for line in planned["plan"]] == ["start"] * len(mine) + ["set"]
        done = converged("maintenance_step", coming)
        assert [line["step"].split()[0] for line in done["done"]][-1] == "switch"
    assert application.lost() == []
    assert set(primaries) <= {f"{ADDRESS}:{port}" for port in cluster.primaries()}
    assert migration(cluster, host) == {"yes"}
    assert sorted(done["running"]) == sorted(mine)
    print(f"longest gap {application.longest_gap():.3f} s, errors {application.errors[:5]}")


def test_a_host_leaves_a_set_under_writes_and_comes_back(replicated: Set) -> None:
    host = host_of_a_primary(replicated)
    mine = on(replicated, host)
    leaving = options(replicated, host, "out")
    planned = converged("maintenance_step", leaving, check=True)
    assert [line.split()[0] for line in planned["plan"]] == ["switch", "stop", "stop"]
    assert planned["plan"][-1].endswith("(Sentinel)")
    with Counter(replicated) as application:
        done = converged("maintenance_step", leaving)
        assert [one["step"].split()[0] for one in done["done"]] == ["switch", "stop", "stop"]
        assert sorted(answering(replicated)) == sorted(set(replicated.members()) - set(mine))
        assert converged("maintenance_step", leaving)["plan"] == []
        priorities = dict.fromkeys(mine, 100)
        coming = options(replicated, host, "in", primaries=planned["primaries"], priorities=priorities)
        done = converged("maintenance_step", coming)
        # Its primary is preferred, takes over, and is as before.
        steps = [one["step"].split()[0] for one in done["done"]]
        assert steps == ["start", "start", "set", "switch", "set"]
    assert application.lost() == []
    assert [f"{ADDRESS}:{port}" for port in replicated.primaries()] == planned["primaries"]
    for port in replicated.ports:
        with replicated.client(port) as client:
            assert client.config_get("replica-priority") == {"replica-priority": "100"}
    assert sorted(done["running"]) == sorted(mine)
    assert sorted(answering(replicated)) == sorted(replicated.members())
    print(f"longest gap {application.longest_gap():.3f} s, errors {application.errors[:5]}")


@pytest.fixture
def one_cluster(first_port: int) -> t.Iterator[Cluster]:
    with Cluster(servers()[0], first_port) as deployment:
        yield deployment


def switched(cluster: Cluster, mine: t.Sequence[str], primaries: t.Sequence[int]) -> bool:
    """Whether a primary of the host has handed over."""
    return any(cluster.role(port) != "master" for port in primaries)


def one_stopped(cluster: Cluster, mine: t.Sequence[str], primaries: t.Sequence[int]) -> bool:
    """Whether some member of the host is down already."""
    return not set(mine) <= set(answering(cluster))


@pytest.mark.parametrize("state", ["out", "in"])
@pytest.mark.parametrize("moment", [switched, one_stopped])
def test_a_run_that_is_killed_is_finished_or_undone_by_the_next(
    one_cluster: Cluster, moment: t.Callable[[Cluster, t.Sequence[str], t.Sequence[int]], bool], state: str
) -> None:
    host = host_of_a_primary(one_cluster)
    mine = on(one_cluster, host)
    primaries = [port for port in one_cluster.primaries() if one_cluster.host(port) == host]
    leaving = options(one_cluster, host, "out", accept_no_replica=True)
    noted = converged("maintenance_step", leaving, check=True)
    with Counter(one_cluster) as application:
        process = start_module("maintenance_step", leaving)
        until(lambda: moment(one_cluster, mine, primaries), "the moment to kill the run")
        process.kill()
        process.communicate()
        # What a kill leaves is held, and noted.
        assert migration(one_cluster, host) == {"no"}
        if state == "out":
            # Refused until the other members have heard of the switchover.
            again = {**leaving, "held": noted["held"]}
            until(lambda: run_module("maintenance_step", again)["rc"] == 0, "the next run to finish it")
            assert not set(mine) & set(answering(one_cluster))
        coming = options(one_cluster, host, "in", primaries=noted["primaries"], held=noted["held"])
        until(lambda: run_module("maintenance_step", coming)["rc"] == 0, "the host to be back")
    assert application.lost() == []
    assert answering(one_cluster) == one_cluster.members()
    assert set(primaries) <= set(one_cluster.primaries())
    assert migration(one_cluster, host) == {"yes"}


def test_a_member_elsewhere_that_does_not_answer_stops_the_run_before_anything_is_touched(one_cluster: Cluster) -> None:
    host = host_of_a_primary(one_cluster)
    elsewhere = next(port for port in one_cluster.ports if one_cluster.host(port) != host)
    primaries = one_cluster.primaries()
    with one_cluster.client(elsewhere) as client:
        pid = int(t.cast("dict[str, t.Any]", client.info("server"))["process_id"])
    os.kill(pid, signal.SIGSTOP)
    try:
        said = refused("maintenance_step", options(one_cluster, host, "out", accept_no_replica=True))["msg"]
    finally:
        os.kill(pid, signal.SIGCONT)
    assert f"the deployment is not healthy without {host}: {ADDRESS}:{elsewhere} cannot be asked" in said
    assert "This task has changed nothing" in said
    until(lambda: answering(one_cluster) == one_cluster.members(), "all to answer")
    assert migration(one_cluster, host) == {"yes"}
    assert len(primaries) == 3


def test_the_last_replica_is_not_given_up_without_consent(one_cluster: Cluster) -> None:
    host = host_of_a_primary(one_cluster)
    said = refused("maintenance_step", options(one_cluster, host, "out"), check=True)["msg"]
    assert "would be left without a replica: its data would be on one host only" in said
    assert "redis_maintenance_accept_no_replica" in said


def test_a_set_of_two_with_two_sentinels_is_refused(first_port: int) -> None:
    with Set(servers()[0], first_port, count=3, sentinels=2) as deployment:
        host = deployment.host(deployment.sentinel_ports[0])
        said = refused("maintenance_step", options(deployment, host, "out"), check=True)["msg"]
        assert "1 of 2 Sentinels would be left without" in said


def test_a_second_run_waits_for_the_first_and_is_then_refused(one_cluster: Cluster) -> None:
    first, second = (name for name in ("red", "green", "blue") if name != "blue")
    runs = [
        start_module("maintenance_step", options(one_cluster, host, "out", accept_no_replica=True, timeout=20))
        for host in (first, second)
    ]
    ended = [finish_module(process) for process in runs]
    assert sorted(bool(result.get("failed")) for result in ended) == [False, True]
    (failed,) = (result for result in ended if result.get("failed"))
    assert "another run is at work" in failed["msg"] or "not healthy without" in failed["msg"]
    down = set(one_cluster.members()) - set(answering(one_cluster))
    assert down in (set(on(one_cluster, first)), set(on(one_cluster, second)))


def test_the_rest_of_a_set_is_restarted_under_writes_while_a_host_is_out(first_port: int) -> None:
    with Set(servers()[0], first_port, count=4) as deployment:
        host = deployment.host(deployment.ports[1])
        converged("maintenance_step", options(deployment, host, "out"))
        mine, before = on(deployment, host), answering(deployment)
        instances = [f"{ADDRESS}:{port}" for port in deployment.ports if f"{ADDRESS}:{port}" not in mine]
        # Without the mark, what is down closes every gate.
        said = refused("rolling_step", needing(deployment, instances), check=True)["msg"]
        assert "the deployment is not healthy" in said
        sentinels = [one for one in before if one not in instances]
        said = refused("rolling_step", needing(deployment, sentinels, absent=[host]), check=True)["msg"]
        assert f"1 of 3 Sentinels would be left while {sentinels[0]} restarts and {host} is in maintenance" in said
        processes = run_ids(deployment, before)
        planned = converged("rolling_step", needing(deployment, instances, absent=[host]), check=True)
        with Counter(deployment) as application:
            done = deployment.roll(planned, absent=[host])
        assert [line.split()[0] for line in done] == ["restart", "restart", "switch", "restart"]
        assert application.lost() == []
        after = run_ids(deployment, before)
        assert [one for one in before if after[one] != processes[one]] == instances
        converged("maintenance_step", options(deployment, host, "in"))
        assert answering(deployment) == deployment.members()


def test_the_shard_of_a_cluster_that_has_lost_none_is_restarted_while_a_host_is_out(one_cluster: Cluster) -> None:
    host = host_of_a_primary(one_cluster)
    planned = converged("maintenance_step", options(one_cluster, host, "out", accept_no_replica=True), check=True)
    converged("maintenance_step", options(one_cluster, host, "out", accept_no_replica=True))
    before = answering(one_cluster)
    whole: list[str] = []
    for one in before:
        if run_module("rolling_step", needing(one_cluster, [one], absent=[host]), check=True)["rc"] == 0:
            whole.append(one)
    # Two shards have lost a member each, and what is left of each is its primary.
    alone = [one for one in before if one not in whole]
    assert (len(whole), len(alone)) == (2, 2)
    said = refused("rolling_step", needing(one_cluster, alone, absent=[host]), check=True)["msg"]
    assert "is the only member of" in said
    processes = run_ids(one_cluster, before)
    known = converged("rolling_step", needing(one_cluster, whole, absent=[host]), check=True)
    with Counter(one_cluster) as application:
        done = one_cluster.roll(known, absent=[host], hold=[], release=[])
    assert [line.split()[0] for line in done] == ["restart", "switch", "restart"]
    assert application.lost() == []
    after = run_ids(one_cluster, before)
    assert [one for one in before if after[one] != processes[one]] == whole
    converged("maintenance_step", options(one_cluster, host, "in", held=planned["held"]))
    assert answering(one_cluster) == one_cluster.members()


def kill(deployment: Deployment, names: t.Sequence[str]) -> None:
    """Kill members, as the loss of their host does."""
    pids = []
    for each in names:
        with deployment.member(int(each.rpartition(":")[2])) as client:
            pids.append(int(t.cast("dict[str, t.Any]", client.info("server"))["process_id"]))
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("kind", [Cluster, Set])
def test_a_dead_host_can_be_marked_once_its_members_are_down_and_others_have_taken_over(
    first_port: int, kind: t.Callable[..., t.Any]
) -> None:
    with kind(servers()[0], first_port) as deployment:
        host = host_of_a_primary(deployment)
        dead = {**options(deployment, host, "out"), "servers": [], "unreached": True}
        said = refused("maintenance_step", dead, check=True)["msg"]
        assert f"{host} was not reached, and {on(deployment, host)[0]}" in said
        kill(deployment, on(deployment, host))
        # Others have not taken over yet, and it says so; then it waits for nothing more than a failover.
        said = refused("maintenance_step", {**dead, "timeout": 1}, check=True)["msg"]
        assert "the deployment is not healthy without it" in said
        until(lambda: run_module("maintenance_step", dead, check=True)["rc"] == 0, "others to have taken over", 40)
        done = converged("maintenance_step", dead)
        clustered = isinstance(deployment, Cluster)
        assert [one["step"].split()[0] for one in done["done"]] == (["set"] if clustered else [])
        assert bool(done["held"]) == clustered
        assert converged("maintenance_step", {**dead, "held": done["held"]})["plan"] == []
        # It comes back by the usual way, whether a boot has started its members or not.
        converged("maintenance_step", options(deployment, host, "in", held=done["held"]))
        assert answering(deployment) == deployment.members()
        assert not clustered or migration(deployment, host) == {"yes"}


def needing(deployment: Deployment, names: t.Sequence[str], **others: t.Any) -> dict[str, t.Any]:
    """Return the options of module ``rolling_step`` for these members."""
    return deployment.options(needs=[{"node": name, "reasons": ["requested"]} for name in names], **others)


def run_ids(deployment: Deployment, names: t.Sequence[str]) -> dict[str, str]:
    """Return the process of each of these members."""
    found = {}
    for name_ in names:
        with deployment.member(int(name_.rpartition(":")[2])) as client:
            found[name_] = str(t.cast("dict[str, t.Any]", client.info("server"))["run_id"])
    return found
