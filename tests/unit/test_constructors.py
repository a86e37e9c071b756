# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Constructors of operations take values and do nothing: what reads, starts, connects or locks is done on entering."""

from __future__ import annotations

import ast
import contextlib
import copy
import grp
import importlib
import os
import pathlib
import pwd
import socket
import sys
import time
import types
import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.almashooq.redis.plugins.module_utils._engine.loop import Operation
from ansible_collections.almashooq.redis.plugins.module_utils._engine.parts import Parts
from ansible_collections.almashooq.redis.plugins.module_utils._managed import files
from ansible_collections.almashooq.redis.plugins.module_utils._replication.together import SetsOperation
from ansible_collections.almashooq.redis.plugins.module_utils._report.operation import Report

from ._report.results import result

ROOT = pathlib.Path(__file__).resolve().parents[2]
UTILS = ROOT / "plugins" / "module_utils"
MODULES = "ansible_collections.almashooq.redis.plugins.modules"

Make = t.Callable[[], t.Any]


class Acted(Exception):
    """A constructor did what it must not do."""


# Audit hooks stay for good, so this one checks whether anything is forbidden now.
forbidding: list[bool] = []
ACTING = ("open", "os.", "socket.", "subprocess.", "shutil.", "tempfile.", "glob.", "fcntl.", "time.sleep", "import")


def _hook(event: str, _arguments: object) -> None:
    if forbidding and event.startswith(ACTING):
        raise Acted(event)


sys.addaudithook(_hook)

# What Python reports to no audit hook.
SILENT = (
    *((os, name) for name in ("stat", "lstat", "access", "cpu_count", "getloadavg", "readlink", "uname")),
    *((pwd, name) for name in ("getpwnam", "getpwuid")),
    *((grp, name) for name in ("getgrnam", "getgrgid")),
    *((socket, name) for name in ("gethostname", "getaddrinfo", "create_connection")),
    (time, "sleep"),
)


@contextlib.contextmanager
def nothing_may_act() -> t.Iterator[None]:
    """Raise Acted where something is read, started, connected to or waited for."""

    def refuse(name: str) -> t.Callable[..., t.NoReturn]:
        def acted(*_given: object, **_named: object) -> t.NoReturn:
            raise Acted(name)

        return acted

    with pytest.MonkeyPatch.context() as patch:
        for module, name in SILENT:
            patch.setattr(module, name, refuse(f"{module.__name__}.{name}"))
        forbidding.append(True)
        try:
            yield
        finally:
            forbidding.clear()


# Host names, so that one which is resolved is noticed.
NODES = [{"address": f"node{number}.example", "port": 7000} for number in (1, 2, 3)]
SENTINELS = [{"address": "node1.example", "port": 26379}]
INSTANCES = [{"port": 7000, "address": "192.0.2.1"}]
LISTED = {"path": "/etc/x", "owner": "root", "group": "root", "mode": "0644"}

# What each module that converges is given.
OPTIONS: dict[str, dict[str, t.Any]] = {
    "acceptance_fault": {
        "instances": [{"port": 7000, "address": "node1.example"}],
        "admin_password": "x",
        "deployment": "main",
        "fault": "kill",
        "port": 7000,
        "run": "1",
        "directory": "/run/drills",
    },
    "acceptance_replication": {"run": "1", "topology": "cluster", "nodes": NODES},
    "acceptance_writer": {"nodes": NODES, "run": "1", "directory": "/run/writers"},
    "cluster": {"nodes": NODES, "replicas": 0},
    "cluster_switchover": {"nodes": NODES, "to": "node1.example:7000"},
    "engine_package_services": {
        "services": [{"name": "redis", "pid_file": "/run/redis.pid"}],
        "packages": ["redis"],
        "user": "redis",
        "group": "redis",
    },
    "engine_source": {"version": "8.0.6", "checksum": "sha256:" + "0" * 64, "archive": "/root/redis.tar.gz"},
    "history_end": {"run_by": {"directory": "/var/lib/history", "run": "1"}},
    "history_note": {"changes": ["install redis"]},
    "host_service": {"directories": [LISTED], "files": [{**LISTED, "content": "x"}], "units": ["redis.service"]},
    "instance": {
        "instances": INSTANCES,
        "admin_password": "x",
        "replication_password": "y",
        "service": {"files": [{**LISTED, "content": "x"}], "units": ["redis-node@7000.service"]},
        "daemon": {"guard": "/usr/lib/guard"},
    },
    "instance_daemon": {"instances": INSTANCES, "admin_password": "x", "guard": "/usr/lib/guard"},
    "load_test": {"tool": "redis-benchmark", "topology": "cluster", "nodes": NODES},
    "maintenance_mark": {"host": "alpha", "mark": {"since": 1, "until": 2}},
    "maintenance_step": {
        "deployment": "main",
        "topology": "replication",
        "nodes": NODES,
        "sentinels": SENTINELS,
        "host": "alpha",
        "state": "out",
        "servers": [{**NODES[0], "process": {}}],
    },
    "preflight_listener": {"address": "192.0.2.1", "ports": [7000], "state_file": "/run/listener"},
    "replication": {
        "sets": [{"name": "main", "nodes": NODES, "primary": dict(NODES[0])}],
        "sentinels": SENTINELS,
    },
    "rolling_step": {
        "deployment": "main",
        "topology": "replication",
        "nodes": NODES,
        "sentinels": SENTINELS,
        "needs": [{"node": "node1.example:7000", "reasons": ["requested"]}],
        "servers": [{**NODES[0], "process": {}}],
    },
    "rolling_together": {
        "deployment": "main",
        "topology": "replication",
        "nodes": NODES,
        "sentinels": SENTINELS,
        "needs": [{"node": "node1.example:7000", "reasons": ["requested"]}],
        "home": "alpha",
        "servers": [{**NODES[0], "process": {}}],
    },
    "sentinel_config": {
        "address": "192.0.2.1",
        "admin_password": "x",
        "peer_password": "y",
        "peers": SENTINELS,
        "service": {"files": [{**LISTED, "content": "x"}], "units": ["redis-sentinel@26379.service"]},
    },
    "sentinel": {"sentinels": SENTINELS, "sets": [{"name": "main", "primary": NODES[0], "nodes": NODES, "quorum": 1}]},
    "sentinel_switchover": {"sentinels": SENTINELS, "set": "main", "nodes": NODES},
}


def record(_node: str, _command: str) -> None:
    """Keep no commands."""


def by_module(name: str, options: dict[str, t.Any], patch: pytest.MonkeyPatch) -> Make:
    """Return what makes the operation of a module with these options, as the module itself calls it."""
    module = importlib.import_module(f"{MODULES}.{name}")
    made: list[Make] = []

    def ansible_module(argument_spec: dict[str, t.Any], **_how: object) -> types.SimpleNamespace:
        checked = ArgumentSpecValidator(argument_spec).validate(copy.deepcopy(options))
        assert checked.error_messages == []
        return types.SimpleNamespace(params=checked.validated_parameters)

    def converge(given: types.SimpleNamespace, make: t.Callable[..., t.Any], **_how: object) -> None:
        made.append(lambda: make(given.params, record))

    patch.setattr(module, "AnsibleModule", ansible_module)
    patch.setattr(module, "converge", converge)
    module.main()
    return made[0]


def report() -> Report:
    """Make the operation of action acceptance_report, which has no file of a module."""
    params = {"result": result(), "directory": "/reports", "keep": 2, "worse_percent": 1, "failures_per_month": 1}
    return Report(t.cast(t.Any, None), {**params, "targets": {}}, record)


def maker(name: str, patch: pytest.MonkeyPatch) -> Make:
    """Return what makes an operation."""
    return by_module(name, OPTIONS[name], patch) if name in OPTIONS else report


@pytest.mark.parametrize("name", [*OPTIONS, "acceptance_report"])
def test_a_constructor_does_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make = maker(name, monkeypatch)
    with nothing_may_act():
        operation = make()
    assert Operation in type(operation).__mro__


def test_every_operation_is_constructed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [one for name in (*OPTIONS, "acceptance_report") for one in whole(maker(name, monkeypatch)())]
    found = {f"{type(one).__module__.rpartition('module_utils.')[2]}.{type(one).__qualname__}" for one in made}
    assert found == set(operations())


def whole(operation: t.Any) -> list[t.Any]:
    """Return an operation with those that it is made of."""
    parts = operation._parts.values() if isinstance(operation, (Parts, SetsOperation)) else ()
    return [operation, *(each for part in parts for each in whole(part))]


def operations() -> t.Iterator[str]:
    """Yield the classes of module_utils that are operations."""
    for path in UTILS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            bases = [ast.unparse(base) for base in node.bases] if isinstance(node, ast.ClassDef) else []
            names = {base.partition("[")[0].rpartition(".")[2] for base in bases}
            # The others are what several operations have in common.
            common = {"Operation", "Parts", "Gated"}
            if isinstance(node, ast.ClassDef) and names & common and node.name not in common:
                yield f"{path.relative_to(UTILS).with_suffix('').as_posix().replace('/', '.')}.{node.name}"


@pytest.mark.parametrize(
    "act",
    [
        lambda: pathlib.Path("/etc/hosts").read_text(encoding="utf-8"),
        lambda: pwd.getpwnam("root"),
        lambda: os.path.exists("/"),
        lambda: socket.getaddrinfo("localhost", 1),
        lambda: files.hold_lock("/nowhere", 1.0),
        lambda: os.listdir("/"),
        lambda: time.sleep(0),
    ],
)
def test_what_acts_is_noticed(act: t.Callable[[], object]) -> None:
    with nothing_may_act(), pytest.raises(Acted):
        act()
