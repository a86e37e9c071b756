# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of plays, blocks and tasks: an imperative in plain English, and what scenarios take from Ansible's output."""

from __future__ import annotations

import functools
import pathlib
import re
import typing as t

import pytest
import yaml
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance.plan_steps import TITLES

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCENARIOS = sorted((ROOT / "molecule").rglob("*.yml"))
IN_ROLES = sorted(path for part in ("tasks", "handlers") for path in (ROOT / "roles").glob(f"*/{part}/**/*.yml"))
PLAYBOOKS = [ROOT / "site.yml", *sorted((ROOT / "playbooks").rglob("*.yml"))]
PARTS = ("tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always")

# Every name begins with one of these verbs, after the number of a play. Add a verb that is missing.
VERBS = frozenset(
    re.findall(
        r"\w+",
        """
    Accept Activate Add Authorize Block Break Bring Build Change Check Choose Clean Clone Close Compare
    Configure Connect Copy Count Create Cut Detect Distribute Download Drill Drop End Evaluate Export Fail Fetch
    Find Finish Fix Form Freeze Gather Give Go Heal Inspect Install Keep Kill Lift Limit List Make Mask Measure
    Name Observe Open Pack Plan Prepare Print Provide Query Raise Read Reboot Record Refuse Reload Remove Rename
    Replicate Report Require Reset Restart Restore Resume Run Search Show Slow Start Stop Store Switch Take Test
    Try Turn Undo Unmask Unpack Update Use Validate Verify Wait Warn Watch Write
    """,
    )
)
# No verbs for a name: "Create the group", not "Have the group"; "Report", not "Tell"; "Inspect", not "Look at".
HABITS = frozenset(["Have", "Tell", "Look", "Know", "Judge", "See", "Let", "Mend"])
ANYWHERE = re.compile(
    r"\b(heirs?|judge[ds]?|told|tells?|mend(s|ed)?|merely|whoever|whom|somebody|nobody|everybody|wanted|wish\w*|ailing)\b",
    re.IGNORECASE,
)
NUMBER = re.compile(r"^\d+(\.\d+)?( - |\. )")


def load(path: pathlib.Path) -> t.Any:
    """Return the content of a YAML file."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def walk(items: t.Any) -> t.Iterator[dict[str, t.Any]]:
    """Yield plays, blocks and tasks, and those inside of them."""
    for item in items:
        yield item
        for part in PARTS:
            yield from walk(item.get(part) or ())


@functools.cache
def entries(path: pathlib.Path) -> list[dict[str, t.Any]]:
    """Return the plays, blocks and tasks of a file; an inventory or a scenario's configuration has none."""
    content = load(path)
    return list(walk(content)) if isinstance(content, list) else []


def fault(name: str) -> str:
    """Return what is wrong with a name, or nothing."""
    first = re.split(r"\W", NUMBER.sub("", name))[0]
    if first not in VERBS:
        return f"{name!r} does not begin with a verb of VERBS"
    found = ANYWHERE.search(name)
    return f"{name!r} says {found[0]!r}" if found else ""


def relative(path: pathlib.Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*PLAYBOOKS, *IN_ROLES, *SCENARIOS], ids=relative)
def test_names_are_imperatives_in_plain_english(path: pathlib.Path) -> None:
    assert [wrong for entry in entries(path) for wrong in [fault(entry.get("name") or "no name")] if wrong] == []


# Tasks that people copy: examples of plugins, and blocks of the guides.
EXAMPLES = [*sorted((ROOT / "plugins").glob("*/*.py")), *sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"]


def names_in(path: pathlib.Path) -> list[str]:
    """Return the names of the tasks in a text; what begins with a small letter is the name of something else."""
    return re.findall(r"^ *- name: ([0-9A-Z].*)$", path.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("path", [path for path in EXAMPLES if names_in(path)], ids=relative)
def test_examples_have_no_habits(path: pathlib.Path) -> None:
    names = names_in(path)
    assert [name for name in names if name.split()[0] in HABITS or ANYWHERE.search(name)] == []


def test_names_are_found_at_every_level() -> None:
    names = {entry["name"] for path in (*PLAYBOOKS, *IN_ROLES, *SCENARIOS) for entry in entries(path)}
    assert {
        "1.1 - Run the preflight for clusters",
        "Validate the settings",
        "Download the archive",
        "Name the remedy for a failed download",
        "Stop the preflight listeners",
        "2. Cut the primary off, with two clients that still reach it",
    } <= names


@pytest.mark.parametrize(
    "name",
    [
        "Have the group",
        "1. Tell what waits for a restart",
        "2.1 - Look at the hosts",
        "Know the distribution",
        "Judge the settings",
        "See it answer",
        "Let the witness write",
        "It is the same",
        "Nothing was touched",
        "3 - Cluster",
        "Wait for the heir",
        "Check that nobody gets in",
    ],
)
def test_habits_are_rejected(name: str) -> None:
    assert fault(name)


def test_no_habit_is_a_verb() -> None:
    assert VERBS.isdisjoint(HABITS)


def kill_points(path: pathlib.Path) -> list[str]:
    """Return the patterns at which the tasks of a file kill a run: of `kill_at`, or the argument of kill_at.py.

    One that names several, one after the other, stands for each of them.
    """
    found = []
    for entry in entries(path):
        loop = entry.get("loop") or []
        given = (entry.get("vars") or {}).get("kill_at")
        if (entry.get("loop_control") or {}).get("loop_var") == "kill_at":
            found += loop
        elif given:
            found.append(given)
        command = entry.get("ansible.builtin.command")
        argv = command.get("argv") if isinstance(command, dict) else None
        if isinstance(argv, list) and any(str(each).endswith("kill_at.py") for each in argv):
            (at,) = (index for index, each in enumerate(argv) if str(each).endswith("kill_at.py"))
            found += loop if argv[at + 1] == "{{ item }}" else [argv[at + 1]]
    return [each for pattern in found for each in pattern.split(" > ")]


KILLING = [(path, pattern) for path in SCENARIOS for pattern in kill_points(path)]


def printed(path: pathlib.Path) -> t.Iterator[str]:
    """Yield the lines with which Ansible begins the tasks of a role; it prints none for blocks and imports."""
    for entry in entries(path):
        if not any(key == "block" or ".import_" in key for key in entry):
            for name in expanded(entry["name"]):
                yield f"TASK [almashooq.redis.{path.parents[1].name} : {name}] ****"


def expanded(name: str) -> list[str]:
    """Return what a name can be: the titles of the steps of a drill in place of the variable."""
    variable = "{{ __redis_acceptance_step.title }}"
    return [name.replace(variable, title) for title in TITLES.values()] if variable in name else [name]


def test_points_to_kill_at_are_found() -> None:
    assert {path.parent.name for path, _pattern in KILLING} == {
        "acceptance", "cluster", "local", "rolling", "sentinel",
    }  # fmt: skip
    # Everything that names kill_at is one of them, or the tasks that run the program.
    users = {path for path in SCENARIOS if "kill_at" in path.read_text(encoding="utf-8")}
    assert {path.name for path in users - {path for path, _pattern in KILLING}} == {"site_killed.yml"}


@pytest.mark.parametrize(
    ("path", "pattern"), [pytest.param(*one, id=f"{relative(one[0])} {one[1]}") for one in KILLING]
)
def test_a_run_is_killed_at_a_task_that_exists(path: pathlib.Path, pattern: str) -> None:
    # Otherwise the run ends before it is killed, and the scenario fails after minutes.
    lines = [line for tasks in IN_ROLES for line in printed(tasks)]
    assert [line for line in lines if re.search(pattern, line)]
