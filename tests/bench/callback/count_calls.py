# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Callback of bench_site: write each result of a task and each start of a module to a file, a JSON line each.

Tasks do not measure what a host does: `debug` starts no module, `template` one to three. So modules are counted where
Ansible starts them, in the processes of its workers, which share nothing but the file.
"""

from __future__ import annotations

import json
import os
import resource
import time
import typing as t

from ansible.plugins.action import ActionBase
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: count_calls
type: aggregate
short_description: Count results of tasks and starts of modules
description: Write a JSON line for each to the file that the environment variable BENCH_CALLS names.
"""


def _write(**line: t.Any) -> None:
    # One write to the end of the file, so that lines of several processes do not mix.
    descriptor = os.open(os.environ["BENCH_CALLS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, (json.dumps(line) + "\n").encode())
    finally:
        os.close(descriptor)


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class CallbackModule(CallbackBase):
    """Count; see the module."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "count_calls"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *arguments: t.Any, **options: t.Any) -> None:
        """Take the place of the method that starts modules, before there are workers."""
        super().__init__(*arguments, **options)
        start = ActionBase._execute_module

        def counted(action: ActionBase, *given: t.Any, **named: t.Any) -> t.Any:
            name = named.get("module_name") or (given[0] if given else None) or action._task.action
            host = (named.get("task_vars") or {}).get("inventory_hostname", "")
            wall, used = time.monotonic(), _of_children()
            try:
                return start(action, *given, **named)
            finally:
                took = {"wall": time.monotonic() - wall, "processors": _of_children() - used}
                _write(kind="module", host=host, name=name, task=action._task.get_name(), **took)

        ActionBase._execute_module = counted

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:
        """Count a task of the playbook, whatever the number of hosts."""
        _write(kind="task", name=task.get_name())

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """Count a task that a host has done, or that has included others."""
        self._result(result, "ok")

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        """Count a task that a host has skipped."""
        self._result(result, "skipped")

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        """Count a task that has failed on a host."""
        self._result(result, "failed")

    def _result(self, result: t.Any, outcome: str) -> None:
        host, task = (getattr(result, name, None) or getattr(result, f"_{name}") for name in ("host", "task"))
        _write(kind="result", host=host.get_name(), name=task.get_name(), outcome=outcome)
