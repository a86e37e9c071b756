# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action ``almashooq.redis.check_inventory``: the inventory as it was loaded, on the controller."""

from __future__ import annotations

import os
import re
import typing as t

import yaml
from ansible import context
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import filter_loader
from ansible.utils.display import Display
from ansible_collections.almashooq.redis.plugins.module_utils._inventory import (
    checks_names,
    checks_required,
    checks_values,
)
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.defaults import GROUPS
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.model import (
    ENCRYPTED,
    Known,
    Value,
    make_known,
)
from ansible_collections.almashooq.redis.plugins.plugin_utils import _inventory_files as files
from jinja2.exceptions import UndefinedError

ROLES = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "roles")
ACCEPTED = checks_names.ALLOW
MOST = 25
# A value that is another variable and nothing else is looked up; templating would decrypt it on every host.
_REFERENCE = re.compile(r"\s*\{\{\s*([A-Za-z_]\w*)\s*\}\}\s*")
_DEEPEST = 20
_LOADER: t.Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Variables = t.Mapping[str, Value]
# Ansible finds a filter of a collection by loading all of them, and each task runs in a process of its own, which would
# do so again: a fifth of a second. Loaded here, in the process that forks those of the tasks, they are found at once.
filter_loader.get("almashooq.redis.cluster_placement")


class Templated(Exception):
    """A value that only Ansible can work out."""


class ActionModule(ActionBase):
    """Refuse misspelled names, and values that YAML or Ansible have turned into something else."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Inspect all hosts of the playbooks' groups, once."""
        super().run(tmp, task_vars)
        _checked, options = self.validate_argument_spec({"strict": {"type": "bool", "default": True}})
        found = list(dict.fromkeys(self._problems(task_vars or {})))
        if found and options["strict"]:
            return {"failed": True, "changed": False, "msg": _refusal(found), "problems": found}
        for problem in found:
            Display().warning(f"{problem}.")
        return {"changed": False, "problems": found}

    def _problems(self, task_vars: Variables) -> t.Iterator[str]:
        specs = _of_roles("meta/argument_specs.yml")
        specs = {role: one["argument_specs"] for role, one in specs.items()}
        known = make_known(specs)
        groups: t.Mapping[str, t.Sequence[str]] = task_vars["groups"]
        given = {variable: _name_of(task_vars.get(variable), name) for variable, name in GROUPS.items()}
        hosts = dict.fromkeys(host for name in given.values() for host in groups.get(name, ()))
        variables = {host: self._variables(host, task_vars) for host in hosts}
        accepted = {str(name) for one in variables.values() for name in one.get(ACCEPTED) or ()}
        sources, folders = _sources(task_vars)
        yield from checks_names.unknown_groups(
            groups, given, files.group_files(sources, folders) - set(groups), accepted
        )
        if nothing := checks_names.no_hosts(groups, given):
            yield nothing
        # What plays have set is not there on hosts outside --limit, and is not needed there.
        taking_part = frozenset(task_vars["ansible_play_hosts_all"])
        named = {
            variable: [one for one in groups.get(name, ()) if one in taking_part] for variable, name in given.items()
        }
        needs = checks_required.needed(specs, _of_roles("defaults/main.yml"))
        yield from checks_required.missing(named, needs, _Given(variables, task_vars).has)
        for host, own in variables.items():
            yield from self._of_host(host, own, known, accepted, task_vars)
        for path in files.variable_files([*sources, *_extra_files()], folders):
            for scalar, option in files.scalars(path, self._read(path), known):
                yield from checks_values.spelling(scalar, option)

    def _of_host(
        self, host: str, own: Variables, known: Known, accepted: t.Collection[str], task_vars: Variables
    ) -> t.Iterator[str]:
        for name in own:
            option = known.options.get(name)
            if option is not None:
                try:
                    value = _resolved(own[name], own)
                except Templated:
                    value = _worked_out(task_vars["hostvars"], host, name)
                # What cannot be worked out here is refused by the task that needs it.
                if value is not Undefined:
                    yield from checks_values.problems(name, value, option)
            elif name not in accepted and (refusal := checks_names.unknown_variable(name, known)):
                yield refusal

    def _variables(self, host: str, task_vars: Variables) -> dict[str, Value]:
        raw = task_vars["hostvars"].raw_get(host)
        # Variables of plays are known of the host that this task runs for.
        return {**raw, **task_vars} if host == task_vars.get("inventory_hostname") else dict(raw)

    def _read(self, path: str) -> str:
        try:
            if hasattr(self._loader, "get_text_file_contents"):
                return str(self._loader.get_text_file_contents(path))
            return str(self._loader._get_file_contents(path)[0].decode("utf-8", "replace"))
        except (AnsibleError, OSError, UnicodeError):
            return ""  # Ansible has read its variables, or has failed already


class _Given:
    """Which hosts have which variables."""

    def __init__(self, variables: t.Mapping[str, Variables], task_vars: Variables) -> None:
        self._variables = variables
        own = task_vars["hostvars"].raw_get(task_vars["inventory_hostname"])
        # Those of plays are the same for all hosts, and are known of the host that this task runs for.
        self._of_play = task_vars.keys() - own.keys()

    def has(self, host: str, name: str) -> bool:
        """Return whether a host has a variable of this name."""
        return name in self._variables[host] or name in self._of_play


class Undefined:
    """Stands for a value that cannot be worked out yet."""


def _resolved(value: Value, own: Variables, depth: int = 0) -> Value:
    """Return a value without its templates; raises Templated where that takes more than looking a variable up."""
    if _is_encrypted(value):
        return ENCRYPTED
    if isinstance(value, str):
        reference = _REFERENCE.fullmatch(value)
        if reference and reference[1] in own and depth < _DEEPEST:
            return _resolved(own[reference[1]], own, depth + 1)
        if "{{" in value or "{%" in value:
            raise Templated
    if isinstance(value, dict):
        return {key: _resolved(one, own, depth + 1) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_resolved(one, own, depth + 1) for one in value]
    return value


def _is_encrypted(value: Value) -> bool:
    # Up to ansible-core 2.18 it says so itself; from 2.19 on it is a type of its own.
    return bool(getattr(value, "__ENCRYPTED__", False)) or type(value).__name__ == "EncryptedString"


def _worked_out(hostvars: t.Any, host: str, name: str) -> Value:
    try:
        value = hostvars[host][name]
    except (AnsibleError, UndefinedError):
        return Undefined
    # ansible-core 2.18 hands back what it cannot work out (facts that are not there yet) as it is written.
    return Undefined if _has_template(value) else value


def _has_template(value: Value) -> bool:
    if isinstance(value, dict):
        return any(_has_template(one) for one in value.values())
    if isinstance(value, (list, tuple)):
        return any(_has_template(one) for one in value)
    return isinstance(value, str) and ("{{" in value or "{%" in value)


def _name_of(value: Value, default: str) -> str:
    return value if isinstance(value, str) and "{{" not in value else default


def _sources(task_vars: Variables) -> tuple[list[str], list[str]]:
    sources = [str(one) for one in task_vars.get("ansible_inventory_sources") or () if os.path.exists(str(one))]
    return sources, [str(task_vars["playbook_dir"])] if task_vars.get("playbook_dir") else []


def _extra_files() -> list[str]:
    given = [str(one) for one in context.CLIARGS.get("extra_vars") or ()]
    return [one[1:] for one in given if one.startswith("@")]


def _of_roles(file: str) -> dict[str, t.Any]:
    found = {}
    for role in sorted(os.listdir(ROLES)):
        path = os.path.join(ROLES, role, file)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as stream:
                found[role] = yaml.load(stream, Loader=_LOADER) or {}
    return found


def _refusal(found: t.Sequence[str]) -> str:
    shown = [*found[:MOST], *([f"and {len(found) - MOST} more"] if len(found) > MOST else [])]
    if len(found) == 1:
        return f"{found[0]}. Nothing has been changed."
    return "".join(
        [f"The inventory has {len(found)} errors:", *(f"\n- {one}" for one in shown), "\nNothing has been changed."]
    )
