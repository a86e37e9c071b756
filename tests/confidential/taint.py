# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which expressions of roles and playbooks hold a secret: what is marked, and all that is made of it.

An expression holds one if a part of it that reaches the result does.  An attribute of something that holds one holds
one, too, unless it is known to be none; so does what a filter makes
of it, unless the filter is known to give none away.
"""

from __future__ import annotations

import functools
import itertools
import typing as t

import jinja2
import yaml
from jinja2 import nodes

from .variables import ROLES, ROOT, secrets, specs

PLAYBOOKS = sorted((ROOT / "playbooks").rglob("*.yml"))
# Their result says nothing of the secret but whether there is one, and how long it is.
TELL_NOTHING = frozenset(["length", "count", "bool"])
# Filters of this collection whose result holds secrets; test_secrets_filters.py proves that no other one is.
GIVE_SECRETS = frozenset(["almashooq.redis.client_files"])
# Attributes of things that hold secrets which are none themselves, and the options that are not marked.
NO_SECRETS = frozenset(
    [
        "address",
        "ansible_host",
        "changed",
        "exists",
        "inventory_hostname",
        "isreg",
        "key",
        "path",
        "quorum",
        "rc",
        "secret",
        "stat",
    ]
)
JINJA = jinja2.Environment(extensions=["jinja2.ext.do"])


@functools.cache
def harmless_attributes() -> frozenset[str]:
    """Return the attributes that are no secrets: unmarked scalar options of lists and dicts, and some more."""
    hidden = {secret.path[-1] for secret in secrets()}
    plain = {
        name
        for role in ROLES
        for entry in specs(role.name).values()
        for option in entry["options"].values()
        for name, suboption in option.get("options", {}).items()
        if suboption["type"] in ("str", "int", "bool", "float", "path")
    }
    return frozenset((plain | NO_SECRETS) - hidden)


@functools.cache
def holders() -> frozenset[str]:
    """Return every variable of the roles that holds a secret, public or internal."""
    known = {secret.path[0] for secret in secrets()}
    values = [(name, value) for path in _files_of_variables() for name, value in (_load(path) or {}).items()]
    values += [item for task in tasks() for item in task.get("vars", {}).items()]
    while True:
        new = {name for name, value in values if name not in known and holds(value, known)}
        if not new:
            return frozenset(known)
        known |= new


def _files_of_variables() -> t.Iterator[t.Any]:
    for role in ROLES:
        yield from itertools.chain(*((role / directory).glob("*.yml") for directory in ("defaults", "vars")))


def variable(text: str) -> dict[str, t.Any]:
    """Return the dict that a text names, which is nothing but a variable of a role; raises KeyError for another."""
    named = {name: value for path in _files_of_variables() for name, value in (_load(path) or {}).items()}
    return t.cast("dict[str, t.Any]", named[text.removeprefix("{{ ").removesuffix(" }}")])


@functools.cache
def _load(path: t.Any) -> t.Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def tasks() -> list[dict[str, t.Any]]:
    """Return all tasks of roles and playbooks, each with its ``file``, and with what its blocks say of ``no_log``."""
    found: list[dict[str, t.Any]] = []
    for path in sorted(path for role in ROLES for path in (role / "tasks").glob("*.yml")):
        found += _flat(_load(path) or [], {"file": str(path.relative_to(ROOT))})
    for path in PLAYBOOKS:
        for play in _load(path):
            for part in ("pre_tasks", "tasks", "post_tasks", "handlers", "roles"):
                found += _flat(play.get(part, []), {"file": str(path.relative_to(ROOT))})
    return found


def _flat(listed: t.Iterable[t.Any], inherited: t.Mapping[str, t.Any]) -> t.Iterator[dict[str, t.Any]]:
    for task in listed:
        here = {**inherited, **{name: task[name] for name in ("no_log",) if name in task}}
        yield {**here, **task}
        for part in ("block", "rescue", "always"):
            yield from _flat(task.get(part, []), here)


def holds(value: object, known: t.Collection[str]) -> bool:
    """Return whether a value of YAML holds a secret, given the names of the variables that do."""
    if isinstance(value, dict):
        return any(holds(one, known) for one in value.values())
    if isinstance(value, list):
        return any(holds(one, known) for one in value)
    if not isinstance(value, str) or "{{" not in value:
        return False
    return any(_reaches(node, known) for node in _expressions(value))


@functools.cache
def _expressions(text: str) -> tuple[nodes.Node, ...]:
    return tuple(node for output in JINJA.parse(text).find_all(nodes.Output) for node in output.nodes)


def _reaches(node: nodes.Node, known: t.Collection[str]) -> bool:
    """Return whether a secret reaches the result of an expression."""
    if isinstance(node, nodes.Name):
        return node.name in known or node.name in ("hostvars", "vars")
    if isinstance(node, (nodes.Compare, nodes.Test, nodes.Not, nodes.Const, nodes.TemplateData)):
        return False
    if isinstance(node, nodes.CondExpr):
        return any(_reaches(one, known) for one in (node.expr1, node.expr2) if one is not None)
    if isinstance(node, nodes.Getattr):
        return _attribute(node.node, node.attr, known)
    if isinstance(node, nodes.Getitem):
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return _attribute(node.node, node.arg.value, known)
        return _reaches(node.node, known)
    if isinstance(node, nodes.Filter):
        return _filter(node, known)
    return any(_reaches(child, known) for child in node.iter_child_nodes())


def _attribute(owner: nodes.Node, name: str, known: t.Collection[str]) -> bool:
    # A host's variables: what is asked of them is one by its own name.
    if name.lstrip("_").startswith("redis_"):
        return name in known
    return _reaches(owner, known) and name not in harmless_attributes()


def _filter(node: nodes.Filter, known: t.Collection[str]) -> bool:
    given = [*([node.node] if node.node else []), *node.args, *(pair.value for pair in node.kwargs)]
    if node.name in TELL_NOTHING:
        return False
    if node.name.startswith("almashooq.redis."):
        return node.name in GIVE_SECRETS
    if node.name == "rejectattr" and _constants(node) == {"secret"}:
        # Filter client_files says so of files that hold one.
        return False
    if node.name == "ternary":
        return any(_reaches(one, known) for one in node.args)
    if node.name == "map" and node.node is not None:
        picked = _picked(node)
        if picked:
            return any(_attribute(one, picked, known) for one in (node.node, *node.args))
    return any(_reaches(one, known) for one in given)


def _constants(node: nodes.Filter) -> set[object]:
    """Return the constant arguments of a filter, those in lists included."""
    return {
        one.value
        for argument in node.args
        for one in (argument, *argument.find_all(nodes.Const))
        if isinstance(one, nodes.Const)
    }


def _picked(node: nodes.Filter) -> str:
    """Return the attribute that a ``map`` takes of each element."""
    for pair in node.kwargs:
        if pair.key == "attribute" and isinstance(pair.value, nodes.Const):
            return str(pair.value.value)
    constants = [one.value for one in node.args if isinstance(one, nodes.Const)]
    return str(constants[1]) if constants[:1] == ["extract"] and len(constants) > 1 else ""
