# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ``instance`` against real servers of every engine.  Ports 21000 to 21299."""

from __future__ import annotations

import json
import os
import stat
import subprocess

import pytest
import redis

from .engines import name, servers
from .fleet import until
from .instances import ADMIN, REPLICATION, Instances
from .module_runner import converged, refused, start_module

PORT = 21000

# Many kinds of values, each written in another way than the engine shows it.
LIVE = {
    "maxmemory": "100mb",
    "maxmemory-policy": "ALLKEYS-LRU",
    "maxmemory-samples": 7,
    "save": ["900 1", "300 10", "60 10000"],
    "appendonly": True,
    "appendfsync": "always",
    "auto-aof-rewrite-min-size": "32mb",
    "client-output-buffer-limit": ["replica 512mb 128mb 30", "pubsub 64mb 16mb 90"],
    "client-query-buffer-limit": "512mb",
    "cluster-node-timeout": 4000,
    "cluster-require-full-coverage": False,
    "hz": 20,
    "latency-monitor-threshold": 100,
    "lazyfree-lazy-eviction": False,
    "list-max-listpack-size": -3,
    "loglevel": "VERBOSE",
    "maxclients": 500,
    "min-replicas-max-lag": 15,
    "notify-keyspace-events": "KEA",
    "oom-score-adj-values": "0 300 900",
    "proto-max-bulk-len": "256mb",
    "repl-backlog-size": "2mb",
    "repl-diskless-sync-delay": "0",
    "replica-priority": 50,
    "slowlog-log-slower-than": 20000,
    "slowlog-max-len": 200,
    "stop-writes-on-bgsave-error": "no",
    "stream-node-max-bytes": "8kb",
    "tcp-keepalive": 60,
    "timeout": 3600,
    "tracking-table-max-keys": "2000000",
    "zset-max-listpack-entries": 256,
}
AT_RESTART = {"databases": 4, "tcp-backlog": 300, "appenddirname": "aof", "unixsocketperm": "700"}


@pytest.fixture(params=servers(), ids=name)
def instances(request):
    """One instance of each engine, not in cluster mode, so that every directive takes."""
    with Instances(request.param, PORT) as made:
        yield made


@pytest.fixture
def instance():
    """One instance of one engine, for what does not depend on the engine."""
    with Instances(servers()[0], PORT + 50) as made:
        yield made


def test_a_fresh_host_gets_files_that_the_engine_takes(instances):
    options = instances.config({"maxmemory": "100mb"})
    checked = converged("instance", options, check=True)
    assert checked["changed"] is True
    assert list(instances.base.iterdir()) == []
    done = converged("instance", options)
    assert done["plan"] == checked["plan"] == [one["step"] for one in done["done"]]
    for path in (instances.managed(), instances.managed().with_suffix(".acl")):
        assert (path.stat().st_uid, stat.S_IMODE(path.stat().st_mode)) == (0, 0o640)
    instances.start()
    assert instances.client().config_get("maxmemory") == {"maxmemory": str(100 * 2**20)}
    assert converged("instance", options)["changed"] is False


def test_every_kind_of_value_is_set_once(instances):
    converged("instance", instances.config())
    instances.start()
    options = instances.config({**LIVE, **AT_RESTART})
    checked = converged("instance", options, check=True)
    first = converged("instance", options)
    assert first["plan"] == checked["plan"]
    assert {one["setting"] for one in first["restart_required"]} == AT_RESTART.keys()
    again = converged("instance", options)
    assert again["changed"] is False, again["plan"]
    assert again["restart_required"] == first["restart_required"]
    assert instances.client().config_get("save")["save"] == "900 1 300 10 60 10000"
    instances.end(PORT)
    instances.start()
    restarted = converged("instance", options)
    assert restarted["changed"] is False, restarted["plan"]
    assert restarted["restart_required"] == []


def test_the_record_of_a_pending_restart_is_part_of_the_plan(instance):
    port, options = instance.ports[0], instance.config({"databases": 32})
    node, record = f"127.0.0.1:{port}", instance.base / "data" / "pending.json"
    converged("instance", instance.config())
    instance.start()
    assert not record.exists()
    checked = converged("instance", options, check=True)
    assert checked["plan"][-1] == f"{node}: record that it needs a restart (databases)"
    assert not record.exists()
    done = converged("instance", options, diff=True)
    assert done["plan"] == checked["plan"]
    assert f"needs a restart at {node}" in done["diff"]["after"]
    entry = json.loads(record.read_text())["instances"][str(port)]
    assert entry == {
        "pid": instance.pid(port),
        "waiting": [{"setting": "databases", "running": "16", "wanted": "32"}],
    }
    assert converged("instance", options)["plan"] == []
    # The reason goes away by itself: the setting is again what the instance runs with.
    checked = converged("instance", instance.config(), check=True)
    assert checked["plan"][-1] == f"{node}: record that it needs no restart"
    assert str(port) in json.loads(record.read_text())["instances"]
    assert converged("instance", instance.config())["restart_required"] == []
    assert json.loads(record.read_text())["instances"] == {}
    assert converged("instance", instance.config())["plan"] == []


def test_a_record_that_is_outdated_is_removed_if_nothing_else_is_to_do(instance):
    port = instance.ports[0]
    converged("instance", instance.config())
    instance.start()
    record = instance.base / "data" / "pending.json"
    outdated = [{"setting": "(version)", "running": "redis 1", "wanted": "redis 2"}]
    entries = {str(port): {"pid": instance.pid(port), "waiting": outdated}, "1": {"pid": 1, "waiting": outdated}}
    record.write_text(json.dumps({"instances": entries}))
    told = converged("instance", instance.config())
    assert told["plan"] == [f"127.0.0.1:{port}: record that it needs no restart"]
    # Others' entries stay, and one of a process that has ended means nothing.
    assert json.loads(record.read_text())["instances"] == {"1": entries["1"]}
    entries[str(port)]["pid"] += 1
    record.write_text(json.dumps({"instances": entries}))
    assert converged("instance", instance.config())["plan"] == []


def test_a_dropped_directive_goes_back_to_the_default(instances):
    converged("instance", instances.config(LIVE))
    instances.start()
    before = instances.client().config_get("*")
    converged("instance", instances.config())
    after = instances.client().config_get("*")
    assert before["maxmemory"] != after["maxmemory"] == "0"
    assert after["notify-keyspace-events"] == ""
    assert converged("instance", instances.config())["changed"] is False
    # The running server is now what a new one is.
    instances.end(PORT)
    instances.start()
    assert instances.client().config_get("*") == after


def test_a_run_that_was_cut_before_the_live_change_is_made_good(instance):
    converged("instance", instance.config({"maxmemory": "100mb"}))
    instance.start()
    # The file of the next state is there, the server has not got it.
    instance.managed().write_text(instance.managed().read_text().replace("\nmaxmemory 100mb\n", ""))
    result = converged("instance", instance.config())
    assert result["plan"] == [f"127.0.0.1:{instance.ports[0]}: set maxmemory 104857600 -> 0"]
    assert instance.client().config_get("maxmemory") == {"maxmemory": "0"}


def test_what_somebody_set_by_hand_is_set_back(instance):
    options = instance.config({"maxmemory": "100mb"})
    converged("instance", options)
    instance.start()
    instance.client().config_set("maxmemory", "50mb")
    instance.client().config_set("loglevel", "debug")
    checked = converged("instance", options, check=True, diff=True)
    assert "maxmemory 52428800" in checked["diff"]["before"]
    assert "maxmemory 104857600" in checked["diff"]["after"]
    assert instance.client().config_get("loglevel") == {"loglevel": "debug"}
    done = converged("instance", options, diff=True)
    assert (done["plan"], done["diff"]) == (checked["plan"], checked["diff"])
    assert instance.client().config_get("loglevel") == {"loglevel": "notice"}


def test_an_instance_whose_snapshot_failed_is_configured_all_the_same(instance):
    """It refuses writes, and PING with them, until a snapshot succeeds."""
    converged("instance", instance.config({"maxmemory": "10mb", "save": ["900 1"]}))
    instance.start()
    dump = instance.base / "data" / str(instance.ports[0]) / f"dump-{instance.ports[0]}.rdb"
    with instance.client() as client:
        # A directory where the snapshot belongs: renaming it there fails.
        dump.mkdir()
        (dump / "in-the-way").touch()
        client.set("key", "value")
        client.bgsave()
        until(lambda: client.info("persistence")["rdb_last_bgsave_status"] == "err", "the snapshot to fail")
        with pytest.raises(redis.exceptions.ResponseError, match="MISCONF"):
            client.ping()
        assert converged("instance", instance.config({"maxmemory": "20mb", "save": ["900 1"]}))["changed"]
        assert client.config_get("maxmemory") == {"maxmemory": str(20 * 1024 * 1024)}


def test_a_dropped_directive_does_not_come_back_from_the_engines_own_file(instances):
    converged(
        "instance",
        instances.config({"maxmemory": "100mb", "save": "900 1", "client-output-buffer-limit": "normal 1mb 1mb 1"}),
    )
    instances.start()
    instances.client().config_rewrite()
    options = instances.config()
    converged("instance", options)
    live = instances.client().config_get("*")
    assert converged("instance", options)["changed"] is False
    instances.end(PORT)
    instances.start()
    assert instances.client().config_get("*") == live
    assert live["maxmemory"] == "0"
    assert converged("instance", options)["changed"] is False


def test_what_the_topology_decided_stays(instances):
    converged("instance", instances.config({"maxmemory": "10mb"}))
    instances.start()
    instances.client().replicaof("127.0.0.1", PORT + 1)
    instances.client().config_rewrite()
    converged("instance", instances.config({"maxmemory": "20mb"}))
    instances.end(PORT)
    instances.start()
    assert instances.client().config_get("replicaof") == {"replicaof": f"127.0.0.1 {PORT + 1}"}
    assert converged("instance", instances.config({"maxmemory": "20mb"}))["changed"] is False


def test_users_are_as_listed_and_nobody_else_gets_in(instances):
    converged("instance", instances.config())
    instances.start()
    users = [{"name": "app", "password": "app secret", "rules": "~app:* +@read +@write -flushall +get +acl|whoami"}]
    options = instances.config(users=users)
    converged("instance", options)
    app = instances.client(username="app", password="app secret")
    assert app.get("app:x") is None
    with pytest.raises(redis.exceptions.NoPermissionError):
        app.get("other")
    with pytest.raises(redis.exceptions.AuthenticationError):
        redis.Redis(port=PORT).ping()
    assert converged("instance", options)["changed"] is False
    assert ADMIN not in instances.managed().with_suffix(".acl").read_text()
    converged("instance", instances.config())
    with pytest.raises(redis.exceptions.AuthenticationError):
        instances.client(username="app", password="app secret").ping()


def test_the_password_of_the_administrator_changes_with_the_old_one_at_hand(instance):
    converged("instance", instance.config())
    instance.start()
    before = instance.managed().with_suffix(".acl").read_text()
    new = instance.config(admin_password="another")
    assert "admin_password_old" in refused("instance", new)["msg"]
    assert instance.managed().with_suffix(".acl").read_text() == before
    converged("instance", {**new, "admin_password_old": ADMIN})
    assert instance.client(password="another").ping()
    assert converged("instance", new)["changed"] is False
    with pytest.raises(redis.exceptions.AuthenticationError):
        instance.client().ping()


def test_replication_is_up_again_when_new_users_are_loaded():
    with Instances(servers()[0], PORT + 60, count=2) as pair:
        primary, replica = pair.ports
        converged("instance", pair.config({"repl-diskless-sync-delay": 0}))
        pair.start()
        pair.client(replica).replicaof("127.0.0.1", primary)
        until(lambda: pair.client(replica).info("replication")["master_link_status"] == "up", "first link")
        users = [{"name": "app", "password": "x", "rules": "+ping"}]
        converged("instance", pair.config({"repl-diskless-sync-delay": 0}, users=users))
        assert pair.client(replica).info("replication")["master_link_status"] == "up"
        assert pair.client(primary).info("replication")["connected_slaves"] == 1


def test_data_survives_that_the_append_only_file_is_turned_on(instances):
    converged("instance", instances.config({"appendonly": False}))
    instances.start()
    instances.client().set("key", "value")
    instances.client().save()
    converged("instance", instances.config({"appendonly": True}))
    instances.end(PORT)
    instances.start()
    assert instances.client().get("key") == "value"


def test_an_instance_that_would_ignore_its_dump_is_not_configured_so(instance):
    converged("instance", instance.config({"appendonly": False}))
    instance.start()
    instance.client().set("key", "value")
    instance.client().save()
    instance.end(instance.ports[0])
    before = instance.managed().read_text()
    message = refused("instance", instance.config({"appendonly": True}))["msg"]
    assert f"dump-{instance.ports[0]}.rdb" in message
    assert instance.managed().read_text() == before


def test_an_instance_that_would_ignore_its_append_only_file_is_not_configured_so(instance):
    converged("instance", instance.config({"appendonly": True}))
    instance.start()
    instance.client().set("key", "value")
    instance.end(instance.ports[0])
    before = instance.managed().read_text()
    assert "appendonlydir" in refused("instance", instance.config({"appendonly": False}))["msg"]
    assert instance.managed().read_text() == before
    # The remedy: while it runs.
    instance.start()
    assert instance.client().get("key") == "value"
    converged("instance", instance.config({"appendonly": False}))
    instance.end(instance.ports[0])
    assert converged("instance", instance.config({"appendonly": False}))["changed"] is False


def test_secrets_are_in_no_output(instance):
    secrets = [ADMIN, REPLICATION, 'rep\\"li', "app secret", "keypass"]
    options = instance.config(
        users=[{"name": "app", "password": "app secret", "rules": "+ping"}],
        secret_settings={"tls-key-file-pass": "keypass"},
    )
    outputs = [converged("instance", options, diff=True, verbosity=3)]
    instance.start()
    instance.client().config_set("masterauth", "by hand")
    outputs.append(converged("instance", options, diff=True, verbosity=3))
    outputs.append(refused("instance", {**options, "settings": {"hz": "many"}}, diff=True, verbosity=3))
    assert instance.client().config_get("masterauth")["masterauth"] == REPLICATION
    for output in outputs:
        for secret in (*secrets, "by hand"):
            assert secret not in str(output)


def test_instances_that_differ_get_what_is_theirs():
    with Instances(servers()[0], PORT + 70, count=3, cluster=True) as three:
        options = three.config({"maxmemory": "10mb", "hz": 20})
        options["instances"][1]["settings"] = {"maxmemory": "20mb", "hz": None}
        converged("instance", options)
        three.start()
        assert converged("instance", options)["changed"] is False
        seen = [three.client(port).config_get("maxmemory", "hz") for port in three.ports]
        assert [(one["maxmemory"], one["hz"]) for one in seen] == [
            ("10485760", "20"),
            ("20971520", "10"),
            ("10485760", "20"),
        ]


def test_owner_and_mode_of_managed_files_are_kept(instance):
    converged("instance", instance.config())
    instance.managed().chmod(0o666)
    os.chown(instance.managed(), 65534, 65534)
    result = converged("instance", instance.config())
    assert result["plan"] == [f"write {instance.managed()}: owner, mode or layout"]
    assert (instance.managed().stat().st_uid, stat.S_IMODE(instance.managed().stat().st_mode)) == (0, 0o640)


def test_what_this_run_may_open_says_nothing_of_the_service(instances):
    converged("instance", instances.config())
    instances.start()
    within = ["prlimit", "--nofile=1000:1000"]
    assert converged("instance", instances.config(), within=within)["changed"] is False
    options = instances.config({"maxclients": 2000})
    converged("instance", options, within=within)
    assert instances.client().config_get("maxclients") == {"maxclients": "2000"}
    assert converged("instance", options)["changed"] is False


@pytest.mark.parametrize("delay", [0.2, 0.25, 0.3, 0.35, 0.4, 0.5])
def test_a_run_that_is_killed_at_any_time_is_made_good_by_the_next(instance, delay):
    converged("instance", instance.config())
    instance.start()
    users = [{"name": "app", "password": "x", "rules": "+ping"}]
    options = instance.config({"maxmemory": "10mb", "appendonly": True}, users=users)
    module = start_module("instance", options)
    try:
        module.wait(delay)
    except subprocess.TimeoutExpired:
        module.kill()
    module.communicate()
    converged("instance", options)
    assert converged("instance", options)["changed"] is False
    assert instance.client(username="app", password="x").ping()
    assert instance.client().config_get("appendonly") == {"appendonly": "yes"}
