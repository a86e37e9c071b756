# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each defect makes its own item fail, and no other; what is refused is refused before anything is stopped."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance import (
    checks,
    plan_drills,
    render,
    scope,
)
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance.checks_common import ITEMS
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance.plan_steps import (
    COUNT,
    HEALED,
    RETURN,
    STOP,
    TAKEOVER,
    Journal,
    Outcome,
)

Value = dict[str, t.Any]
THIRD = {"address": "192.0.2.13", "port": 6379, "host": "charlie", "zone": "charlie"}
CONSENT = {"drill": True, "confirm": "main"}


def node(name: str, role: str, primary: str | None = None, slots: str = "-") -> Value:
    """Return a node as module health reports it."""
    host = "alpha" if name.startswith("192.0.2.11") else "bravo"
    return {
        "name": name,
        "host": host,
        "zone": host,
        "role": role,
        "primary": primary,
        "slot_ranges": slots,
        "problem": "",
        "version": "redis 7.0.15",
    }


def host(name: str) -> Value:
    """Return what a host reported."""
    return {
        "host": name,
        "server": {"path": "/usr/bin/redis-server", "problem": "", "version": "redis 7.0.15"},
        "units": {"redis-node@6379.service": "enabled"},
        "hooks": [{"path": "/usr/local/lib/redis-hooks/notify", "problem": ""}],
        "settings": {"6379": {"maxmemory": "100mb"}},
        "services": [{"kind": "exporter", "node": "192.0.2.11:6379", "url": "http://192.0.2.11:9121", "problem": ""}],
    }


def drill(**changes: t.Any) -> Value:
    """Return a drill that went well."""
    return {
        "shard": "main",
        "fault": "kill",
        "primary": "192.0.2.11:6379",
        "lost": 0,
        "lost_without_wait": 0,
        "gap_ms": 900,
        "problem": "",
        "returned": True,
        **changes,
    }


def seen() -> Value:
    """Return a set of two under three Sentinels in which all is well."""
    members = [
        {"address": f"192.0.2.{number}", "port": 6379, "host": name, "zone": name}
        for number, name in ((11, "alpha"), (12, "bravo"))
    ]
    return {
        "deployment": {
            "deployment": "main",
            "topology": "replication",
            "set": "main",
            "nodes": members,
            "sentinels": [{**one, "port": 26379} for one in [*members, THIRD]],
            "replicas": 1,
        },
        "hosts": [host("alpha"), host("bravo"), host("charlie")],
        "health": {
            "findings": [],
            "nodes": [node("192.0.2.11:6379", "primary"), node("192.0.2.12:6379", "replica", "192.0.2.11:6379")],
        },
        "replication": {
            "copies": [{"node": "192.0.2.12:6379", "primary": "192.0.2.11:6379", "lag_ms": 2.0, "problem": ""}],
            "refused": [],
            "nodes": [{"name": "192.0.2.12:6379", "id": "", "settings": {"replica-priority": "100"}}],
        },
        "drill": {"refused": "", "results": [drill()]},
        "prometheus": [{"kind": "rules", "url": "http://192.0.2.14:9090", "node": "", "problem": ""}],
        "clients": [
            {
                "host": "alpha",
                "name": "cache",
                "problem": "",
                "follow_since": 5.0,
                "report": {"acknowledged": 9, "last_acknowledged": 6.0, "errors": {}},
            }
        ],
        "load": {"runs": [{"name": "read", "scope": "cluster", "ops_per_second": 9000.0}], "generator": {}},
        "load_findings": [],
        "targets": [],
        "limits": {"lag_ms": 1000, "gap_ms": 0},
    }


def failed(what: Value) -> dict[str, str]:
    """Return the items that fail, with their first reason."""
    return {one["name"]: one["summary"] for one in checks.items(what) if one["status"] == "failed"}


def health(check: str, message: str, name: str = "192.0.2.12:6379") -> t.Callable[[Value], None]:
    """Return a defect that module health finds."""
    finding = {"check": check, "severity": "error", "node": name, "message": message, "hint": "", "observed": ""}
    return lambda what: what["health"]["findings"].append(finding)


def at(*path: t.Any, value: t.Any) -> t.Callable[[Value], None]:
    """Return a defect that is one value in what was observed."""

    def put(what: t.Any) -> None:
        for key in path[:-1]:
            what = what[key]
        what[path[-1]] = value

    return put


DEFECTS: dict[str, tuple[t.Callable[[Value], None], str, str]] = {
    "a replica is detached": (health("replica-link", "192.0.2.12:6379 has no link"), "complete", "192.0.2.12:6379"),
    "a Sentinel sees a replica without a link": (
        health("replica-link", "says that 192.0.2.12"),
        "complete",
        "192.0.2.12",
    ),
    "there is no quorum": (
        health("sentinel-quorum", "no quorum for main", "192.0.2.11:26379"),
        "sentinel",
        "no quorum",
    ),
    "a Sentinel is down": (health("sentinel-reachable", "192.0.2.12:26379 is unreachable"), "sentinel", "26379"),
    "an exporter is down": (
        at("hosts", 0, "services", 0, "problem", value="does not answer"),
        "monitoring",
        "192.0.2.11:6379",
    ),
    "Prometheus has no rules": (at("prometheus", 0, "problem", value="has none"), "monitoring", "rules"),
    "a hook cannot be run": (
        at("hosts", 1, "hooks", 0, "problem", value="cannot be run by redis (mode 0644)"),
        "sentinel",
        "notify of bravo",
    ),
    "client settings are wrong": (
        at("clients", 0, "report", value={"acknowledged": 0, "errors": {"authentication: WRONGPASS": 3}}),
        "client",
        "cache",
    ),
    "a client does not follow": (at("clients", 0, "follow_since", value=60.0), "client", "did not follow"),
    "a client's settings are not there": (
        at("clients", 0, "problem", value="cannot be read"),
        "client",
        "cannot be read",
    ),
    "a node is slow": (
        at(
            "load_findings",
            value=[{"severity": "error", "node": "192.0.2.11:6379", "message": "192.0.2.11:6379 is slow"}],
        ),
        "load",
        "192.0.2.11:6379",
    ),
    "load cannot be measured": (at("load_problem", value="no redis-benchmark"), "load", "no redis-benchmark"),
    "a target is not met": (
        at("targets", value=[{"name": "p99_ms", "wanted": 1, "measured": 3, "met": False}]),
        "load",
        "p99_ms",
    ),
    "min-replicas is unmet": (
        health("min-replicas", "192.0.2.11:6379 refuses writes"),
        "replication",
        "refuses writes",
    ),
    "nothing guards a restart": (
        health("start-guard", "nothing keeps 192.0.2.11:6379 from erasing"),
        "replication",
        "nothing keeps",
    ),
    "a write is refused": (
        at("replication", "refused", value=[{"node": "192.0.2.11:6379", "problem": "OOM"}]),
        "replication",
        "OOM",
    ),
    "a replica is late": (at("replication", "copies", 0, "lag_ms", value=3000.0), "replication", "3000 ms"),
    "a replica does not get it": (
        at("replication", "copies", 0, "problem", value="it has not"),
        "replication",
        "192.0.2.12",
    ),
    "a replica may not take over": (
        at("replication", "nodes", 0, "settings", "replica-priority", value="0"),
        "failover",
        "192.0.2.12:6379",
    ),
    "confirmed writes are lost": (at("drill", "results", 0, "lost", value=2), "failover", "2 writes lost"),
    "writes never came back": (
        at("drill", "results", 0, "gap_ms", value=None),
        "failover",
        "no write was acknowledged",
    ),
    "a gap is too long": (at("limits", "gap_ms", value=500), "failover", "900 ms"),
    "a drill did not heal": (at("drill", "results", 0, "problem", value="waited 60 s"), "failover", "waited 60 s"),
    "a primary did not return": (at("drill", "results", 0, "returned", value=False), "failover", "not primary again"),
    "a version is another on disk": (at("hosts", 1, "server", "version", value="redis 7.0.9"), "installed", "7.0.9"),
    "a unit is not enabled": (
        at("hosts", 0, "units", "redis-node@6379.service", value="disabled"),
        "installed",
        "redis-node@6379.service of alpha",
    ),
    "a host cannot be inspected": (lambda what: what["hosts"].pop(), "installed", "charlie"),
}


def test_all_items_pass_where_all_is_well() -> None:
    assert [(one["name"], one["status"]) for one in checks.items(seen())] == [(name, "passed") for name in ITEMS]


@pytest.mark.parametrize(("defect", "item", "named"), DEFECTS.values(), ids=DEFECTS)
def test_a_defect_is_its_own_item(defect: t.Callable[[Value], None], item: str, named: str) -> None:
    what = seen()
    defect(what)
    found = failed(what)
    assert list(found) == [item]
    assert named in found[item]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (
            at("clients", 0, "report", value={"acknowledged": 0, "errors": {"refused_by_engine: NOREPLICAS": 9}}),
            "passed",
        ),
        (at("clients", value=[]), "skipped"),
    ],
    ids=["a client that is let in has right settings, whatever the servers take", "nobody has a connection"],
)
def test_clients_without_a_fault_of_theirs(change: t.Callable[[Value], None], status: str) -> None:
    what = seen()
    change(what)
    assert next(one["status"] for one in checks.items(what) if one["name"] == "client") == status


def test_what_is_not_wanted_is_skipped_and_cannot_fail() -> None:
    what = seen()
    DEFECTS["a node is slow"][0](what)
    what["items"] = ["complete"]
    result = checks.result(what)
    assert result["passed"]
    assert [one["name"] for one in result["items"] if one["status"] == "passed"] == ["complete"]


def test_what_a_restart_of_all_would_lose_is_told_and_fails_nothing() -> None:
    what = seen()
    health("persistence", "192.0.2.11:6379 has no append-only file")(what)
    what["health"]["findings"][-1]["severity"] = "warning"
    assert failed(what) == {}
    (item,) = (one for one in checks.items(what) if one["name"] == "replication")
    assert [one["message"] for one in item["findings"]] == ["192.0.2.11:6379 has no append-only file"]


def test_the_result_names_what_failed() -> None:
    what = seen()
    DEFECTS["there is no quorum"][0](what)
    result = checks.result(what)
    assert not result["passed"]
    assert result["summary"] == "main is NOT accepted: sentinel (no quorum for main)."
    assert [one["role"] for one in result["nodes"]] == ["primary", "replica", "sentinel", "sentinel", "sentinel"]


def test_the_shard_of_a_healthy_deployment_is_drilled() -> None:
    plan = plan_drills.plan(seen(), CONSENT)
    assert plan["refused"] == ""
    assert [(one["primary"], one["replicas"], one["host"]) for one in plan["shards"]] == [
        ("192.0.2.11:6379", ["192.0.2.12:6379"], "alpha")
    ]


@pytest.mark.parametrize(
    ("defect", "consent", "chosen", "reason"),
    [
        ("", {"drill": False, "confirm": "main"}, [], "not requested"),
        ("", {"drill": True, "confirm": ""}, [], "redis_acceptance_confirm=main"),
        ("", {"drill": True, "confirm": "another"}, [], "redis_acceptance_confirm=main"),
        ("", CONSENT, ["0-5460"], "no shard 0-5460"),
        ("a replica is detached", CONSENT, [], "complete failed"),
        ("there is no quorum", CONSENT, [], "sentinel failed"),
        ("min-replicas is unmet", CONSENT, [], "replication failed"),
        ("a replica may not take over", CONSENT, [], "may take over"),
    ],
)
def test_drills_are_refused(defect: str, consent: Value, chosen: list[str], reason: str) -> None:
    what = seen()
    if defect:
        DEFECTS[defect][0](what)
    plan = plan_drills.plan(what, consent, chosen)
    assert plan["shards"] == []
    assert reason in plan["refused"]


def test_judging_changes_nothing_of_what_was_observed() -> None:
    what = seen()
    before = copy.deepcopy(what)
    checks.result(what)
    plan_drills.plan(what, CONSENT)
    assert what == before


def test_a_drill_is_told_in_the_order_of_its_events() -> None:
    shard = {"shard": "main", "primary": "192.0.2.11:6379"}
    written = {
        "started": 100.0,
        "gap_since": 101.0,
        "gap_ms": 3000,
        "first_error": 101.1,
        "last_acknowledged": 109.0,
    }
    results: Value = {
        STOP: {"at": 101.0},
        TAKEOVER: {"successor": "192.0.2.12:6379", "at": 104.5},
        HEALED: {"at": 107.0},
        COUNT: {"report": written},
        RETURN: {"to": "192.0.2.11:6379"},
    }

    def journal(problem: str = "", **changes: Value) -> Journal:
        return tuple(
            Outcome(shard["primary"], step, ended=108.0, problem=problem if step == COUNT else "", result=result)
            for step, result in {**results, **changes}.items()
        )

    reported = render.drill(shard, journal(), "kill", True)
    assert (reported["gap_ms"], reported["healed_ms"], reported["returned"]) == (3000, 6000, True)
    assert [one["at_ms"] for one in reported["timeline"]] == [1000, 1000, 1100, 4000, 4500, 7000]
    assert (reported["ended"], reported["fault"]) == (107.0, "kill")
    silent = {**written, "last_acknowledged": 101.0}
    assert render.drill(shard, journal(count={"report": silent}), "kill", True)["gap_ms"] is None
    assert render.drill(shard, journal("it broke."), "kill", True)["problem"] == "it broke"
    assert render.drill(shard, journal(), "kill", False)["returned"] is None
    ended = {"report": {**written, "error": "out of memory"}}
    assert render.drill(shard, journal(count=ended), "kill", True)["problem"] == "its writer ended: out of memory"
    assert render.drill(shard, journal(healed={}), "kill", True)["ended"] == 108.0


def test_prometheus_is_that_of_the_inventory_or_the_named_one() -> None:
    hostvars: dict[str, Value] = {"mike": {"redis_monitoring_address": "192.0.2.14"}, "alpha": {}}
    found = scope.prometheus(hostvars, ["mike"], "", "alpha")
    assert found == {"url": "http://192.0.2.14:9090", "asks": "mike", "node": "192.0.2.14"}
    named = scope.prometheus(hostvars, ["mike"], "https://prometheus.example", "alpha")
    assert named["url"] == "https://prometheus.example"
    assert scope.prometheus(hostvars, [], "", "alpha") == {"url": "", "asks": "alpha", "node": "alpha"}


def test_what_hosts_told_is_read_where_they_could_be_asked() -> None:
    reported = {"told": {"host": "bravo"}, "layout": {"unit": "redis-node"}}
    hostvars: dict[str, Value] = {
        "alpha": {},
        "bravo": {scope.HOST: reported, scope.PUT_BACK: {"changed": True, "noted": [{"port": 6379}]}},
        "charlie": {scope.PUT_BACK: {"changed": False, "skipped": True}},
    }
    hosts = ["alpha", "bravo", "charlie", "gone"]
    answers = scope.reported(hostvars, hosts)
    assert answers == [{"host": "bravo"}]
    assert [scope.asks(given, answers, hosts) for given in ("charlie", "")] == ["charlie", "bravo"]
    assert scope.asks("", [], hosts) == "alpha"
    assert (scope.layout(hostvars, "bravo"), scope.layout(hostvars, "alpha")) == ({"unit": "redis-node"}, {})
    assert scope.was_put_back(hostvars, hosts) and not scope.was_put_back(hostvars, ["alpha", "charlie"])
    assert scope.notes(hostvars, hosts) == {"alpha": [], "bravo": [{"port": 6379}], "charlie": [], "gone": []}
