# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several inventory names of one machine: what they can share."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import yaml
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.defaults import DEFAULTS
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.machines import (
    FACT,
    SENTINEL_FACT,
    SHARED,
    machine_refusal,
)
from ansible_collections.almashooq.redis.plugins.module_utils._preflight.machine import machine

ROLES = pathlib.Path(__file__).resolve().parents[3] / "roles"
HOOKS = ("directory", "config_dir", "spool_dir", "state_dir", "unit")


def host(*groups: str, machine: str = "one", **variables: t.Any) -> dict[str, t.Any]:
    """Return the variables of a host."""
    return {FACT: machine, "group_names": [f"redis_{group}" for group in groups], **variables}


def own_hooks(name: str) -> dict[str, str]:
    """Return the variables of a Sentinel that has hooks and a unit of its own."""
    return {**{f"redis_hooks_{key}": f"/{key}/{name}" for key in HOOKS}, "redis_sentinel_unit": f"sentinel-{name}"}


CASES: dict[str, tuple[dict[str, t.Any], dict[str, t.Any], list[str]]] = {
    "instances with the same settings": (host("cluster"), host("replication"), []),
    "other machines": (host("cluster"), host("cluster", machine="two", redis_node_open_files=1024), []),
    "a machine that is not known": (host("cluster", machine=""), host("cluster", machine="", redis_node_user="x"), []),
    "another unit file": (
        host("cluster"),
        host("cluster", redis_node_open_files=1024),
        ["alpha and bravo are one machine", "redis_node_open_files differ", "its own redis_node_unit"],
    ),
    "units of their own": (host("cluster"), host("cluster", redis_node_open_files=9, redis_node_unit="other"), []),
    "two engines": (host("cluster"), host("cluster", redis_install_engine="valkey"), ["redis_install_engine differ"]),
    "other settings of the kernel": (
        host("cluster"),
        host("cluster", redis_node_unit="other", redis_node_kernel_somaxconn=1),
        ["the settings of the kernel, for which redis_node_kernel_somaxconn differ: give both the same"],
    ),
    "two Sentinels with the hooks of one": (
        host("sentinel"),
        host("sentinel"),
        ["the hooks of Sentinels would be written twice: give each its own redis_hooks_directory"],
    ),
    "two Sentinels with hooks of their own": (
        host("sentinel", **own_hooks("a")),
        host("sentinel", **own_hooks("b")),
        [],
    ),
    "a Sentinel beside an instance": (host("sentinel"), host("replication"), []),
    "two endpoints": (
        host("cluster", redis_node_health_password="x"),
        host("cluster", redis_node_health_password="x"),
        ["the health endpoint would be written twice: give each its own redis_endpoint_unit"],
    ),
    "one endpoint": (host("cluster", redis_node_health_password="x"), host("cluster"), []),
    "two exporters": (
        host("cluster", redis_node_exporter_password="x"),
        host("sentinel", redis_node_exporter_password="x"),
        ["the exporter would be written twice"],
    ),
}


@pytest.mark.parametrize(("first", "second", "words"), CASES.values(), ids=CASES)
def test_what_two_names_would_write_differently_is_refused_by_both_names(
    first: dict[str, t.Any], second: dict[str, t.Any], words: list[str]
) -> None:
    hosts = {"alpha": first, "bravo": second}
    text = machine_refusal(hosts, list(hosts), "bravo", list(hosts))
    assert bool(text) == bool(words)
    assert [word for word in words if word not in text] == []
    assert machine_refusal(hosts, list(hosts), "alpha", list(hosts)) == ""


def test_a_host_of_another_play_is_compared_wherever_it_stands() -> None:
    hosts = {"alpha": host("cluster"), "bravo": host("replication", redis_node_open_files=1)}
    assert "bravo and alpha are one machine" in machine_refusal(hosts, list(hosts), "alpha", ["alpha"])


@pytest.mark.parametrize(
    ("facts", "same"), [({SENTINEL_FACT: "one"}, True), ({SENTINEL_FACT: "two"}, False), ({}, False)]
)
def test_a_host_with_a_sentinel_alone_is_compared_too(facts: dict[str, str], same: bool) -> None:
    alone = {"group_names": ["redis_sentinel"], "redis_node_exporter_password": "x", **facts}
    hosts = {"alpha": host("cluster", redis_node_exporter_password="x"), "bravo": alone}
    assert bool(machine_refusal(hosts, list(hosts), "bravo")) == same


def test_a_machine_is_the_same_for_two_looks_at_it() -> None:
    assert machine() == machine() != ""


def test_the_table_names_variables_that_roles_have() -> None:
    known: dict[str, t.Any] = {}
    for path in ROLES.glob("*/defaults/main.yml"):
        known.update(yaml.safe_load(path.read_text()) or {})
    for one in SHARED:
        assert [name for name in one.same if name not in known and name != "redis_install_version"] == []
        assert sorted(set(one.own) - DEFAULTS.keys()) == []
