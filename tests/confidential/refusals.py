# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A playbook in which every refusal of every role speaks, and every argument specification is given each secret.

Made of the roles themselves: the refusals of all task files, each without its condition, in a copy of the role that has
nothing else.  A refusal that is added is among them.
"""

from __future__ import annotations

import pathlib
import shutil
import typing as t

import yaml

from . import taint
from .variables import ROLES, Secret, secrets, specs

REFUSALS = ("ansible.builtin.fail", "ansible.builtin.assert")
# It refuses what the inventory has wrong, and this one is right; what it says then has a unit test.
INVENTORY = "almashooq.redis.inventory_info"
# What an inventory may make of a secret; {} is replaced by the marked value.
SHAPES: tuple[t.Callable[[str], object], ...] = (
    lambda text: [text],
    lambda text: {"vault": text},
    lambda text: f"{text} and more",
    lambda text: [{"name": text, "port": text}],
)
# What tasks before a refusal have registered, by the name: enough for the message.
FINDING = {"severity": "error", "message": "an error", "check": "one"}
REGISTERED: dict[str, object] = {
    "__redis_cluster_info": {"findings": [FINDING], "summary": "one"},
    "__redis_sentinel_info": {"findings": [FINDING], "summary": "one"},
    "__redis_health_reports": [{"summary": "one"}],
    "__redis_acceptance_results": [{"summary": "one", "passed": False}],
    "__redis_acceptance_drilled": {"problems": ["one"]},
    "__redis_client_groups": {"results": [{"item": "web", "msg": "no such group"}]},
    "__redis_endpoint_tls_files": ["/nonexistent"],
    "__redis_endpoint_answer": {"answers": [{"text": '{"reason": "login refused"}'}]},
    "__redis_exporter_answers": [({"name": "127.0.0.1:1", "topology": "cluster"}, "")],
    "__redis_node_around": {
        "service": {"systemd": False, "paths": {"/etc/application.env": {"type": "link", "owner": "root"}}},
    },
}


def refusals(role: str, actions: t.Sequence[str] = REFUSALS) -> list[dict[str, t.Any]]:
    """Return the refusals of a role, without their conditions."""
    return [
        {name: value for name, value in task.items() if name not in ("when", "tags", "file", "run_once")}
        for task in taint.tasks()
        if task["file"].startswith(f"roles/{role}/") and any(action in task for action in actions)
    ]


def write(directory: pathlib.Path, host: str, marked: t.Callable[[str], str]) -> tuple[pathlib.Path, list[str]]:
    """Write the playbook and the copies of the roles, and return it with the names of the roles' refusals."""
    names = []
    roles = []
    for role in ROLES:
        tasks = [_speaking({**task, "name": f"{role.name}: {task['name']}"}) for task in refusals(role.name)]
        asked = [_speaking(task) for task in refusals(role.name, [INVENTORY])]
        if tasks or asked:
            names += [block["block"][0]["name"] for block in tasks]
            _copy(role, directory / "roles" / f"forced_{role.name}", [*asked, *tasks])
            roles.append({"role": f"forced_{role.name}"})
    given = list(_arguments(marked))
    plays: list[dict[str, t.Any]] = [
        {"name": "Look", "hosts": "all", "gather_facts": False, "tasks": _look()},
        {"name": "Refuse", "hosts": host, "gather_facts": False, "vars": REGISTERED, "roles": roles, "tasks": given},
    ]
    path = directory / "refusals.yml"
    path.write_text(yaml.safe_dump(plays, sort_keys=False), encoding="utf-8")
    return path, names


def _look() -> list[dict[str, t.Any]]:
    look = [
        ("redis_node", "group_names | intersect(['redis_cluster', 'redis_replication'])"),
        ("redis_sentinel", "['redis_sentinel'] | intersect(group_names)"),
    ]
    return [
        {
            "name": "Look",
            "ansible.builtin.include_role": {
                "name": f"almashooq.redis.{role}",
                "tasks_from": "inspect",
                "apply": {"tags": ["always"]},
            },
            "when": f"{groups} | length > 0",
        }
        for role, groups in look
    ]


def _speaking(task: dict[str, t.Any]) -> dict[str, t.Any]:
    return {
        "name": "Refuse",
        "block": [task],
        "rescue": [{"name": "Go on", "ansible.builtin.meta": "clear_host_errors"}],
    }


def _copy(role: pathlib.Path, copy: pathlib.Path, tasks: list[dict[str, t.Any]]) -> None:
    for part in ("defaults", "vars", "files", "templates"):
        if (role / part).exists():
            shutil.copytree(role / part, copy / part)
    (copy / "tasks").mkdir()
    (copy / "tasks" / "main.yml").write_text(yaml.safe_dump(tasks, sort_keys=False), encoding="utf-8")


def _arguments(marked: t.Callable[[str], str]) -> t.Iterator[dict[str, t.Any]]:
    for secret in secrets():
        options = specs(secret.role)["main"]["options"]
        if secret.path[0] in options:
            for number, shape in enumerate(SHAPES):
                name = f"{secret.name}, shape {number}"
                yield _speaking(_validation(name, options, secret, shape(marked(secret.name))))


def _validation(name: str, options: t.Mapping[str, t.Any], secret: Secret, value: object) -> dict[str, t.Any]:
    variable, *inner = secret.path
    given = {variable: [dict.fromkeys(inner, value)] if inner else value}
    # What has templates in it cannot be handed over, and has nothing to do with what is refused.
    plain = {one: {**option, "default": None} for one, option in options.items() if one == variable}
    return {
        "name": name,
        "ansible.builtin.validate_argument_spec": {"argument_spec": plain, "provided_arguments": given},
    }
