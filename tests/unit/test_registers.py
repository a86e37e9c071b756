# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the preflight has found stays known: a task that is skipped replaces what it registers by nothing.

So a play that comes after the preflight, and has tasks of it again under a condition, includes them: of what is
included and skipped, no task is left. An upgrade by packages once had no instances to configure.
"""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLAYBOOKS = sorted((ROOT / "playbooks").glob("*.yml"))
PREFLIGHT = ROOT / "playbooks" / "parts" / "preflight.yml"
IMPORTS = ("ansible.builtin.import_role", "ansible.builtin.import_tasks")
INCLUDES = ("ansible.builtin.include_role", "ansible.builtin.include_tasks")
LISTS = ("block", "rescue", "always", "tasks", "pre_tasks", "post_tasks")

Task = t.Mapping[str, t.Any]


def tasks(entries: t.Iterable[Task], conditional: bool = False) -> t.Iterator[tuple[Task, bool]]:
    """Yield all tasks of plays or lists of tasks, and whether a condition is on them."""
    for entry in entries or ():
        on_it = conditional or "when" in entry
        yield entry, on_it
        for name in LISTS:
            yield from tasks(entry.get(name, ()), on_it)


def used(file: pathlib.Path, task: Task, actions: t.Sequence[str]) -> t.Iterator[pathlib.Path]:
    """Yield the file of tasks that a task has by one of these actions, where it is named."""
    for action in actions:
        given = task.get(action)
        if given is None:
            continue
        if action.endswith("_role"):
            path = (
                ROOT / "roles" / given["name"].rpartition(".")[2] / "tasks" / f"{given.get('tasks_from', 'main')}.yml"
            )
        else:
            path = file.parent / (given if isinstance(given, str) else given["file"])
        if path.exists():
            yield path


def registered(file: pathlib.Path, actions: t.Sequence[str]) -> set[str]:
    """Return the names that a file of tasks registers, with those of the files that it has by these actions."""
    found = set()
    for task, _conditional in tasks(yaml.safe_load(file.read_text(encoding="utf-8"))):
        found.update([task["register"]] if "register" in task else [])
        for path in used(file, task, actions):
            found |= registered(path, actions)
    return found


def replaced(playbook: pathlib.Path) -> dict[str, set[str]]:
    """Return the tasks of a playbook that, when skipped, replace what its preflight has registered."""
    plays = yaml.safe_load(playbook.read_text(encoding="utf-8"))
    first = [str(play.get("ansible.builtin.import_playbook", "")).endswith("parts/preflight.yml") for play in plays]
    if True not in first:
        return {}
    known = registered(PREFLIGHT, (*IMPORTS, *INCLUDES))
    found = {}
    for task, conditional in tasks(plays[first.index(True) + 1 :]):
        names = {name for path in used(playbook, task, IMPORTS) for name in registered(path, IMPORTS)}
        if conditional and names & known:
            found[str(task["name"])] = names & known
    return found


def test_the_preflight_registers_something() -> None:
    assert {"__redis_node_inventory", "__redis_node_identity"} <= registered(PREFLIGHT, (*IMPORTS, *INCLUDES))


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda path: path.stem)
def test_no_skipped_task_replaces_what_the_preflight_has_found(playbook: pathlib.Path) -> None:
    assert replaced(playbook) == {}
