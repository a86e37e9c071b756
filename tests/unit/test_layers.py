# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may import what: files are pure unless they are listed, packages have an order, one file knows check mode."""

from __future__ import annotations

import ast
import pathlib
import re
import typing as t

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
UTILS = PLUGINS / "module_utils"

# Files that may act: they read the host or servers, wait, start processes, read a clock, or use a file that does.
# Every other file of module_utils turns values into values and does nothing else: a new file is pure until it is named
# here.  By package; "" are the files that stand beside the packages.
MAY_ACT = {
    "": {"_addresses", "_argspec", "_client", "_history_notes", "_lock_member", "_locking", "_wait"},
    "_acceptance": {
        "application",
        "background",
        "copies",
        "fault",
        "host",
        "journal",
        "shard",
        "watch",
        "writer",
        "writers",
        "writing",
    },
    "_cluster": {"ahead", "execute", "failover", "info", "observe", "options"},
    "_engine": {"capabilities", "deployment", "loop", "module", "parts"},
    "_engine_source": {"archive", "execute", "observe", "operation"},
    "_health": {"host", "host_pending", "host_process", "observe", "operation", "options"},
    "_history": {"info", "journal", "store"},
    "_host": {
        "accounts",
        "answers",
        "commands",
        "engine_package",
        "kernel",
        "marks",
        "masks",
        "root_files",
        "service",
        "units",
    },
    "_load": {"keys", "observe", "operation", "options", "tool"},
    "_maintenance": {"operation", "options", "store"},
    "_managed": {"connection", "exclusion", "files", "options", "processes", "start", "throwaway"},
    "_preflight": {
        "access",
        "identity",
        "interpreter",
        "listener",
        "machine",
        "observe",
        "operation",
        "peers",
        "proc",
    },
    "_replication": {"execute", "observe", "together"},
    "_report": {"operation", "store"},
    "_rolling": {"deployment", "gated", "host", "operation", "options", "process"},
    "_sentinel": {"ahead", "execute", "failover", "info", "observe"},
    "_sentinel_host": {"execute", "observe", "operation", "options"},
    "_settings": {
        "daemon",
        "execute",
        "guard",
        "instances",
        "observe",
        "observe_standing",
        "operation",
        "options",
        "pending",
        "precheck",
        "probe",
        "trial",
    },
    "_together": {"execute", "observe", "operation", "options", "store", "taking"},
    "_upgrade": {"observe", "operation", "options"},
    "_users": {"execute", "observe"},
}

# What a pure file may import in addition to other pure files.
STANDARD = {
    "__future__",
    "binascii",
    "bisect",
    "collections",
    "dataclasses",
    "datetime",  # to read and write times; what time it is, a pure function is told
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
EFFECTS = {"open", "print", "input", "exec", "eval", "breakpoint", "__import__"}

# The packages of module_utils, and the files beside them, from the foundation up: each imports only what stands before
# it, so there is no cycle.
ORDER = (
    "_text",
    "_errors",
    "_files",
    "_marks",
    "_slots",
    "_replies",
    "_addresses",
    "_nodes",
    "_inventory",
    "_wait",
    "_client",
    "_argspec",
    "_lock_rules",
    "_history",
    "_lock_member",
    "_locking",
    "_engine",
    "_history_notes",
    "_replication",
    "_cluster",
    "_sentinel",
    "_preflight",
    "_host",
    "_managed",
    "_users",
    "_sentinel_host",
    "_settings",
    "_engine_source",
    "_load",
    "_connect",
    "_health",
    "_rolling",
    "_together",
    "_maintenance",
    "_upgrade",
    "_report",
    "_acceptance",
)
# Imports that run upward all the same: file, what it imports, and why.
UPWARD = {
    ("_preflight/identity.py", "_sentinel_host/ownfile.py"): (
        "Sentinel's own file is read before there is a Sentinel on the host; reading it needs nothing of the package"
    ),
}

UTILS_FILES = sorted(UTILS.rglob("*.py"))


def package(path: pathlib.Path) -> str:
    """Return what ORDER calls a file of module_utils: its package, or its own name where it stands beside them."""
    return path.relative_to(UTILS).parts[0].removesuffix(".py")


def may_act(path: pathlib.Path) -> bool:
    """Return whether a file of module_utils is on the list of those that may act."""
    return path.stem in MAY_ACT.get("" if path.parent == UTILS else path.parent.name, ())


PURE_FILES = [path for path in UTILS_FILES if not may_act(path)]


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
                # ``from . import model`` and ``from ansible_collections... import _slots`` may name modules.
                yield from (dots + ".".join(filter(None, [node.module, alias.name])) for alias in node.names)


def neighbours(path: pathlib.Path) -> set[pathlib.Path]:
    """Return the files of module_utils that a file imports, also from within functions and for types alone."""
    found: set[pathlib.Path] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            parts = [base / f"{each.name}.py" for each in node.names]
            whole = [base.with_suffix(".py"), base / "__init__.py"]
            # What is imported from a package and is no file of it stands in its __init__.py.
            found.update(each for each in (parts if all(map(pathlib.Path.exists, parts)) else whole) if each.exists())
    return found


def outsiders(path: pathlib.Path) -> list[str]:
    """Return what a file imports, apart from module_utils, that may act."""
    return [each for each in imports(path) if not each.startswith(".") and each.partition(".")[0] not in STANDARD]


def effects(path: pathlib.Path) -> list[str]:
    """Return the built-in functions that act, among those that a file calls or hands on."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return sorted(EFFECTS.intersection(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)))


def test_planners_are_pure() -> None:
    known = {str(path.relative_to(UTILS)) for path in PURE_FILES}
    assert {"_cluster/plan_formation.py", "_settings/plan.py", "_replication/discovery.py", "_text.py"} <= known


@pytest.mark.parametrize("path", PURE_FILES, ids=name)
def test_pure_files_import_nothing_that_acts(path: pathlib.Path) -> None:
    assert outsiders(path) == []
    assert [name(each) for each in sorted(neighbours(path)) if may_act(each)] == []


@pytest.mark.parametrize("path", PURE_FILES, ids=name)
def test_pure_files_call_nothing_that_acts(path: pathlib.Path) -> None:
    assert effects(path) == []


def test_files_that_may_act_exist_and_do_act() -> None:
    # Whatever needs no permission has none: it would be lost for planners, and no test would notice when it begins to.
    listed = {
        str((UTILS / folder / f"{stem}.py").relative_to(UTILS)) for folder, stems in MAY_ACT.items() for stem in stems
    }
    acting = {
        str(path.relative_to(UTILS))
        for path in UTILS_FILES
        if outsiders(path) or effects(path) or any(may_act(each) for each in neighbours(path))
    }
    assert sorted(listed - acting) == []


def test_the_order_names_every_package_once() -> None:
    assert sorted(ORDER) == sorted({package(path) for path in UTILS_FILES})


@pytest.mark.parametrize("path", UTILS_FILES, ids=name)
def test_packages_import_only_what_stands_below_them(path: pathlib.Path) -> None:
    assert sorted(upward(path) - set(UPWARD)) == []


def test_imports_that_may_run_upward_do() -> None:
    assert sorted(set(UPWARD) - {pair for path in UTILS_FILES for pair in upward(path)}) == []


def upward(path: pathlib.Path) -> set[tuple[str, str]]:
    """Return the imports of a file that stand at or above its own package in the order, as UPWARD has them."""
    place = ORDER.index(package(path))
    return {
        (str(path.relative_to(UTILS)), str(each.relative_to(UTILS)))
        for each in neighbours(path)
        if package(each) != package(path) and ORDER.index(package(each)) >= place
    }


def test_only_the_client_imports_redis() -> None:
    users = {
        name(path) for path in PLUGINS.rglob("*.py") if any(re.match(r"redis(\.|$)", each) for each in imports(path))
    }
    # The other one is an application: it tries that the clients of others find the servers.
    assert users == {"module_utils/_client.py", "module_utils/_acceptance/application.py"}


def test_only_the_engine_and_argspec_know_ansible_in_module_utils() -> None:
    users = {
        path.name for path in UTILS.rglob("*.py") if any(re.match(r"ansible(\.|$)", each) for each in imports(path))
    }
    assert users <= {"module.py", "_argspec.py"}


def test_only_the_engine_reads_check_mode() -> None:
    # Attribute names distinguish code from documentation; supports_check_mode is a keyword argument.
    users = {
        name(path)
        for path in PLUGINS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("check_mode", "_diff")
    }
    assert users == {"module_utils/_engine/module.py"}


# The file of a module that is an action, which runs on the controller, holds its documentation alone.
MODULES = sorted(path for path in (PLUGINS / "modules").glob("*.py") if not (PLUGINS / "action" / path.name).exists())


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_modules_import_the_one_way_through_and_support_check_mode(path: pathlib.Path) -> None:
    assert any(re.search(r"module_utils\._engine\.module(\.|$)", each) for each in imports(path))
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
    """Return the lines of a function without its docstring: invariants may be described at length."""
    first = function.body[0]
    told = ast.get_docstring(function) is not None
    return (
        (function.end_lineno or 0) - function.lineno + 1 - ((first.end_lineno or 0) - first.lineno + 1 if told else 0)
    )
