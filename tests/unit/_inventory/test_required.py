# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One sentence for each variable that is missing, and what the roles cannot do without."""

from __future__ import annotations

import typing as t

import yaml
from ansible_collections.almashooq.redis.plugins.module_utils._inventory import checks_required
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.model import Needed

from .test_values import ROOT


def of_roles(file: str) -> dict[str, t.Any]:
    """Return the content of this file of each role."""
    return {path.parts[-len(file.split("/")) - 1]: yaml.safe_load(path.read_text()) or {}
            for path in ROOT.glob(f"roles/*/{file}")}  # fmt: skip


def test_what_the_roles_need() -> None:
    specs = {role: one["argument_specs"] for role, one in of_roles("meta/argument_specs.yml").items()}
    found = checks_required.needed(specs, of_roles("defaults/main.yml"))
    names = {group: {one.name for one in needs} for group, needs in found.items()}
    of_nodes = {"redis_node_address", "redis_node_admin_password", "redis_node_replication_password"}
    assert names == {
        "redis_cluster_group": of_nodes,
        "redis_replication_group": {*of_nodes, "redis_replication_sets"},
        "redis_sentinel_group": {"redis_node_address", "redis_node_admin_password", "redis_node_sentinel_password"},
    }


def test_hosts_are_named_and_counted() -> None:
    hosts = [f"host-{number}" for number in range(6)]
    told = checks_required.missing(
        {"group": hosts}, {"group": [Needed("a_password")]}, lambda host, _name: host == "host-0"
    )
    (sentence,) = told
    assert sentence.startswith("a_password is missing on host-1, host-2, host-3 and 2 more hosts: set it in group_vars")


def test_an_option_may_be_given_instead() -> None:
    needs = {"group": [Needed("theirs", "ours")]}
    assert list(checks_required.missing({"group": ["a"]}, needs, lambda _host, name: name == "ours")) == []
    assert list(checks_required.missing({"group": ["a"]}, needs, lambda _host, name: name == "other")) == [
        "theirs is missing on a: set it in the inventory"
    ]
