# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of ports and users, and the picture of them, have what the roles have: defaults, names and rights."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.defaults import (
    CLUSTER_PORTS,
    REPLICATION_PORTS,
)
from ansible_collections.almashooq.redis.plugins.module_utils._load.keys import USER
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel_host.options import CLIENT, PEER
from ansible_collections.almashooq.redis.plugins.module_utils._users.accounts import (
    EVERYTHING,
    REPLICATION,
    VALKEY_ATOMIC_MIGRATION,
    VALKEY_DUAL_CHANNEL,
)

import picture

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "ports-and-users.md").read_text(encoding="utf-8")


def read(role: str, kind: str) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", yaml.safe_load((ROOT / "roles" / role / kind / "main.yml").read_text()))


DEFAULTS = {
    name: value for path in ROOT.glob("roles/*/defaults") for name, value in read(path.parent.name, "defaults").items()
}
SPECIFIED = {
    name
    for path in ROOT.glob("roles/*/meta/argument_specs.yml")
    for entry in yaml.safe_load(path.read_text())["argument_specs"].values()
    for name in entry["options"]
}
NODE, SENTINEL = read("redis_node", "vars"), read("redis_sentinel", "vars")


def section(title: str, table: int = 0) -> list[list[str]]:
    """Return the rows of one of a section's tables, without its head."""
    text = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    tables = [block for block in text.split("\n\n") if block.lstrip().startswith("| ")]
    rows = tables[table].strip().splitlines()[2:]
    # A bar in a cell is written with a backslash.
    return [[cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


@pytest.mark.parametrize("name", sorted(name for name in DEFAULTS if name.endswith("_port")))
def test_a_port_of_a_role_is_on_the_page(name: str) -> None:
    assert [row[0] for row in section("Ports") if row[1] == f"`{name}`"] == [str(DEFAULTS[name])]


def test_ports_of_instances_are_on_the_page() -> None:
    ports = {row[2].partition(",")[0]: row[0] for row in section("Ports")}
    first, last = CLUSTER_PORTS[0], CLUSTER_PORTS[-1]
    assert ports["instances of a cluster"] == f"{first} to {last}"
    assert ports["cluster bus"] == f"{first + 10000} to {last + 10000}"
    assert ports["instance of a replication set"] == ", ".join(map(str, REPLICATION_PORTS))


def test_the_picture_has_the_same_ports() -> None:
    assert REPLICATION_PORTS == (picture.REPLICATION_PORT,)
    assert set(picture.CLUSTER_PORTS) <= set(CLUSTER_PORTS)
    drawn = set(map(int, re.findall(r":(\d{4,5})\b", picture.svg())))
    named = {DEFAULTS[name] for name in DEFAULTS if name.endswith("_port")}
    assert drawn == named | {*picture.CLUSTER_PORTS, *REPLICATION_PORTS, CLUSTER_PORTS[0] + picture.BUS_OFFSET}


def test_the_picture_explains_every_number() -> None:
    opened = {number for one in picture.VISITORS for number in one.opens}
    opened |= {
        number
        for one in picture.TOPOLOGIES
        for host in one.hosts
        for process in host.processes
        for number in process.opens
    }
    assert opened == set(range(1, len(picture.CONNECTIONS) + 1))


@pytest.mark.parametrize(
    ("title", "user", "rules"),
    [
        ("Users of the instances", "admin", EVERYTHING),
        ("Users of the instances", "replication", REPLICATION),
        ("Users of the instances", "sentinel", NODE["__redis_node_sentinel_rules"]),
        ("Users of the instances", "exporter", NODE["__redis_node_exporter_rules"]),
        ("Users of the instances", "health", re.findall(r"'rules': '([^']+)'", NODE["__redis_node_health_users"])[0]),
        ("Users of the Sentinels", "admin", EVERYTHING),
        ("Users of the Sentinels", "sentinel", PEER),
        ("Users of the Sentinels", "client", CLIENT),
        ("Users of the Sentinels", "exporter", SENTINEL["__redis_sentinel_exporter_rules"]),
        ("Users of the Sentinels", "replication", SENTINEL["__redis_sentinel_guard_rules"]),
    ],
)
def test_a_user_has_the_rights_that_the_page_lists(title: str, user: str, rules: str) -> None:
    (row,) = [row for row in section(title, 1) if row[0] == f"`{user}`"]
    assert re.findall(r"`([^`]+)`", row[1]) == [" ".join(rules.split())]


@pytest.mark.parametrize("title", ["Users of the instances", "Users of the Sentinels"])
def test_a_user_is_called_as_the_page_says(title: str) -> None:
    called = dict(re.findall(r"^`(\w+)`: `(\w+)`$", "\n".join(row[0] for row in section(title)), re.MULTILINE))
    assert len(called) == 5
    # By default a user of the Sentinels is called like that of the instances.
    names = {user: str(DEFAULTS[variable]) for user, variable in called.items()}
    assert {user: name for user, name in names.items() if user != name and f"default('{user}')" not in name} == {}


def test_a_service_runs_as_the_user_on_the_page() -> None:
    users = {
        variable: row[0].strip("`") for row in section("System users") for variable in re.findall(r"`(\w+)`", row[1])
    }
    assert {name: DEFAULTS[name] for name in ("redis_install_user", "redis_exporter_user", "redis_endpoint_user")} == {
        name: user for name, user in users.items() if name in DEFAULTS and "{{" not in str(DEFAULTS[name])
    }


def test_every_user_of_a_role_is_on_the_page() -> None:
    users = {
        name for name in DEFAULTS if re.search(r"_(user|users)$", name) and name.split("_")[1] in ("node", "sentinel")
    }
    # The login of a module, not a user of its own: it is the admin of the instances.
    assert sorted(name for name in users - {"redis_sentinel_node_user"} if f"`{name}`" not in PAGE) == []


def test_variables_on_the_page_are_those_of_roles() -> None:
    named = set(re.findall(r"`(redis_\w+)`", PAGE))
    groups = {"redis_cluster", "redis_replication", "redis_sentinel", "redis_monitoring"}
    assert sorted(named - SPECIFIED - groups) == []


def test_rights_that_only_valkey_needs_and_the_user_of_a_load_test_are_on_the_page() -> None:
    assert f"`{VALKEY_DUAL_CHANNEL}`" in PAGE
    assert f"`{VALKEY_ATOMIC_MIGRATION}`" in PAGE
    assert [[row[0] for row in section("Users of the instances", table)][-1] for table in (0, 1)] == [f"`{USER}`"] * 2
