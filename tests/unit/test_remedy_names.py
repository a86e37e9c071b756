# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A remedy can be followed: the variables, playbooks and files that health and acceptance name exist."""

from __future__ import annotations

import ast
import pathlib
import re
import typing as t

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
UTILS = ROOT / "plugins" / "module_utils"
SOURCES = [
    *sorted(path for area in ("_health", "_acceptance", "_report", "_cluster") for path in (UTILS / area).glob("*.py")),
    *sorted((ROOT / "plugins" / "plugin_utils").glob("_inventory_[nst]*.py")),
]
PLAYBOOKS = {path.stem for path in (ROOT / "playbooks").glob("*.yml")}
ROLES = {path.name for path in (ROOT / "roles").iterdir()}
GROUPS = {"redis_cluster", "redis_replication", "redis_sentinel", "redis_monitoring", "redis_client"}
# What Ansible, the engines and exporters name so: figures, not variables.
OTHERS = re.compile(r"redis_(version|up|mode|exporter_last_scrape_error|build_id)$")


def variables() -> set[str]:
    """Return all public variables of all roles."""
    found: set[str] = set()
    for path in (ROOT / "roles").glob("*/meta/argument_specs.yml"):
        for entry in yaml.safe_load(path.read_text())["argument_specs"].values():
            found |= set(entry.get("options") or ())
    return found


def sentences(path: pathlib.Path) -> t.Iterator[str]:
    """Yield the strings of a file that are for people; those of docstrings are not."""
    tree = ast.parse(path.read_text())
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_a_remedy_names_is_there(path: pathlib.Path) -> None:
    known = variables() | ROLES | GROUPS
    for text in sentences(path):
        if " " not in text:
            continue  # a key or a pattern, not a sentence
        for name in re.findall(r"\bredis_[a-z_]*[a-z]\b", text):
            assert name in known or OTHERS.match(name), f"{path.name}: there is no variable {name}: {text!r}"
        for name in re.findall(r"\b[Pp]laybook (?:almashooq\.redis\.)?([a-z_]+)", text):
            assert name in PLAYBOOKS, f"{path.name}: there is no playbook {name}: {text!r}"
        for name in re.findall(r"\b([a-z_]+)\.yml\b", text):
            assert name in PLAYBOOKS, f"{path.name}: there is no playbook {name}.yml: {text!r}"
        for name in re.findall(r"\b(?:cluster|sentinel)_(?:failover|switchover|info)\b", text):
            assert name in PLAYBOOKS or (ROOT / "plugins" / "modules" / f"{name}.py").exists(), text
