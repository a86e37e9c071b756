# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action before modules that take a deployment's lock: who it says runs them, and before which modules it is."""

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

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_it_runs_before_each_module_that_takes_the_lock_and_before_no_other() -> None:
    routes = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["plugin_routing"]["modules"]
    takes = {
        path.stem for path in (ROOT / "plugins" / "modules").glob("*.py") if re.search(r"\*\*LOCK\b", path.read_text())
    }
    assert set(routes) == takes
    assert {str(route) for route in routes.values()} == {"{'action_plugin': 'almashooq.redis.run_by'}"}


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
    assert run_by.run_by() == {"host": socket.gethostname(), "user": "alice", "playbook": playbook}


def test_a_user_without_a_name_is_told_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(run_by.getpass, "getuser", nobody)
    assert run_by.run_by()["user"].isdigit()
