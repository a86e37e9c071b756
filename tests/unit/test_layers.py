# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may import what: planners are pure, one file opens connections, one knows check mode."""

from __future__ import annotations

import ast
import pathlib
import re
import typing as t

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
UTILS = PLUGINS / "module_utils"

# Files of these names, in any package of module_utils, turn values into values and do nothing else.
PURE = {
    "answers",
    "checks",
    "classify",
    "compare",
    "desired",
    "directives",
    "discovery",
    "figures",
    "members",
    "model",
    "ownfile",
    "parse",
    "placement",
    "plan",
    "render",
    "sets",
    "steps",
    "tree",
    "users",
}
PURE_FOUNDATION = {"_errors", "_files", "_lock_rules", "_nodes", "_replies", "_slots", "_text"}
STANDARD = {
    "__future__",
    "binascii",
    "bisect",
    "collections",
    "dataclasses",
    "difflib",
    "enum",
    "functools",
    "hashlib",
    "html",
    "ipaddress",
    "itertools",
    "json",
    "math",
    "re",
    "shlex",
    "statistics",
    "typing",
}


def kind(stem: str) -> str:
    """Return what a file is: checks_memory is a part of the checks."""
    return stem.partition("_")[0]


EFFECTS = {"open", "print", "input", "exec", "eval", "breakpoint", "__import__"}

PURE_FILES = sorted(path for path in UTILS.glob("_*/*.py") if kind(path.stem) in PURE)


def name(path: pathlib.Path) -> str:
    """Return a file's path below plugins/, for test ids."""
    return str(path.relative_to(PLUGINS))


def imports(path: pathlib.Path) -> t.Iterator[str]:
    """Yield everything that a file imports: ``.model``, ``.._errors``, ``re``, ``dataclasses.dataclass``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            dots = "." * node.level
            if node.level and node.module:
                yield dots + node.module
            else:
                # ``from . import model`` and ``from ansible_collections... import _run`` may name modules.
                yield from (dots + ".".join(filter(None, [node.module, alias.name])) for alias in node.names)


def is_pure(imported: str) -> bool:
    """Return whether a planner may import this."""
    if imported.startswith(".."):
        return imported[2:] in PURE_FOUNDATION
    if imported.startswith("."):
        return kind(imported[1:]) in PURE
    return imported.partition(".")[0] in STANDARD


def test_there_are_planners_to_look_at() -> None:
    assert {"_cluster/plan.py", "_instance/plan.py"} <= {str(path.relative_to(UTILS)) for path in PURE_FILES}


@pytest.mark.parametrize("path", [*PURE_FILES, *(UTILS / f"{stem}.py" for stem in sorted(PURE_FOUNDATION))], ids=name)
def test_pure_files_import_nothing_that_acts(path: pathlib.Path) -> None:
    foundation = path.parent == UTILS
    # The foundation itself stands one level higher: its siblings are its foundation.
    allowed = [f".{stem}" for stem in PURE_FOUNDATION] if foundation else []
    assert [each for each in imports(path) if not (is_pure(each) or each in allowed)] == []


@pytest.mark.parametrize("path", PURE_FILES, ids=name)
def test_pure_files_call_nothing_that_acts(path: pathlib.Path) -> None:
    calls = [
        node.func.id
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    assert sorted(EFFECTS.intersection(calls)) == []


def test_only_the_client_imports_redis() -> None:
    users = {
        name(path) for path in PLUGINS.rglob("*.py") if any(re.match(r"redis(\.|$)", each) for each in imports(path))
    }
    # The other one is an application: it tries that the clients of others find the servers.
    assert users == {"module_utils/_client.py", "module_utils/_acceptance/application.py"}


def test_only_run_and_argspec_know_ansible_in_module_utils() -> None:
    users = {
        path.name for path in UTILS.rglob("*.py") if any(re.match(r"ansible(\.|$)", each) for each in imports(path))
    }
    assert users <= {"_run.py", "_argspec.py"}


def test_only_run_reads_check_mode() -> None:
    # Attribute names tell code from documentation; supports_check_mode is a keyword argument.
    users = {
        name(path)
        for path in PLUGINS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("check_mode", "_diff")
    }
    assert users == {"module_utils/_run.py"}


# The file of a module that is an action, which runs on the controller, holds its documentation alone.
MODULES = sorted(path for path in (PLUGINS / "modules").glob("*.py") if not (PLUGINS / "action" / path.name).exists())


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_modules_import_the_one_way_through_and_support_check_mode(path: pathlib.Path) -> None:
    assert any(re.search(r"module_utils\._run(\.|$)", each) for each in imports(path))
    assert "supports_check_mode=True" in path.read_text(encoding="utf-8")
    # Ansible's own AnsibleModule logs secrets: see ours.
    assert not any(each.startswith("ansible.") for each in imports(path))


@pytest.mark.parametrize("path", sorted(UTILS.rglob("*.py")), ids=name)
def test_module_utils_import_each_other_relatively(path: pathlib.Path) -> None:
    assert [each for each in imports(path) if each.startswith("ansible_collections")] == []


@pytest.mark.parametrize("path", sorted(PLUGINS.rglob("*.py")), ids=name)
def test_files_stay_small(path: pathlib.Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    # Documentation of modules does not count: it grows with the options.
    documentation = sum(
        (node.end_lineno or 0) - node.lineno
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper()
        and isinstance(node.value, ast.Constant)
    )  # fmt: skip
    lines = len(path.read_text(encoding="utf-8").splitlines()) - documentation
    assert lines <= 300
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    assert {node.name: size(node) for node in functions if size(node) > 40} == {}


def size(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function without its docstring: invariants may be told at length."""
    first = function.body[0]
    told = ast.get_docstring(function) is not None
    return (
        (function.end_lineno or 0) - function.lineno + 1 - ((first.end_lineno or 0) - first.lineno + 1 if told else 0)
    )
