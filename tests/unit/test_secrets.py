# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No task of a role or a playbook can show a secret, whatever it is run with."""

from __future__ import annotations

import functools
import importlib
import re
import typing as t

import pytest
import yaml

from tests.confidential import taint
from tests.confidential.variables import ROLES, ROOT, specs

# Those that end before a module runs, and show what they are given.
SHOWN = ("ansible.builtin.debug", "ansible.builtin.fail", "ansible.builtin.assert", "ansible.builtin.set_fact")
OURS = "almashooq.redis."
KEYWORDS = {
    *("always", "any_errors_fatal", "apply", "args", "become", "block", "changed_when", "check_mode", "delegate_facts"),
    *("delegate_to", "delay", "diff", "environment", "failed_when", "file", "ignore_errors", "ignore_unreachable"),
    *(
        "loop",
        "loop_control",
        "module_defaults",
        "name",
        "no_log",
        "notify",
        "register",
        "rescue",
        "retries",
        "role",
        "run_once",
        "tags",
    ),
    *("throttle", "until", "vars", "when"),
}


class Captured(Exception):
    """The options of a module, instead of its run."""


@functools.cache
def options_of(module: str) -> dict[str, t.Any]:
    """Return the options of a module of this collection."""
    path = f"ansible_collections.almashooq.redis.plugins.modules.{module}"
    if not (ROOT / "plugins" / "modules" / f"{module}.py").exists():
        return {}
    loaded = importlib.import_module(path)

    def capture(**given: t.Any) -> t.NoReturn:
        raise Captured(given["argument_spec"])

    original = getattr(loaded, "AnsibleModule", None)
    if original is None:
        # The documentation of an action; one that has a login names its options as modules do.
        if not re.search(r"^OPTIONS\b", (ROOT / "plugins" / "action" / f"{module}.py").read_text(), re.MULTILINE):
            return {}
        action = importlib.import_module(f"ansible_collections.almashooq.redis.plugins.action.{module}")
        return t.cast("dict[str, t.Any]", action.OPTIONS)
    try:
        loaded.AnsibleModule = capture
        loaded.main()
    except Captured as captured:
        return t.cast("dict[str, t.Any]", captured.args[0])
    finally:
        loaded.AnsibleModule = original
    raise AssertionError(f"{module} has no argument_spec")


def hides(option: t.Mapping[str, t.Any]) -> bool:
    """Return whether an option of a module is for secrets, or has one inside that is."""
    return bool(option.get("no_log")) or any(map(hides, option.get("options", {}).values()))


def faults(task: t.Mapping[str, t.Any], known: t.AbstractSet[str]) -> list[str]:
    """Return what of a task shows a secret."""
    control = task.get("loop_control", {})
    looped = task.get("loop", task.get("with_items"))
    if taint.holds(looped, known):
        known = known | {control.get("loop_var", "item")}
    found = [f"its {what}" for what in ("name", "environment") if taint.holds(task.get(what), known)]
    if taint.holds(task.get("ansible.builtin.command"), known) and not only_stdin(task, known):
        found.append("its arguments in the list of processes")
    if task.get("no_log") is True:
        return found
    found += ["its loop"] if taint.holds(looped, known) else []
    found += ["its label"] if taint.holds(control.get("label"), known) else []
    for action in task.keys() - KEYWORDS:
        found += _shown(action, task[action], known)
    for name, given in task.get("module_defaults", {}).items():
        found += _defaults(name, given, known) if name.startswith("group/") else _shown(name, given, known)
    return found


def _defaults(group: str, given: str, known: t.Collection[str]) -> list[str]:
    """Return the secrets that module_defaults give to an option that shows it, in one of the modules of the group."""
    groups = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["action_groups"]
    modules = groups[group.removeprefix(f"group/{OURS}")]
    return [
        f"{module} {name}, by {group}"
        for name, value in taint.variable(given).items()
        for module in modules
        if taint.holds(value, known) and not hides(options_of(module).get(name, {}))
    ]


def only_stdin(task: t.Mapping[str, t.Any], known: t.Collection[str]) -> bool:
    rest = {name: value for name, value in task["ansible.builtin.command"].items() if name != "stdin"}
    return not taint.holds(rest, known)


def _shown(action: str, given: object, known: t.Collection[str]) -> list[str]:
    if not isinstance(given, dict):
        return [action] if taint.holds(given, known) else []
    if action.startswith(OURS):
        options = options_of(action.removeprefix(OURS))
        return [
            f"{action} {name}"
            for name, value in given.items()
            if taint.holds(value, known) and not hides(options.get(name, {}))
        ]
    found = [f"{action} {name}" for name, value in given.items() if taint.holds(value, known)]
    if action == "ansible.builtin.template" and "{{" not in given["src"]:
        found += [
            f"{given['src']}: {name}"
            for path in ROOT.glob(f"roles/*/templates/{given['src']}")
            for name in names_in(path.read_text(), known)
        ]
    return found


def names_in(text: str, known: t.Collection[str]) -> list[str]:
    return sorted(set(re.findall(r"\b_*redis_\w+", text)) & set(known))


def test_no_task_shows_a_secret() -> None:
    known = taint.holders()
    shown = [f"{task['file']}: {task.get('name')}: {fault}" for task in taint.tasks() for fault in faults(task, known)]
    assert shown == []


@pytest.mark.parametrize("role", [pytest.param(role.name, id=role.name) for role in ROLES])
def test_a_variable_that_holds_a_secret_by_default_is_marked(role: str) -> None:
    options = {name: option for entry in specs(role).values() for name, option in entry["options"].items()}
    unmarked = [name for name in taint.holders() & options.keys() if not hides(options[name])]
    assert unmarked == []
