# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Defaults of roles that other code needs: they are those of the roles, and stand in one place."""

from __future__ import annotations

import ast
import pathlib
import re
import typing as t

import pytest
import yaml
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.defaults import (
    CLUSTER_PORTS,
    DEFAULTS,
    GROUPS,
    REPLICATION_PORTS,
    value,
)

ROOT = pathlib.Path(__file__).resolve().parents[3]
UTILS = ROOT / "plugins" / "module_utils"
HOME = UTILS / "_inventory" / "defaults.py"
OF_ROLES: dict[str, t.Any] = {
    name: default
    for path in ROOT.glob("roles/*/defaults/main.yml")
    for name, default in (yaml.safe_load(path.read_text()) or {}).items()
}
# Values that are not written for another reason: directories, and ports of servers.
TELLING = {
    each
    for name, each in DEFAULTS.items()
    if name.endswith("_port") or (isinstance(each, str) and each.startswith("/"))
}


def nodes(path: pathlib.Path) -> t.Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def second_homes(path: pathlib.Path) -> list[str]:
    """Return where a file says what a variable of a role is by default."""
    found = []
    for node in nodes(path):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            literal = [each for each in node.args[1:] if isinstance(each, ast.Constant) and each.value is not None]
            if literal and re.search(r"redis_[a-z]+_\w+|\{role\}_", ast.unparse(node.args[0])):
                found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize("name", sorted(DEFAULTS.keys() - GROUPS.keys()))
def test_a_default_is_that_of_its_role(name: str) -> None:
    assert DEFAULTS[name] == OF_ROLES[name]


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_is_that_of_the_playbooks(name: str) -> None:
    texts = [path.read_text() for path in (ROOT / "playbooks").rglob("*.yml")]
    said = {found[1] for text in texts for found in re.finditer(rf"\b{name} \| default\('(\w+)'\)", text)}
    assert said == {GROUPS[name]}
    assert OF_ROLES.get(name, GROUPS[name]) == GROUPS[name]


def test_ports_are_those_that_role_redis_node_takes() -> None:
    ports = yaml.safe_load((ROOT / "roles/redis_node/vars/main.yml").read_text())["__redis_node_ports"]
    assert f"ternary({[*CLUSTER_PORTS]}, {[*REPLICATION_PORTS]})" in ports


def test_a_value_is_the_hosts_or_the_default() -> None:
    assert value({"redis_sentinel_port": "26380"}, "redis_sentinel_port") == "26380"
    assert value({}, "redis_sentinel_port") == OF_ROLES["redis_sentinel_port"]


def test_what_has_no_default_here_is_not_made_up() -> None:
    with pytest.raises(KeyError):
        value({}, "redis_node_address")


@pytest.mark.parametrize("path", sorted(set(UTILS.rglob("*.py")) - {HOME}), ids=lambda path: path.name)
def test_nothing_else_repeats_a_default(path: pathlib.Path) -> None:
    assert second_homes(path) == []
    if path.name != "options.py":  # the options of modules have defaults of their own
        literal = {
            node.value for node in nodes(path) if isinstance(node, ast.Constant) and type(node.value) in (int, str)
        }
        assert sorted(map(str, literal & TELLING)) == []


def test_a_second_home_is_found(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "one.py"
    path.write_text("variables.get('redis_node_unit', 'x'), one.get('name', ''), variables.get(f'{role}_port', 9121)\n")
    assert second_homes(path) == ["variables.get('redis_node_unit', 'x')", "variables.get(f'{role}_port', 9121)"]
