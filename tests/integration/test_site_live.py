# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Live changes by the whole of site.yml, over the three hosts of a watched set: one member at a time, and it stops."""

from __future__ import annotations

import contextlib
import json
import re
import threading
import typing as t

import pytest
import redis
import yaml

from tests.matrix.test_site import FIRST, SET, SINGLE, SINGLE_PORT, Site

from .engines import engines
from .fleet import until
from .module_runner import ROOT

REPLICAS = [address for address in SET if address != FIRST]


class Watched(Site):
    """The watched set of the site, and nothing else of it."""

    def __enter__(self) -> Watched:
        """Write the inventory."""
        super().__enter__()
        self.configure()
        return self

    def configure(self, **directives: object) -> None:
        """Set directives of the instances in the inventory."""
        path = self.base / "hosts.yml"
        groups = yaml.safe_load(path.read_text())
        groups.pop("redis_cluster", None)
        groups["redis_replication"]["hosts"].pop(SINGLE, None)
        groups["all"]["vars"]["redis_node_config"] = {
            name.replace("_", "-"): value for name, value in directives.items()
        }
        path.write_text(yaml.safe_dump(groups))

    def allow_restarts(self) -> None:
        """Let runs restart what needs it."""
        path = self.base / "hosts.yml"
        groups = yaml.safe_load(path.read_text())
        groups["all"]["vars"]["redis_node_restart"] = "rolling"
        path.write_text(yaml.safe_dump(groups))

    def processes(self) -> dict[str, str]:
        """Return the run id of each instance and each Sentinel that answers."""
        found = {}
        for address, ports in SET.items():
            for port in ports:
                with contextlib.suppress(redis.RedisError), self.client(address, port) as client:
                    found[f"{address}:{port}"] = str(t.cast("t.Any", client).info("server")["run_id"])
        return found

    def only_instances(self) -> str:
        """Return a playbook of the preflight and what configures instances: Sentinels have nothing to do with it."""
        path = self.base / "instances.yml"
        parts = [str(ROOT / "playbooks" / "parts" / f"{name}.yml") for name in ("preflight", "instances")]
        path.write_text(yaml.safe_dump([{"import_playbook": part} for part in parts]))
        return str(path)

    def values(self, setting: str) -> dict[str, str]:
        """Return what each member has of a setting."""
        found = {}
        for address, (port, _sentinel) in SET.items():
            with self.client(address, port) as client:
                found[address] = t.cast("dict[str, str]", client.config_get(setting))[setting]
        return found

    def put_on_trial(self, address: str, setting: str, value: str) -> None:
        """Leave what a run leaves that is killed while a setting is on trial."""
        port = SET[address][0]
        with self.client(address, port) as client:
            before = t.cast("dict[str, str]", client.config_get(setting))[setting]
            self.record(address).write_text(json.dumps({"changes": [[setting, before, value]]}))
            client.config_set(setting, value)

    def pending(self, address: str) -> list[str]:
        """Return the settings that the record of a host has on the process of its instance."""
        port = SET[address][0]
        entries = json.loads((self.base / address / "var/lib/redis-node/pending.json").read_text())["instances"]
        with self.client(address, port) as client:
            pid = t.cast("t.Any", client).info("server")["process_id"]
        entry = entries.get(str(port), {})
        return [one["setting"] for one in entry["waiting"]] if entry.get("pid") == pid else []

    def record(self, address: str) -> t.Any:
        """Return the path of the record of a trial."""
        return self.base / address / "etc" / "redis-node" / f"{SET[address][0]}.trial"


@pytest.fixture
def site() -> t.Iterator[Watched]:
    """A watched set of one engine."""
    with Watched(engines()[0]) as made:
        yield made


def test_a_live_change_goes_to_one_member_at_a_time_and_stops_where_it_fails(
    site: Watched, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The output that names the files of tasks as they are included.
    monkeypatch.setenv("ANSIBLE_STDOUT_CALLBACK", "default")
    site.run()
    playbook = site.only_instances()
    # A good change comes to all members, and what an interrupted run left is undone before.
    site.put_on_trial(REPLICAS[1], "repl-backlog-ttl", "17")
    site.configure(repl_timeout=45)
    capsys.readouterr()
    assert all(site.run(playbook).values())
    order = re.findall(r"included: .*live_member.yml .*=> \(item=(\S+) \d+\)", capsys.readouterr().out)
    assert order == [*REPLICAS, FIRST]
    assert set(site.values("repl-timeout").values()) == {"45"}
    assert set(site.values("repl-backlog-ttl").values()) == {"3600"}
    assert not site.record(REPLICAS[1]).exists()

    # One that cuts the second member off stops there: the third one, the primary, is not touched.
    address = REPLICAS[1]
    crowd = [site.client(address, SET[address][0]) for _number in range(70)]
    for client in crowd:
        client.ping()
    site.configure(repl_timeout=45, maxclients=64)
    with pytest.raises(AssertionError) as failure:
        site.run(playbook)
    assert f"{address}:{SET[address][0]}: maxclients could not be changed" in re.sub(r"\s+", " ", str(failure.value))
    assert site.values("maxclients") == {REPLICAS[0]: "64", address: "10000", FIRST: "10000"}
    assert all(in_sync(site).values())

    for client in crowd:
        client.close()
    until(lambda: connected(site, address) < 20, "the crowd to be gone")
    site.run(playbook)
    assert set(site.values("maxclients").values()) == {"64"}
    assert set(site.run(playbook).values()) == {0}


def test_a_pending_restart_is_reported_by_each_run_until_the_restart(
    site: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    site.configure(databases=32)
    site.run()
    site.configure(databases=20)
    playbook = site.only_instances()
    capsys.readouterr()
    assert all(site.run(playbook).values())
    first = warnings(capsys)
    assert len(first) == len(SET)
    assert all("databases is 32, configured as 20" in line for line in first)
    assert [site.pending(address) for address in SET] == [["databases"]] * len(SET)
    # Nothing is changed by the next run, and it reports the same.
    assert set(site.run(playbook).values()) == {0}
    assert warnings(capsys) == first
    # A restart ends it, on that host alone.
    restarted = REPLICAS[0]
    site.kill(f"{restarted}:{SET[restarted][0]}")
    site.run(playbook)
    assert warnings(capsys) == [line for line in first if restarted not in line]
    until(lambda: all(in_sync(site).values()), "the replica to be back")
    assert set(site.run(playbook).values()) == {0}
    assert [site.pending(address) for address in SET] == [[] if one == restarted else ["databases"] for one in SET]
    # The others get back what they run with: there is no reason any more, and no record.
    site.configure(databases=32)
    assert all(site.run(playbook).values())
    assert [site.pending(address) for address in SET] == [["databases"] if one == restarted else [] for one in SET]


class Watch(threading.Thread):
    """Asks all members again and again while something else works; each answer that differs from the last is kept."""

    def __init__(self, site: Watched) -> None:
        super().__init__()
        self._site = site
        self._over = threading.Event()
        self.seen = [site.processes()]

    def run(self) -> None:
        """Ask until the end."""
        while not self._over.wait(0.02):
            if (found := self._site.processes()) != self.seen[-1]:
                self.seen.append(found)

    def __enter__(self) -> Watch:
        """Begin."""
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        """End."""
        self._over.set()
        self.join()


def test_a_run_that_may_restart_members_does_so_one_after_the_other(
    site: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    site.configure(databases=32)
    site.run()
    before = site.processes()
    instances = {address: f"{address}:{port}" for address, (port, _sentinel) in SET.items()}
    site.configure(databases=20)
    site.allow_restarts()
    planned = re.sub(r"\s+", " ", site.attempt("site.yml", "--check").stdout)
    for name in instances.values():
        assert re.search(rf"restart {name} \([^)]+\): databases is 32, will be 20", planned), planned
    assert site.processes() == before

    capsys.readouterr()
    with Watch(site) as watch:
        assert all(site.run().values())
    assert warnings(capsys) == []
    assert set(site.values("databases").values()) == {"20"}
    after = site.processes()
    # Each instance is a new process, and no Sentinel is.
    assert {name for name in before if after[name] != before[name]} == set(instances.values())
    # Never were two away, and the primary was the last.
    assert [found for found in watch.seen if len(found) < len(before) - 1] == []
    order = [name for found in watch.seen for name in found if found[name] == after[name] != before[name]]
    assert list(dict.fromkeys(order)) == [instances[address] for address in (*REPLICAS, FIRST)]

    assert set(site.run().values()) == {0}
    assert site.processes() == after
    assert site.outcomes() == ["site.yml: done", "site.yml: done"]


class Two(Watched):
    """The watched set, and a single instance: a deployment that cannot be restarted without a loss of service."""

    def configure(self, **directives: object) -> None:
        """Keep the single instance."""
        super().configure(**directives)
        path = self.base / "hosts.yml"
        groups = yaml.safe_load(path.read_text())
        single = self._groups["redis_replication"]["hosts"][SINGLE]
        groups["redis_replication"]["hosts"] = {SINGLE: single, **groups["redis_replication"]["hosts"]}
        path.write_text(yaml.safe_dump(groups))


def test_a_deployment_that_is_refused_does_not_keep_the_others_from_their_restart() -> None:
    with Two(engines()[0]) as site:
        site.configure(databases=32)
        site.run()
        before = site.processes()
        with site.client(SINGLE, SINGLE_PORT) as client:
            single = t.cast("t.Any", client).info("server")["run_id"]
        site.configure(databases=20)
        site.allow_restarts()
        alone = rf"single: {SINGLE}:{SINGLE_PORT} is the only member of set single: [^.]+\. In a maintenance window, "

        def said(ended: t.Any) -> str:
            return re.sub(r"\s+", " ", ended.stdout)

        planned = site.attempt("site.yml", "--check")
        assert planned.returncode == 0, planned.stdout[-3000:]
        assert re.search(rf"cannot be planned now: 1 of 2 deployments .*?{alone}", said(planned))
        assert site.processes() == before
        ended = site.attempt("site.yml")
        assert ended.returncode == 2, ended.stdout[-3000:]
        assert re.search(rf"1 of 2 deployments cannot be restarted, .*?{alone}.*?All hosts are configured", said(ended))
        assert "Nothing has been changed" not in said(ended)
        assert set(site.values("databases").values()) == {"20"}
        with site.client(SINGLE, SINGLE_PORT) as client:
            assert t.cast("t.Any", client).info("server")["run_id"] == single
        # The same by the playbook of its own, which needs nothing of the set any more.
        after = site.processes()
        ended = site.attempt("playbooks/rolling_restart.yml", "--extra-vars=redis_rolling_all=true")
        assert ended.returncode == 2, ended.stdout[-3000:]
        assert re.search(rf"1 of 2 deployments cannot be restarted, .*?{alone}", said(ended))
        assert [name for name, process in site.processes().items() if process == after[name]] == []
        ended = site.attempt("playbooks/rolling_restart.yml", "--extra-vars=redis_rolling_offline=true")
        assert ended.returncode == 0, ended.stdout[-3000:]
        with site.client(SINGLE, SINGLE_PORT) as client:
            assert t.cast("dict[str, str]", client.config_get("databases")) == {"databases": "20"}


def warnings(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what a run says about restarts, since it was last asked."""
    return sorted(
        re.findall(
            r"\S+:\d+ needs a restart [^:]*: .*? configured as \d+", re.sub(r"\s+", " ", capsys.readouterr().out)
        )
    )


def connected(site: Watched, address: str) -> int:
    """Return how many clients an instance has."""
    with site.client(address, SET[address][0]) as client:
        return int(client.info("clients")["connected_clients"])


def in_sync(site: Watched) -> dict[str, bool]:
    """Return for each replica whether its link is up."""
    found = {}
    for address in REPLICAS:
        with site.client(address, SET[address][0]) as client:
            found[address] = t.cast("t.Any", client).info("replication")["master_link_status"] == "up"
    return found
