# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may say that nothing has been changed: the preflight and check mode for the run, a task for itself alone."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml
from ansible_collections.almashooq.redis.plugins.module_utils._errors import concluded

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLAIM = "othing has been changed"
# Task files whose refusals come before the first change of a run, by the plays that reach them: those of the preflight,
# and playbooks that change nothing before their one act. Each is reached from a preflight of its role.
BEFORE = {
    "redis_client/preflight",
    "redis_cluster/preflight",
    "redis_cluster/switchover",
    "redis_endpoint/refuse",
    "redis_exporter/refuse",
    "redis_hooks/preflight",
    "redis_hooks/preflight_applications",
    "redis_install/choose",
    "redis_install/inspect",
    "redis_install/inspect_build",
    "redis_install/candidate",  # asked by playbook upgrade before anything is installed
    "redis_install/check_packages_apt",
    "redis_install/check_packages_dnf",
    "redis_maintenance/inspect",
    "redis_maintenance/main",  # what refuses in it is before the mark
    "redis_monitoring/preflight",
    "redis_node/validate",
    "redis_node/preflight_peers",
    "redis_node/inspect",
    "redis_replication/preflight",
    "redis_rolling/inspect",
    "redis_rolling/plan",  # a refusal there is before the first restart
    "redis_sentinel/preflight",
    "redis_sentinel/switchover",
    "redis_upgrade/main",  # asked before anything is installed
}
FILES = sorted((ROOT / "roles").glob("*/tasks/*.yml"))


def name(path: pathlib.Path) -> str:
    return f"{path.parents[1].name}/{path.stem}"


def reached(path: pathlib.Path) -> t.Iterator[pathlib.Path]:
    """Yield a task file and all that it includes of its role."""
    yield path
    for found in re.findall(
        r"(?:import_tasks|include_tasks|file): \"?(?:{{ role_path }}/tasks/)?([a-z_]+\.yml)", path.read_text()
    ):
        if (path.parent / found).exists() and found != path.name:
            yield from reached(path.parent / found)


def in_the_preflight() -> set[str]:
    """Return the task files that the preflight of site.yml, the switchovers, rolling restart and upgrade reach."""
    roots = set()
    switchovers = ("cluster_switchover.yml", "sentinel_switchover.yml")
    for playbook in ("parts/preflight.yml", *switchovers, "rolling_restart.yml", "maintenance.yml", "upgrade.yml"):
        for play in yaml.safe_load((ROOT / "playbooks" / playbook).read_text()):
            for task in play.get("tasks", ()):
                role = task.get("ansible.builtin.import_role") or task.get("ansible.builtin.include_role")
                if role:
                    roots.add(
                        ROOT / "roles" / role["name"].split(".")[-1] / "tasks" / f"{role.get('tasks_from', 'main')}.yml"
                    )
    return {name(one) for root in roots for one in reached(root)}


def reads_the_inventory(path: pathlib.Path) -> bool:
    """Return whether a file has a task of action inventory_info whose refusal says so."""
    found = [one.get("almashooq.redis.inventory_info") for one in yaml.safe_load(path.read_text()) or ()]
    return any(one and (one.get("strict", True) or one["part"].endswith("_switchover")) for one in found)


def test_only_refusals_before_the_first_change_claim_it_for_the_run() -> None:
    assert {name(path) for path in FILES if CLAIM in path.read_text() or reads_the_inventory(path)} <= BEFORE


def test_what_claims_it_is_reached_by_the_preflight() -> None:
    # What a template names (check_packages_{{ manager }}) is included by inspect_build.
    assert {one for one in BEFORE if "packages" not in one} <= in_the_preflight()


@pytest.mark.parametrize("role", ["redis_exporter", "redis_endpoint"])
def test_what_was_judged_in_the_preflight_is_not_judged_again_after_changes(role: str) -> None:
    tasks = ROOT / "roles" / role / "tasks"
    again = [one for path in sorted(tasks.glob("*.yml")) if path.stem != "preflight"
             for one in yaml.safe_load(path.read_text()) if "refuse.yml" in str(one)]  # fmt: skip
    assert again
    assert all(f"__{role}_service is not defined" in str(one["when"]) for one in again)


@pytest.mark.parametrize(
    ("message", "done", "failed", "said"),
    [
        ("No.", [], [], "No. Nothing has been changed."),
        ("No", [], [], "No. Nothing has been changed."),
        ("Is it there?", [], [], "Is it there? Nothing has been changed."),
        ("2 things:\n- a\n- b", [], [], "2 things:\n- a\n- b\nNothing has been changed."),
        ("No.", ["a: met b", "a: set c"], [], "No. Done before: a: met b; a: set c."),
        ("No.", list("abcdefg"), [], "No. Done before: a; b; c; d; e; and 2 more."),
        ("No.", [], ["a: met b"], "No. Failed, possibly half done: a: met b."),
        ("No", ["a"], ["b"], "No. Done before: a; failed, possibly half done: b."),
    ],
)
def test_a_run_says_what_has_become_of_its_steps(message: str, done: list[str], failed: list[str], said: str) -> None:
    assert concluded(message, done, failed) == said


def test_a_task_that_acts_speaks_for_itself_alone() -> None:
    assert concluded("No.", unchanged="This task has changed nothing.") == "No. This task has changed nothing."


def test_no_part_says_it_for_itself() -> None:
    # Only the engine knows, and the check of the inventory, which is no operation.
    users = {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "plugins").rglob("*.py") if CLAIM in path.read_text()
    }
    assert users == {"plugins/action/check_inventory.py", "plugins/module_utils/_errors.py"}
