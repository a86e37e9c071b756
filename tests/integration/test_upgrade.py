# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real deployments go from one engine to another, under writes: nothing is lost, and no member stays behind."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._rolling import edges

from . import upgrades
from .fleet import until
from .module_runner import converged, refused
from .rolling import HOSTS, SENTINEL_PASSWORD, SENTINEL_RULES, Cluster, Counter, Deployment, Set
from .upgrades import NEW, OLD

CLUSTER = {"maxmemory": "50mb", "cluster-node-timeout": 2000, "repl-diskless-sync-delay": 0}
SET = {"maxmemory": "50mb", "repl-diskless-sync-delay": 0, "min-replicas-to-write": 0}
USERS = [{"name": "sentinel", "password": SENTINEL_PASSWORD, "rules": SENTINEL_RULES}]

EDGE = upgrades.version(OLD), upgrades.version(NEW)
IN_CLUSTERS = pytest.mark.skipif(
    bool(edges.refusal(*EDGE, clustered=True)), reason="a cluster does not go this way: that it is refused is tested"
)
LOST = pytest.mark.skipif(edges.loads(*EDGE) != edges.NO, reason="the old engine loads what the new one sends")


@pytest.fixture
def cluster(first_port: int) -> t.Iterator[Cluster]:
    with Cluster(upgrades.program(OLD), first_port) as deployment:
        yield deployment


@pytest.fixture
def replicated(first_port: int) -> t.Iterator[Set]:
    with Set(upgrades.program(OLD), first_port) as deployment:
        yield deployment


def assert_upgraded(deployment: Cluster | Set, before: t.Mapping[str, t.Any], application: Counter) -> None:
    """Check that every member runs the new engine with all the data, and that nothing was lost on the way."""
    assert set(upgrades.versions(deployment).values()) == {upgrades.version(NEW)}
    assert application.lost() == []
    assert upgrades.contents(deployment.application()) == before
    assert set(map(tuple, upgrades.libraries(deployment).values())) == {("mylib",)}
    print(f"longest gap {application.longest_gap():.3f} s, errors {application.errors[:5]}")


@IN_CLUSTERS
def test_a_whole_cluster_goes_to_the_new_engine_under_writes(cluster: Cluster) -> None:
    upgrades.fill(cluster.application())
    upgrades.load_library(cluster)
    before = upgrades.contents(cluster.application())
    upgrades.install(cluster, NEW, CLUSTER)
    assert set(upgrades.versions(cluster).values()) == {upgrades.version(OLD)}
    with Counter(cluster) as application:
        done = upgrades.roll(cluster, NEW)
    words = [line.split()[0] for line in done]
    assert words == ["set"] + ["restart"] * 3 + ["switch", "restart"] * 3 + ["set"]
    assert_upgraded(cluster, before, application)
    assert upgrades.plan(cluster, NEW)["plan"] == []


def test_a_whole_set_with_its_sentinels_goes_to_the_new_engine_under_writes(replicated: Set) -> None:
    upgrades.fill(replicated.application())
    upgrades.load_library(replicated)
    before = upgrades.contents(replicated.application())
    upgrades.install(replicated, NEW, SET, users=USERS)
    with Counter(replicated) as application:
        done = upgrades.roll(replicated, NEW)
    assert [line.split()[0] for line in done] == ["restart"] * 2 + ["switch"] + ["restart"] * 4
    assert_upgraded(replicated, before, application)


def link(deployment: Cluster, port: int) -> str:
    with deployment.client(port) as client:
        return str(t.cast("dict[str, t.Any]", client.info("replication")).get("master_link_status"))


@IN_CLUSTERS
@LOST
def test_old_replicas_that_are_lost_come_first_and_are_brought_back(first_port: int) -> None:
    settings = {**CLUSTER, "repl-backlog-size": "16kb"}
    with Cluster(upgrades.program(OLD), first_port, **settings) as cluster:
        upgrades.fill(cluster.application())
        upgrades.load_library(cluster)
        before = upgrades.contents(cluster.application())
        old_primaries = cluster.primaries()
        upgrades.install(cluster, NEW, settings)
        upgrades.roll(cluster, NEW, limit=3)
        # Two shards are handed over, and their former primaries lose their links for longer than the backlog is.
        for port in old_primaries[:2]:
            hand_over(cluster, port)
        for port in old_primaries[:2]:
            lose(cluster, port)
        names = [f"127.0.0.1:{port}" for port in old_primaries[:2]]

        # Such a member is not restarted as it is, not even by its name.
        as_it_is = [{**one, "named": True, "installed": upgrades.version(OLD)} for one in upgrades.needs(OLD, names)]
        why = refused("rolling_step", cluster.options(needs=as_it_is), check=True)["msg"]
        assert f"and {upgrades.version(OLD)} does not load what that sends" in why
        # Others are not restarted before.
        others = upgrades.needs(NEW, [f"127.0.0.1:{old_primaries[2]}"])
        waits = refused("rolling_step", cluster.options(needs=others, change_release=True), check=True)["msg"]
        assert all(f"{name} has no link to its primary" in waits for name in names)

        planned = upgrades.plan(cluster, NEW)
        assert {line.split()[1] for line in planned["plan"][1:3]} == set(names)
        with Counter(cluster) as application:
            done = cluster.roll(planned, change_release=True)
        assert done == planned["plan"]
        assert_upgraded(cluster, before, application)
        assert {link(cluster, port) for port in cluster.ports if port not in cluster.primaries()} == {"up"}


def hand_over(cluster: Cluster, port: int) -> None:
    """Make the replica of a primary primary."""
    login = {key: value for key, value in cluster.options().items() if key in ("username", "password", "nodes")}
    converged("cluster_switchover", {**login, "from": f"127.0.0.1:{port}", "timeout": 60})


def lose(cluster: Cluster, port: int) -> None:
    """Have a replica ask for a full sync, and return when it has been seen to fail."""
    with cluster.client(port) as client:
        primary_port = int(t.cast("list[t.Any]", client.role())[2])
        with cluster.client(primary_port) as primary:
            upgrades.break_link(client, primary)
        log = cluster.base / "log" / f"{port}.log"
        until(lambda: "Can't handle RDB format" in log.read_text(), "the old engine to refuse the snapshot", 60)
        assert link(cluster, port) == "down"


def asked(deployment: Deployment, target: str, **others: t.Any) -> dict[str, t.Any]:
    """Return the answers about a deployment, with what its hosts report."""
    hosts = [{"host": host, **converged("rolling_host_info", {"servers": deployment.servers(host)})} for host in HOSTS]
    login = ("username", "password", "deployment", "topology", "nodes", "sentinels")
    options = {key: value for key, value in deployment.options().items() if key in login}
    targets = dict.fromkeys(HOSTS, target)
    return converged("upgrade_info", {**options, "targets": targets, "hosts": hosts, **others})


def obstacles(answers: t.Mapping[str, t.Any]) -> list[str]:
    """Return the checks that found something in the way."""
    return [one["check"] for one in answers["findings"] if one["severity"] == "error"]


def test_the_answers_before_and_the_proofs_after(replicated: Set) -> None:
    upgrades.load_library(replicated)
    new, one_way = upgrades.version(NEW), edges.refusal(*reversed(EDGE), clustered=False)
    before = asked(replicated, new)
    assert obstacles(before) == (["way-back"] if one_way else [])
    answers = asked(replicated, new, one_way=True)
    assert (answers["changed"], obstacles(answers), answers["target"]) == (False, [], new)
    assert answers["processes"] == replicated.run_ids()
    assert set(answers["versions"].values()) == {upgrades.version(OLD)}
    assert sorted(answers["behind"]) == sorted(replicated.members())
    assert "functions: mylib" in answers["report"]
    assert any(line.startswith("room: ") and "MiB of disk at 127.0.0.1:" in line for line in answers["report"])
    assert "health: all members are in sync" in answers["report"]

    # Neither the files of the new version nor its program change a process, and both are looked at.
    early = asked(replicated, new, stage="installed", processes=answers["processes"])
    assert set(obstacles(early)) == {"program"}
    upgrades.install(replicated, NEW, SET, users=USERS)
    assert obstacles(asked(replicated, new, stage="installed", processes=answers["processes"])) == []
    restarted = {**answers["processes"], replicated.members()[0]: "another"}
    assert obstacles(asked(replicated, new, stage="installed", processes=restarted)) == ["untouched"]

    assert len(obstacles(asked(replicated, new, stage="after"))) == len(replicated.members())
    upgrades.roll(replicated, NEW, limit=1)
    half = asked(replicated, new, one_way=True)
    assert obstacles(half) == []
    assert [one["check"] for one in half["findings"]] == ["mixture"]
    upgrades.roll(replicated, NEW)
    assert obstacles(asked(replicated, new, stage="after")) == []
    assert asked(replicated, new)["behind"] == []


def test_a_change_that_cannot_be_is_refused_with_any_consent(first_port: int) -> None:
    old, new = EDGE
    if not edges.refusal(new, old, clustered=False):
        pytest.skip("this edge goes both ways")
    with Set(upgrades.program(NEW), first_port, count=1, sentinels=0) as single:
        before = single.run_ids()
        answers = asked(single, old, one_way=True, untested=True)
        assert obstacles(answers) == ["edge"]
        assert f"{new} cannot go to {old}: " in answers["obstacles"][0]
        needs = upgrades.needs(OLD, single.members())
        options = single.options(needs=needs, change_release=True, untested=True, offline=True)
        why = refused("rolling_step", options, check=True)["msg"]
        assert f"runs {new}, and its restart would start {old}: " in why
        assert single.run_ids() == before


VALKEY = next((engine for engine in (NEW, OLD) if engine.startswith("valkey")), "")


@pytest.mark.skipif(not VALKEY, reason="no Valkey on this edge")
def test_a_library_with_valkey_s_name_is_in_the_way_of_redis(first_port: int) -> None:
    with Set(upgrades.program(VALKEY), first_port, count=1, sentinels=0) as single:
        upgrades.load_library(single)
        upgrades.load_library(
            single, upgrades.LIBRARY.replace("redis.", "server.").replace("mylib", "theirs").replace("twice", "triple")
        )
        answers = asked(single, "redis 8.0.2", one_way=True)
        # From the newest Valkey there are other reasons, too.
        assert "functions" in obstacles(answers)
        assert "library theirs uses the name server" in " ".join(answers["obstacles"])
        assert "library mylib" not in " ".join(answers["obstacles"])
        assert obstacles(asked(single, "valkey 9.1.2", one_way=True)) == []


@pytest.mark.parametrize(
    ("targets", "check", "message"),
    [
        ({}, "target", "no host reports the version that it would get"),
        ({"red": "valkey latest"}, "target", "'valkey latest' is not a version of Redis or Valkey"),
        ({"red": "valkey 9.1.2", "green": "valkey 9.1.3"}, "target", "the hosts would get different versions"),
    ],
)
def test_targets_that_cannot_be_are_answers(first_port: int, targets: dict[str, str], check: str, message: str) -> None:
    with Set(upgrades.program(NEW), first_port, count=1, sentinels=0) as single:
        answers = asked(single, "", targets=targets, one_way=True)
    assert check in obstacles(answers)
    assert message in answers["obstacles"][0]


def test_a_member_that_is_down_is_in_the_way_unless_it_is_named(replicated: Set) -> None:
    name = f"127.0.0.1:{replicated.ports[1]}"
    with replicated.client(replicated.ports[1]) as client:
        client.shutdown(nosave=True)
    answers = asked(replicated, upgrades.version(NEW), one_way=True)
    assert f"{name} cannot be asked: unreachable" in " ".join(answers["obstacles"])
    assert obstacles(asked(replicated, upgrades.version(NEW), one_way=True, named=[name])) == []
