# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Misspelled variables and groups, each with the closest match, and few false alarms."""

from __future__ import annotations

import pathlib
import re

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._inventory import checks_names
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.defaults import GROUPS

from .test_values import KNOWN, ROOT

GIVEN = dict(GROUPS)


@pytest.mark.parametrize("name", sorted(KNOWN.options)[::9])
def test_a_letter_too_many_is_found(name: str) -> None:
    middle = len(name) - 2
    wrong = name[:middle] + name[middle] + name[middle:]
    assert f"did you mean {name}?" in checks_names.unknown_variable(wrong, KNOWN)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("redis_node_maxmemmory", "redis_node_maxmemory"),
        ("redis_nodes_maxmemory", "redis_node_maxmemory"),
        ("Redis_Node_Maxmemory", "redis_node_maxmemory"),
        ("reids_node_maxmemory", "redis_node_maxmemory"),
        ("valkey_node_maxmemory", "redis_node_maxmemory"),
        ("redis_sentinal_quorum", "redis_sentinel_quorum"),
        ("redis_node_max_memory", "redis_node_maxmemory"),
        ("redis_clusters_group", "redis_cluster_group"),
        ("redis_node_sentinel_passwd", "redis_node_sentinel_password"),
    ],
)
def test_the_closest_match(name: str, near: str) -> None:
    assert f"{name} is not a variable of this collection; did you mean {near}?" in checks_names.unknown_variable(
        name, KNOWN
    )


@pytest.mark.parametrize(
    "name",
    ["redis_version", "redis_password", "redis_port", "redis_exporters_of_mine", "postgres_port",
     "__redis_node_members", "vault_redis_node_admin_password", "ansible_host", "app_redis_url", "redirect_port",
     "shop_redis_node_maxmemory"],
)  # fmt: skip
def test_what_is_somebodys_own(name: str) -> None:
    assert checks_names.unknown_variable(name, KNOWN) == ""


def test_a_name_with_a_roles_prefix_is_refused_without_a_match_too() -> None:
    assert "redis_node_qqqqqqqqqqqq is not a variable of this collection: take it out" in checks_names.unknown_variable(
        "redis_node_qqqqqqqqqqqq", KNOWN
    )


def test_every_variable_that_the_code_reads_is_known() -> None:
    names = set()
    for path in [*ROOT.glob("roles/*/tasks/*.yml"), *ROOT.glob("playbooks/**/*.yml"),
                 *ROOT.glob("inventories/**/*.yml")]:  # fmt: skip
        text = re.sub(r"^\s*#.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        names |= {
            one for one in re.findall(r"(?<![\w.'/-])redis_[a-z_]+(?=[ |:}\[),]|$)", text) if one not in KNOWN.options
        }
    roles = {path.name for path in (ROOT / "roles").iterdir()}
    tags = {tag for path in ROOT.glob("roles/*/tasks/*.yml") for line in re.findall(r"tags: \[(.*)\]", path.read_text())
            for tag in line.split(", ")}  # fmt: skip
    # A metric, in a query.
    assert sorted(names - roles - tags - {"redis_up"}) == []


@pytest.mark.parametrize(
    ("groups", "near"),
    [
        ({"redis_clusters": ["a"]}, "redis_cluster"),
        ({"redis-cluster": ["a"]}, "redis_cluster"),
        ({"RedisCluster": ["a"]}, "redis_cluster"),
        ({"valkey_cluster": ["a"]}, "redis_cluster"),
        ({"redis_sentinels": ["a"], "redis_replication": ["a"]}, "redis_sentinel"),
        ({"redis_replicatoin": ["a"]}, "redis_replication"),
        ({"redis_clients": ["a"], "redis_client": ["b"]}, "redis_client"),
    ],
)
def test_a_group_that_resembles_one(groups: dict[str, list[str]], near: str) -> None:
    (sentence,) = checks_names.unknown_groups(groups, GIVEN, [], [])
    assert f"resembles {near}" in sentence


@pytest.mark.parametrize(
    ("groups", "given"),
    [
        ({"redis_cluster": ["a", "b"], "redis_cluster_eu": ["a"], "redis_cluster_us": ["b"]}, GIVEN),
        ({"redis_cluster": ["a"], "redis_clusters": ["a"], "redis": ["a", "b"], "databases": ["c"]}, GIVEN),
        ({"redis_clusters": []}, GIVEN),
        (
            {"redis_cluster": ["a", "b"], "redis_cluster_a": ["a"], "redis_cluster_b": ["b"]},
            {**GIVEN, "redis_cluster_group": "redis_cluster_a"},
        ),
        ({"caches": ["a"]}, {**GIVEN, "redis_cluster_group": "caches"}),
        ({"redis_clusters": ["a"]}, {**GIVEN, "redis_cluster_group": "redis_clusters"}),
    ],
)
def test_groups_that_are_nobodys_mistake(groups: dict[str, list[str]], given: dict[str, str]) -> None:
    assert list(checks_names.unknown_groups(groups, given, ["all", "redis_cluster", "redis_cluster_eu"], [])) == []


def test_a_group_and_a_file_of_ones_own_are_accepted_by_name() -> None:
    groups = {"redis_clusters": ["a"]}
    assert (
        list(checks_names.unknown_groups(groups, GIVEN, ["redis_sentinels"], ["redis_clusters", "redis_sentinels"]))
        == []
    )


def test_a_file_that_no_group_reads() -> None:
    (sentence,) = checks_names.unknown_groups({}, GIVEN, ["redis_sentinels"], [])
    assert "group_vars/redis_sentinels is read by no group, since there is none of that name" in sentence


def test_a_chosen_group_that_is_not_there() -> None:
    given = {**GIVEN, "redis_cluster_group": "cachse"}
    (sentence,) = checks_names.unknown_groups({"caches": ["a"]}, given, [], [])
    assert sentence == "redis_cluster_group is cachse, and the inventory has no such group; did you mean caches?"


@pytest.mark.parametrize(
    ("groups", "refused"), [({}, True), ({"redis_cluster": []}, True), ({"redis_client": ["a"]}, False)]
)
def test_an_inventory_in_which_there_is_nothing_to_do(groups: dict[str, list[str]], refused: bool) -> None:
    assert bool(checks_names.no_hosts(groups, GIVEN)) is refused


def test_the_way_out_is_a_variable() -> None:
    assert checks_names.ALLOW in KNOWN.options
    assert pathlib.Path(ROOT / "docs" / "inventory.md").read_text().count(checks_names.ALLOW)
