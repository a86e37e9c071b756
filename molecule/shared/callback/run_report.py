# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run of ansible-playbook did, host by host, as a line for people and a file for tests."""

from __future__ import annotations

import json
import os
import time
import typing as t
from collections import defaultdict

from ansible.plugins.callback import CallbackBase

if t.TYPE_CHECKING:
    from ansible.executor.stats import AggregateStats
    from ansible.executor.task_result import CallbackTaskResult
    from ansible.playbook.task import Task

DOCUMENTATION = """
name: run_report
type: aggregate
short_description: Seconds, tasks and changes of a run
description:
  - Prints one line at the end of a run; writes the same as JSON to the file that E(RUN_REPORT) names.
"""


class CallbackModule(CallbackBase):
    """Counts tasks that ran on a host, and remembers the names of those that changed something or failed."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "run_report"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._begun = time.monotonic()
        self._changed: dict[str, list[str]] = defaultdict(list)
        self._failed: list[dict[str, str]] = []
        self._starts: list[tuple[str, float]] = []

    def v2_playbook_on_task_start(self, task: Task, is_conditional: bool) -> None:
        """Remember when each task began; it lasts until the next one begins."""
        self._starts.append((task.get_name(), time.monotonic()))

    def v2_runner_on_ok(self, result: CallbackTaskResult) -> None:
        """Remember who changed what."""
        if result.result.get("changed"):
            self._changed[result.host.get_name()].append(result.task.get_name())

    def v2_runner_on_failed(self, result: CallbackTaskResult, ignore_errors: bool = False) -> None:
        """Remember what failed, and what it said."""
        if not ignore_errors:
            told = str(result.result.get("msg", ""))
            self._failed.append({"host": result.host.get_name(), "task": result.task.get_name(), "message": told})

    def v2_playbook_on_stats(self, stats: AggregateStats) -> None:
        """Print the line and write the file."""
        now = time.monotonic()
        seconds = round(now - self._begun, 1)
        ends = [start for _name, start in self._starts[1:]] + [now]
        lasted = [(round(end - start, 1), name) for (name, start), end in zip(self._starts, ends, strict=True)]
        slowest = [f"{name} {duration} s" for duration, name in sorted(lasted, reverse=True)[:3]]
        hosts = {name: stats.summarize(name) for name in sorted(stats.processed)}
        counts = [f"{name} {count['ok']} tasks, {count['changed']} changed" for name, count in hosts.items()]
        summary = f"{seconds} s; {'; '.join(counts)}; slowest: {', '.join(slowest)}"
        self._display.display(f"RUN REPORT: {summary}")
        path = os.environ.get("RUN_REPORT")
        if path:
            report = {
                "summary": summary,
                "seconds": seconds,
                "hosts": hosts,
                "changed": self._changed,
                "failed": self._failed,
            }
            with open(path, "w", encoding="utf-8") as file:
                json.dump(report, file)
