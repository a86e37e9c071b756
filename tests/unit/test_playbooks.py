# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of all playbooks."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import yaml

PLAYBOOKS = pathlib.Path(__file__).parents[2] / "playbooks"
FACTS = PLAYBOOKS / "parts" / "facts.yml"
# It inspects no host, and reports before that what is wrong with the names and the values that hosts are reached by.
INVENTORY = PLAYBOOKS / "parts" / "inventory.yml"
FIRST = (INVENTORY, FACTS)
ALL = sorted(path for path in (*PLAYBOOKS.glob("*.yml"), *PLAYBOOKS.glob("parts/*.yml")) if path not in FIRST)
IMPORT = "ansible.builtin.import_playbook"


def plays(path: pathlib.Path) -> t.Iterator[tuple[pathlib.Path, dict[str, t.Any]]]:
    """Yield the plays that a playbook runs, in their order, each with the file that it stands in."""
    for item in yaml.safe_load(path.read_text()):
        if IMPORT in item:
            yield from plays(path.parent / item[IMPORT])
        else:
            yield path, item


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(PLAYBOOKS)))
def test_every_playbook_gathers_facts_before_anything_else(path: pathlib.Path) -> None:
    first, *_others = [each for each, _play in plays(path) if each != INVENTORY]
    assert first == FACTS


@pytest.mark.parametrize("path", sorted(PLAYBOOKS.glob("*.yml")), ids=lambda path: path.name)
def test_every_playbook_checks_the_inventory_before_it_connects(path: pathlib.Path) -> None:
    first, *_others = plays(path)
    assert first[0] == INVENTORY


@pytest.mark.parametrize("path", [FACTS, *ALL], ids=lambda path: str(path.relative_to(PLAYBOOKS)))
def test_no_play_gathers_facts_that_are_there(path: pathlib.Path) -> None:
    assert [play["name"] for _path, play in plays(path) if play["gather_facts"]] == []


def test_facts_are_gathered_whatever_tags_a_run_has() -> None:
    found = [task["tags"] for _path, play in plays(FACTS) for task in play["tasks"]]
    assert found == [["always"]] * len(found) != []


@pytest.mark.parametrize("path", [INVENTORY, FACTS, *ALL], ids=lambda path: str(path.relative_to(PLAYBOOKS)))
def test_what_ends_a_run_for_all_hosts_is_no_template(path: pathlib.Path) -> None:
    # Ansible does not evaluate it: whatever text stands there is true.
    keywords = [
        each.get("any_errors_fatal", False) for _path, play in plays(path) for each in (play, *play.get("tasks", ()))
    ]
    assert [each for each in keywords if not isinstance(each, bool)] == []


# Playbooks of several modules: what a run has come to that was cut off between two of them is seen by its missing end.
ENDING = ("site.yml", "upgrade.yml", "maintenance.yml", "acceptance.yml")
READING = ("parts/inventory.yml", "parts/facts.yml", "parts/history_end.yml", "parts/summary.yml")


@pytest.mark.parametrize("name", ENDING)
def test_every_play_of_a_run_that_records_its_end_says_so(name: str) -> None:
    items = yaml.safe_load((PLAYBOOKS / name).read_text())
    working = [one for one in items if one.get(IMPORT) not in READING]
    assert [one["name"] for one in working if not one.get("vars", {}).get("__redis_history_ends")] == []
    assert [one[IMPORT] for one in items if IMPORT in one].count("parts/history_end.yml") == 1
    assert items.index(working[-1]) < [one.get(IMPORT) for one in items].index("parts/history_end.yml")


def test_what_changes_another_host_than_its_own_notes_that_there() -> None:
    # Facts of a delegated task belong to the host that it is a task of, if it says nothing else.
    routes = yaml.safe_load((PLAYBOOKS.parent / "meta" / "runtime.yml").read_text())["plugin_routing"]["modules"]
    recorded = {f"almashooq.redis.{one}" for one in (*routes, "acceptance_drill")}
    found = {
        (path.parents[1].name, task["name"]): task.get("delegate_facts", False)
        for path in (PLAYBOOKS.parent / "roles").glob("*/tasks/*.yml")
        for task in tasks_of(yaml.safe_load(path.read_text()))
        if "delegate_to" in task and recorded & set(task)
    }
    assert [one for one, noted in found.items() if not noted] == []
    assert {role for role, _name in found} == {"redis_acceptance", "redis_maintenance", "redis_rolling"}


def tasks_of(tasks: t.Iterable[t.Any]) -> t.Iterator[dict[str, t.Any]]:
    """Yield all tasks of a file, also those in blocks."""
    for task in tasks or ():
        yield task
        for part in ("block", "rescue", "always"):
            yield from tasks_of(task.get(part, ()))


def test_only_the_upgrade_changes_the_version_of_an_installed_package() -> None:
    name = "__redis_install_upgrades"
    assert [path.name for path in PLAYBOOKS.rglob("*.yml") if name in path.read_text()] == ["upgrade.yml"]
    roles = [path for path in (PLAYBOOKS.parent / "roles").rglob("*.yml") if name in path.read_text()]
    assert [path.relative_to(PLAYBOOKS.parent).as_posix() for path in roles] == ["roles/redis_install/vars/main.yml"]
    tasks = yaml.safe_load((PLAYBOOKS.parent / "roles" / "redis_install" / "tasks" / "package.yml").read_text())
    (update,) = (task for task in tasks if task.get("ansible.builtin.include_tasks") == "upgrade.yml")
    assert "__redis_install_upgrading" in update["when"]


def test_an_upgrade_installs_nothing_before_it_has_its_answers_and_restarts_nothing_before_its_proof() -> None:
    order = [
        f"{role['name'].rpartition('.')[2]}/{role.get('tasks_from', 'main')}"
        for _path, play in plays(PLAYBOOKS / "upgrade.yml")
        for role in roles_of(play.get("tasks", ()), play.get("roles", ()))
    ]
    answers, proof = order.index("redis_upgrade/main"), order.index("redis_upgrade/installed")
    for installs in ("redis_install/ahead", "redis_install/main", "redis_node/main", "redis_sentinel/main"):
        assert answers < order.index(installs) < proof
    assert proof < order.index("redis_rolling/main") < order.index("redis_upgrade/prove")


def roles_of(tasks: t.Iterable[t.Any], roles: t.Iterable[t.Any]) -> t.Iterator[dict[str, str]]:
    """Yield the roles that a play runs, in their order."""
    for role in roles:
        yield {"name": role["role"]}
    for task in tasks:
        yield from roles_of(task.get("block", ()), ())
        role = task.get("ansible.builtin.import_role") or task.get("ansible.builtin.include_role")
        if role:
            yield role
