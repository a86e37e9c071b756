# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action before modules that change something: who it says runs them, and before which modules it is."""

from __future__ import annotations

import pathlib
import re
import socket
import typing as t

import pytest
import yaml
from ansible import context
from ansible.utils.context_objects import CLIArgs
from ansible_collections.almashooq.redis.plugins.action import run_by
from ansible_collections.almashooq.redis.plugins.module_utils._argspec import RUN_BY

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_it_runs_before_each_module_that_is_told_and_before_no_other() -> None:
    routes = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["plugin_routing"]["modules"]
    fragment = re.compile(r"^  - almashooq\.redis\.connection\.lock$", re.MULTILINE)
    takes = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py") if fragment.search(path.read_text())}
    assert {"cluster", "instance", "instance_daemon", "sentinel_config", "sentinel_switchover"} <= takes
    assert set(routes) == takes
    assert {str(route) for route in routes.values()} == {"{'action_plugin': 'almashooq.redis.run_by'}"}


# Modules that converge and keep no record, and why.
UNRECORDED = {
    "acceptance_replication": "its keys are gone when it ends",
    "acceptance_writer": "its keys are its own, and expire",
    "preflight_listener": "it listens for a minute, and changes nothing",
}


def test_every_module_that_changes_something_keeps_a_record() -> None:
    routes = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["plugin_routing"]["modules"]
    modules = (ROOT / "plugins" / "modules").glob("*.py")
    changing = {path.stem for path in modules if re.search(r"^    converge\(", path.read_text(), re.MULTILINE)}
    assert {"cluster", "host_service", "engine_source"} <= changing
    assert changing - set(routes) == set(UNRECORDED)


class Task:
    """What the action reads of its task."""

    def __init__(self, delegate_to: str | None = None) -> None:
        self.delegate_to = delegate_to


class Action:
    """What ``identity`` reads of an action: values are as they stand, but for one template."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._templar = self

    def template(self, value: str) -> str:
        return value.replace("{{ base }}", "/srv")


@pytest.mark.parametrize(
    ("module", "variables", "delegate_to", "told"),
    [
        (
            "replication",
            {},
            None,
            {"on": "redis1", "directory": "/var/lib/redis-history", "deployment": "", "part": ""},
        ),
        ("x", {"redis_history_directory": "{{ base }}/history"}, None, {"directory": "/srv/history"}),
        ("x", {"redis_history_directory": ""}, None, {"directory": ""}),
        ("x", {"__redis_history_ends": True}, None, {"part": "yes"}),
        ("almashooq.redis.cluster", {"redis_cluster_deployment": "shop"}, None, {"deployment": "shop"}),
        ("cluster_switchover", {"redis_cluster_deployment": "shop"}, None, {"deployment": "shop"}),
        # A host of a cluster may have more than the cluster.
        ("almashooq.redis.host_service", {"redis_cluster_deployment": "shop"}, None, {"deployment": ""}),
        (
            "rolling_step",
            {"ansible_delegated_vars": {"redis2": {"redis_history_directory": "/elsewhere"}}},
            "redis2",
            {"on": "redis2", "directory": "/elsewhere"},
        ),
    ],
)
def test_a_module_is_told_where_its_record_belongs(
    module: str, variables: dict[str, t.Any], delegate_to: str | None, told: dict[str, str]
) -> None:
    known = {"inventory_hostname": "redis1", **variables}
    found = run_by.identity(t.cast("t.Any", Action(Task(delegate_to))), module, known)
    assert {name: found[name] for name in told} == told
    assert found["run"].startswith("ansible-local-")
    assert set(found) == set(RUN_BY)


@pytest.mark.parametrize(
    ("given", "playbook"),
    [
        (("site.yml",), "site.yml"),
        (("/home/alice/play books/site.yml", "status.yml"), "site.yml status.yml"),
        ("all", ""),
        ((), ""),
        (None, ""),
    ],
)
def test_the_playbooks_of_the_command_line_are_named(
    monkeypatch: pytest.MonkeyPatch, given: t.Any, playbook: str
) -> None:
    monkeypatch.setattr(context, "CLIARGS", CLIArgs({} if given is None else {"args": given}))
    monkeypatch.setenv("LOGNAME", "alice")
    told = run_by.run_by()
    assert told.pop("run").startswith("ansible-local-")
    assert told == {"host": socket.gethostname(), "user": "alice", "playbook": playbook}


def test_a_user_without_a_name_is_told_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(run_by.getpass, "getuser", nobody)
    assert run_by.run_by()["user"].isdigit()
