# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the README and the guides print can be typed: inventories are complete, commands and variables exist."""

from __future__ import annotations

import pathlib
import re
import shlex
import typing as t

import pytest
import yaml
from ansible.inventory.manager import InventoryManager
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from ansible.vars.manager import VariableManager

ROOT = pathlib.Path(__file__).resolve().parents[2]
GUIDES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(ROOT.glob("docs/*.md")),
    *sorted(ROOT.glob("docs/dev/*.md")),
    *sorted(ROOT.glob("docs/runbooks/*.md")),
    *sorted(ROOT.glob("roles/*/README.md")),
]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:make|ansible-playbook|\.venv/bin/ansible-playbook) [^`]+)`")

ROLES = {path.parents[1].name: path for path in sorted(ROOT.glob("roles/*/meta/argument_specs.yml"))}
SPECS = {role: yaml.safe_load(path.read_text())["argument_specs"] for role, path in ROLES.items()}
VARIABLES = {
    name: option
    for entry_points in SPECS.values()
    for entry_point in entry_points.values()
    for name, option in entry_point["options"].items()
}
# The roles whose required variables the hosts of a group have to have.
OF_GROUP = {
    "redis_cluster": ("redis_node", "redis_cluster"),
    "redis_replication": ("redis_node", "redis_replication"),
    "redis_sentinel": ("redis_sentinel",),
    "redis_client": ("redis_client",),
    "redis_monitoring": ("redis_monitoring",),
}
# What a group needs in addition, because another group of the same inventory is there.
OF_BOTH = {frozenset({"redis_replication", "redis_sentinel"}): "redis_node_sentinel_password"}
# Variables that playbooks take and no role does.
PLAYBOOKS = {
    name
    for path in ROOT.glob("playbooks/**/*.yml")
    for name in re.findall(r"\bredis_\w+", path.read_text(encoding="utf-8"))
}
# What guides name beside them: a figure of INFO, one of the exporter, and names that are refused.
NO_VARIABLES = {"redis_version", "redis_exporter_last_scrape_error", "redis_clusters", "redis_nodes_maxmemory"}
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


class Snippet(t.NamedTuple):
    """A block of a guide."""

    path: pathlib.Path
    line: int
    kind: str
    text: str


def snippets(*kinds: str) -> list[t.Any]:
    """Return the blocks of these kinds, each with its place as its name."""
    found = []
    for path in GUIDES:
        text = path.read_text(encoding="utf-8")
        for match in FENCE.finditer(text):
            if match.group(1) in kinds:
                line = text.count("\n", 0, match.start()) + 1
                found.append(Snippet(path, line, match.group(1), match.group(2)))
        if "console" in kinds:
            for match in INLINE.finditer(text):
                found.append(Snippet(path, text.count("\n", 0, match.start()) + 1, "console", match.group(1)))
    return [pytest.param(one, id=f"{one.path.relative_to(ROOT)}:{one.line}") for one in found]


def is_inventory(content: t.Any) -> bool:
    """Return whether a block is an inventory, and not variables or tasks."""
    return isinstance(content, dict) and bool({"all", *OF_GROUP} & set(content))


YAML = snippets("yaml")
INVENTORIES = [one for one in YAML if is_inventory(yaml.safe_load(one.values[0].text))]


def test_there_are_snippets_to_try() -> None:
    assert len(YAML) >= 15
    of_inventories = {str(one.values[0].path.relative_to(ROOT)) for one in INVENTORIES}
    assert {"README.md", "docs/sentinel.md", "docs/tutorial.md"} <= of_inventories
    assert {"cache-or-store.md", "faq.md", "migration.md", "sizing.md", "tutorial.md"} <= {one.name for one in GUIDES}


def unknown(names: t.Iterable[str]) -> list[str]:
    """Return the names that are no variable of a role, of Ansible or of a vault."""
    return [name for name in names if name not in VARIABLES and not name.startswith(("ansible_", "vault_"))]


def wrong(variables: t.Mapping[str, t.Any]) -> list[str]:
    """Return what the roles' own specifications say of values; templates are values of another day."""
    given = {name: value for name, value in variables.items() if name in VARIABLES and "{{" not in str(value)}
    specification = {name: {**VARIABLES[name], "required": False} for name in given}
    return list(ArgumentSpecValidator(specification).validate(given).error_messages)


@pytest.mark.parametrize("snippet", [one for one in YAML if one not in INVENTORIES])
def test_variables_and_tasks_are_known(snippet: Snippet) -> None:
    content = yaml.safe_load(snippet.text)
    if isinstance(content, dict):
        assert unknown(content) == []
        assert wrong(content) == []
    for group in re.findall(r"group/almashooq\.redis\.(\w+):", snippet.text):
        assert group in yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["action_groups"]
    for module in re.findall(r"(?<!group/)almashooq\.redis\.(\w+):", snippet.text):
        assert (ROOT / "plugins" / "modules" / f"{module}.py").exists()
    for filters in re.findall(r"\| almashooq\.redis\.(\w+)", snippet.text):
        assert (ROOT / "plugins" / "filter" / f"{filters}.py").exists()


PLUGINS = [path for kind in ("modules", "filter") for path in sorted((ROOT / "plugins" / kind).glob("*.py"))]


@pytest.mark.parametrize("path", PLUGINS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_documentation_of_a_plugin_names_what_there_is(path: pathlib.Path) -> None:
    text = path.read_text(encoding="utf-8").partition("\nfrom ansible_collections")[0]
    named = {(name, "filter") for name in re.findall(r"\| almashooq\.redis\.(\w+)", text)}
    named |= {(name, "modules") for name in re.findall(r"\bM\(almashooq\.redis\.(\w+)\)", text)}
    named |= {(name, "filter") for name in re.findall(r"\bP\(almashooq\.redis\.(\w+)#filter\)", text)}
    assert [name for name, kind in sorted(named) if not (ROOT / "plugins" / kind / f"{name}.py").exists()] == []


@pytest.mark.parametrize("snippet", INVENTORIES)
def test_an_inventory_is_complete(snippet: Snippet, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "hosts.yml"
    file.write_text(snippet.text)
    loader = DataLoader()
    inventory = InventoryManager(loader, sources=[str(file)])
    variables = VariableManager(loader, inventory)
    groups = {name for name, group in inventory.groups.items() if group.get_hosts()}
    missing = {}
    for host in inventory.get_hosts():
        given = variables.get_vars(host=host)
        own = {name: value for name, value in given.items() if name.startswith("redis_")}
        assert unknown(own) == []
        assert wrong(own) == []
        needed = {name for group in groups & {g.name for g in host.get_groups()} for name in required(group)}
        needed |= {
            name
            for both, name in OF_BOTH.items()
            if both <= groups and host.name in given["groups"]["redis_replication"]
        }
        missing[host.name] = sorted(needed - set(own))
    assert {name: names for name, names in missing.items() if names} == {}


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: str(path.relative_to(ROOT)))
def test_variables_that_are_named_are_there(path: pathlib.Path) -> None:
    prose = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    names = set(re.findall(r"`(redis_\w*[a-z])[:`]", prose)) - ROLES.keys() - OF_GROUP.keys() - PLAYBOOKS
    assert sorted(names - VARIABLES.keys() - NO_VARIABLES) == []


def required(group: str) -> list[str]:
    """Return the variables without which the hosts of a group cannot be deployed."""
    return [
        name
        for role in OF_GROUP.get(group, ())
        for name, option in SPECS[role]["main"]["options"].items()
        if option.get("required")
    ]


@pytest.mark.parametrize("snippet", snippets("console"))
def test_commands_are_there(snippet: Snippet) -> None:
    for line in snippet.text.replace("\\\n", " ").splitlines():
        for command in shlex.split(line, comments=True) and re.split(r"&&|;", line.partition("  #")[0]):
            check(shlex.split(command))


def check(words: list[str]) -> None:
    """Refuse a command with a target, a playbook or a variable that there is not."""
    program = pathlib.PurePath(words[0]).name
    if program == "make":
        assert {word for word in words[1:] if "=" not in word and not word.startswith("-")} <= TARGETS
    elif program == "ansible-playbook":
        playbook = next(word for word in words[1:] if word.endswith(".yml") or word.startswith("almashooq.redis."))
        name = playbook.removeprefix("almashooq.redis.")
        there = ROOT / (f"playbooks/{name}.yml" if name != playbook else playbook)
        assert there.exists()
        options = [value for option, value in zip(words, words[1:]) if option in ("-e", "--extra-vars")]
        names = [option.partition("=")[0] for option in options if "=" in option]
        assert [name for name in unknown(names) if name not in PLAYBOOKS] == []


def test_the_readme_names_both_commands_first() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = next(match.group(2) for match in FENCE.finditer(text) if match.group(1) == "console")
    commands = [line.partition("#")[0].strip() for line in block.splitlines()]
    assert commands[1:] == ["make site", "make test"]
    assert "make site ARGS=-K" in text
