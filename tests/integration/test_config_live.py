# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Live changes go to one instance first, and stay only if it still stands in its deployment.  Ports 21500 to 21599."""

from __future__ import annotations

import contextlib
import json
import signal
import stat

import pytest

from .engines import name, servers
from .fleet import until
from .instances import ADMIN, Instances
from .module_runner import converged, refused, start_module

PORT = 21620
# Nothing listens there.
NOWHERE = "127.0.0.77"


class Deployment(Instances):
    """Instances that form a cluster of primaries, or one primary with replicas."""

    def form(self) -> None:
        """Configure them, start them, and join them."""
        converged("instance", self.config({"cluster-node-timeout": 1500} if self._cluster else {}))
        self.start()
        first, *others = self.ports
        for port in others:
            with self.client(port) as client:
                if self._cluster:
                    client.execute_command("CLUSTER", "MEET", "127.0.0.1", first)
                else:
                    client.execute_command("REPLICAOF", "127.0.0.1", first)
        if self._cluster:
            share = 16384 // len(self.ports)
            for index, port in enumerate(self.ports):
                last = 16383 if port == self.ports[-1] else (index + 1) * share - 1
                with self.client(port) as client:
                    client.execute_command("CLUSTER", "ADDSLOTSRANGE", index * share, last)
        until(self.is_whole, "the deployment to be whole")

    def is_whole(self) -> bool:
        """Return whether every member is where it belongs, as each of them sees it."""
        clients = [self.client(port) for port in self.ports]
        with contextlib.ExitStack() as stack:
            for client in clients:
                stack.enter_context(client)
            if not self._cluster:
                return clients[0].info("replication")["connected_slaves"] == len(self.ports) - 1
            told = [client.execute_command("CLUSTER", "NODES") for client in clients]
            states = [client.execute_command("CLUSTER", "INFO") for client in clients]
        # Each node takes itself for whole before it has met the others.
        met = all(str(one).count("connected") == len(self.ports) for one in told)
        faults = [word for word in ("fail", "handshake", NOWHERE) if any(word in str(one) for one in told)]
        return (
            met
            and not faults
            and all("ok" in str(one["cluster_state"] if isinstance(one, dict) else one) for one in states)
        )

    def values(self, setting: str) -> list[str]:
        """Return what each member has of a setting."""
        return [self.client(port).config_get(setting)[setting] for port in self.ports]

    def record(self, port: int):
        """Return the path of the record of a trial."""
        return self.managed(port).with_suffix(".trial")


@pytest.fixture(params=servers(), ids=name)
def cluster(request):
    """Three nodes."""
    with Deployment(request.param, PORT, 3, cluster=True) as made:
        made.form()
        yield made


@pytest.fixture(params=servers(), ids=name)
def replicas(request):
    """A primary and a replica."""
    with Deployment(request.param, PORT + 10, 2) as made:
        made.form()
        yield made


@pytest.fixture
def pair():
    """A primary and a replica of one engine, for what does not depend on the engine."""
    with Deployment(servers()[0], PORT + 20, 2) as made:
        made.form()
        yield made


def settings(deployment, **more):
    return {**({"cluster-node-timeout": 1500} if deployment.ports[0] == PORT else {}), **more}


def test_an_announced_address_that_cuts_a_node_off_is_taken_back_and_stops_there(cluster):
    before = cluster.values("cluster-announce-ip")
    result = refused("instance", cluster.config(settings(cluster, **{"cluster-announce-ip": NOWHERE})))
    assert f"127.0.0.1:{PORT}" in result["msg"]
    assert "cluster-announce-ip" in result["msg"]
    assert "peer" in result["msg"]
    assert "in force again" in result["msg"]
    assert cluster.values("cluster-announce-ip") == before
    assert not any(NOWHERE in cluster.managed(port).read_text() for port in cluster.ports)
    assert not any(cluster.record(port).exists() for port in cluster.ports)
    until(cluster.is_whole, "the cluster to be whole again")
    # The next run has nothing to repair.
    assert converged("instance", cluster.config(settings(cluster)))["changed"] is False


def test_a_good_change_reaches_one_member_after_another(cluster):
    options = cluster.config(settings(cluster, **{"maxmemory": "64mb", "repl-timeout": 45}))
    checked = converged("instance", options, check=True)
    done = converged("instance", options)
    assert done["plan"] == checked["plan"]
    changed = [one["step"] for one in done["done"] if "repl-timeout" in one["step"] and "set" in one["step"]]
    assert [step.partition(": ")[0] for step in changed] == [f"127.0.0.1:{port}" for port in cluster.ports]
    assert cluster.values("repl-timeout") == ["45"] * 3
    assert cluster.is_whole()
    assert converged("instance", options)["changed"] is False


def test_what_cuts_clients_off_is_taken_back(pair):
    # Each connection beyond the limit is refused, that of the proof as well.
    limit = {"maxclients": 64}
    crowd = [pair.client() for _number in range(70)]
    for client in crowd:
        client.ping()
    result = refused("instance", pair.config(limit))
    assert f"127.0.0.1:{PORT + 20}: changing maxclients failed" in result["msg"]
    assert pair.values("maxclients") == ["10000", "10000"]
    for client in crowd:
        client.close()
    assert pair.is_whole()


def test_over_several_hosts_a_change_waits_is_tried_and_is_kept(replicas):
    first, second = replicas.ports
    options = replicas.config({"repl-timeout": 45}, users=[{"name": "app", "rules": "+ping"}])
    waiting = converged("instance", {**options, "live": "defer"})
    assert waiting["changed"] is False
    assert waiting["deferred"] == [
        {"port": first, "role": "master", "settings": ["repl-timeout"]},
        {"port": second, "role": "slave", "settings": ["repl-timeout"]},
    ]
    tried = converged("instance", {**options, "live": "trial", "only": [second]})
    assert len(tried["done"]) == 1
    assert replicas.values("repl-timeout") == ["60", "45"]
    record = replicas.record(second)
    assert (record.stat().st_uid, stat.S_IMODE(record.stat().st_mode)) == (0, 0o600)
    assert "repl-timeout" not in replicas.managed(second).read_text()
    kept = converged("instance", {**options, "live": "keep", "only": [second]})
    assert "keep repl-timeout" in kept["plan"][0]
    assert not record.exists()
    assert "repl-timeout 45" in replicas.managed(second).read_text()
    assert "repl-timeout" not in replicas.managed(first).read_text()
    assert "app" not in "".join(replicas.client(second).acl_list())
    converged("instance", options)
    assert replicas.values("repl-timeout") == ["45", "45"]
    assert "app" in "".join(replicas.client(second).acl_list())
    assert converged("instance", options)["changed"] is False


@pytest.mark.parametrize("live", ["apply", "defer", "undo", "trial"])
def test_what_a_killed_run_left_on_trial_is_put_back_first(pair, live):
    second = pair.ports[1]
    options = pair.config({"repl-timeout": 45})
    converged("instance", {**options, "live": "trial", "only": [second]})
    ordinary = pair.config()
    planned = converged("instance", {**ordinary, "live": live}, check=True)
    assert planned["plan"] == [
        f"127.0.0.1:{second}: restore repl-timeout, which an interrupted run has changed on trial"
    ]
    assert pair.values("repl-timeout") == ["60", "45"]
    assert pair.record(second).exists()
    converged("instance", {**ordinary, "live": live})
    assert pair.values("repl-timeout") == ["60", "60"]
    assert not pair.record(second).exists()
    assert converged("instance", {**ordinary, "live": live})["changed"] is False


def test_a_run_killed_in_the_middle_of_a_trial_is_undone_by_the_next(cluster):
    module = start_module("instance", cluster.config(settings(cluster, **{"cluster-announce-ip": NOWHERE})))
    until(cluster.record(PORT).exists, "the record of the trial")
    until(lambda: NOWHERE in cluster.values("cluster-announce-ip"), "the value on trial")
    module.send_signal(signal.SIGKILL)
    module.communicate()
    assert json.loads(cluster.record(PORT).read_text())["changes"]
    ordinary = converged("instance", cluster.config(settings(cluster)))
    assert "restore cluster-announce-ip" in ordinary["plan"][0]
    assert NOWHERE not in cluster.values("cluster-announce-ip")
    until(cluster.is_whole, "the cluster to be whole again")


def test_a_connection_that_is_closed_meanwhile_does_not_end_a_trial(replicas):
    # Sentinels close connections when they turn an instance into a replica.
    second = replicas.ports[1]
    module = start_module("instance", replicas.config({"repl-timeout": 45}))
    until(replicas.record(second).exists, "the record of the trial")
    until(lambda: replicas.values("repl-timeout")[1] == "45", "the value on trial")
    assert replicas.client(second).client_kill_filter(_type="normal", skipme=True) >= 1
    output, _errors = module.communicate()
    assert module.returncode == 0, output
    assert replicas.values("repl-timeout") == ["45", "45"]


def test_a_record_of_an_instance_that_has_been_restarted_is_dropped(pair):
    second = pair.ports[1]
    converged("instance", {**pair.config({"repl-timeout": 45}), "live": "trial", "only": [second]})
    pair.end(second)
    done = converged("instance", {**pair.config(), "live": "undo"})
    assert len(done["done"]) == 1
    assert not pair.record(second).exists()
    pair.start(second)
    assert pair.values("repl-timeout") == ["60", "60"]


def test_no_secret_gets_on_record(pair):
    options = pair.config({"repl-timeout": 45}, replication_password="another secret")
    tried = converged("instance", {**options, "live": "trial", "only": [pair.ports[1]]})
    assert "another secret" not in pair.record(pair.ports[1]).read_text()
    assert "masterauth" not in json.dumps(tried)


def health(deployment, **options):
    """Return what module health finds of a set, by its checks."""
    nodes = [{"address": "127.0.0.1", "port": port} for port in deployment.ports]
    told = converged(
        "health",
        {
            "username": "admin",
            "password": ADMIN,
            "nodes": nodes,
            "topology": "replication",
            "sample": 0,
            "fail_on": "never",
            "skip": ["unseen"],
            **options,
        },
    )
    return {one["check"]: one for one in told["findings"] if one["severity"] == "error"}


def test_health_finds_a_replica_that_rejects_what_its_primary_sends(replicas):
    first, second = replicas.ports
    assert "replica-errors" not in health(replicas)
    replicas.end(second)
    # Earlier versions of this collection took it.
    with replicas.managed(second).open("a") as stream:
        stream.write('rename-command DEL ""\n')
    replicas.start(second)
    # Which instance follows which was never written to a file here.
    replicas.client(second).execute_command("REPLICAOF", "127.0.0.1", first)
    until(replicas.is_whole, "the replica to be back")
    primary = replicas.client(first)
    primary.set("key", "value")
    until(lambda: replicas.client(second).exists("key") == 1, "the key on the replica")
    primary.delete("key")
    until(lambda: "replica-errors" in health(replicas), "health to find it")
    found = health(replicas)["replica-errors"]
    assert found["node"] == f"127.0.0.1:{second}"
    assert replicas.client(second).exists("key") == 1


def test_health_finds_a_member_that_announces_another_address(pair):
    second = pair.ports[1]
    pair.client(second).config_set("replica-announce-ip", NOWHERE)
    found = health(pair)["address"]
    assert found["node"] == f"127.0.0.1:{second}"
    assert NOWHERE in found["message"]
    assert "address" not in health(pair, announced={f"127.0.0.1:{second}": NOWHERE})


def test_users_reach_a_replica_and_leave_it_running(replicas):
    # The replica of Valkey 8.0 ends at ACL LOAD.
    for users in ([{"name": "app", "rules": "+ping"}], []):
        converged("instance", replicas.config(users=users))
        assert ("app" in "".join(replicas.client(replicas.ports[1]).acl_list())) is bool(users)
    # A login that changed ends connections, the replica's among them: it comes back by itself.
    until(replicas.is_whole, "the replica to follow again")
