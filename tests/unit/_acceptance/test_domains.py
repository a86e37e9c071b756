# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host or zone that takes the deployment down fails item failover; what health warns about is in the report."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance import checks
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance.checks_common import COMPLETE, ITEM_OF, ITEMS
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance.checks_domains import domains
from ansible_collections.almashooq.redis.plugins.module_utils._health.desired import CHECKS

from .test_checks import seen

Value = dict[str, t.Any]


def cluster(*shards: str, accept: t.Sequence[str] = (), domains: t.Sequence[str] = (), **zones: str) -> Value:
    """Return a cluster whose shards are on these hosts: "ab" is a primary on host a and its replica on host b."""
    nodes = []
    for number, hosts in enumerate(shards):
        names = [f"{host}:{7000 + number}" for host in hosts]
        for index, (host, name) in enumerate(zip(hosts, names)):
            about: Value = {"name": name, "host": host, "zone": zones.get(host, host), "problem": "", "version": ""}
            role = {"role": "replica" if index else "primary", "primary": names[0] if index else None}
            nodes.append({**about, **role, "slot_ranges": ""})
    about = {
        "deployment": "redis",
        "topology": "cluster",
        "nodes": [],
        "sentinels": [],
        "accept_placement": list(accept),
    }
    return {**seen(), "deployment": about, "health": {"nodes": nodes, "findings": []}, "accept_domains": list(domains)}


ZONES = {"a": "north", "b": "north", "c": "south"}
DOMAINS: dict[str, tuple[Value, list[tuple[str, str]]]] = {
    "spread": (cluster("ab", "bc", "ca"), []),
    "five primaries, two on one host": (cluster("ab", "ac", "cd", "de", "eb"), []),
    "a host with two of three primaries": (cluster("ab", "ab", "ca"), [("error", "host a")]),
    "the same, accepted": (
        cluster("ab", "ab", "ca", accept=["primary-majority-on-host"]),
        [("warning", "host a")],
    ),
    "the same, accepted by its name": (cluster("ab", "ab", "ca", domains=["a"]), [("warning", "host a")]),
    "another one accepted": (cluster("ab", "ab", "ca", domains=["b"]), [("error", "host a")]),
    "half of four primaries": (cluster("ab", "ab", "ca", "ca"), [("error", "host a"), ("error", "host c")]),
    "a shard on one host": (cluster("aa", "bc", "cb"), [("error", "host a")]),
    "a zone with two of three primaries": (cluster("ac", "bc", "ca", **ZONES), [("error", "zone north")]),
    "a shard in one zone": (
        cluster("ab", "ca", "ca", **{**ZONES, "c": "south"}, domains=["c"]),
        [("warning", "host c"), ("error", "zone north")],
    ),
    "a primary without a replica": (cluster("a", "bc", "cb"), [("warning", "host a")]),
}


@pytest.mark.parametrize(("what", "expected"), DOMAINS.values(), ids=DOMAINS)
def test_a_failure_domain_that_takes_the_deployment_down(what: Value, expected: list[tuple[str, str]]) -> None:
    found = [(one.severity, one.message) for one in domains(what)]
    assert [severity for severity, _message in found] == [severity for severity, _where in expected]
    for (_severity, message), (_same, where) in zip(found, expected):
        assert f"losing {where} takes redis down" in message
    status = next(one["status"] for one in checks.items(what) if one["name"] == "failover")
    assert (status == "failed") == any(severity == "error" for severity, _where in expected)


def test_a_set_whose_sentinels_are_mostly_on_one_host() -> None:
    what = seen()
    for watcher in what["deployment"]["sentinels"]:
        watcher["host"] = watcher["zone"] = "alpha"
    (finding,) = domains(what)
    assert "losing host alpha takes main down: it holds 3 of 3 Sentinels" in finding.message
    for watcher in what["deployment"]["sentinels"]:
        watcher["host"] = watcher["zone"] = "charlie"  # where no instance is
    assert list(domains(what)) == []


@pytest.mark.parametrize("severity", ["error", "warning"])
@pytest.mark.parametrize("check", sorted({*CHECKS, "a check of a later release"} - {"versions"}))
def test_everything_that_health_reports_is_in_the_report(check: str, severity: str) -> None:
    what = seen()
    finding = {"check": check, "severity": severity, "node": None, "message": "it is so", "hint": "do this"}
    what["health"]["findings"].append(finding)
    items = checks.items(what)
    places = [one["name"] for one in items if "it is so" in [each["message"] for each in one["findings"]]]
    assert places == [ITEM_OF.get(check, COMPLETE)]
    failed = [one["name"] for one in items if one["status"] == "failed"]
    assert failed == (places if severity == "error" else [])
    if severity == "warning":
        assert any(one["summary"].endswith("; 1 warning") for one in items)


def test_the_table_of_checks_names_checks_and_items() -> None:
    assert set(ITEM_OF) <= set(CHECKS)
    assert set(ITEM_OF.values()) - {""} <= set(ITEMS)


def test_a_client_host_without_redis_py_gets_a_remedy_that_works() -> None:
    what = seen()
    what["clients"][0]["problem"] = (
        "Failed to import the required Python library (redis) on alpha's Python /usr/bin/python3"
    )
    (finding,) = next(one["findings"] for one in checks.items(what) if one["name"] == "client")
    assert "redis_client_redis_py: true for alpha and run site.yml" in finding["hint"]
