# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action ``almashooq.redis.show_status``: it prints on the controller, to the person who asked."""

from __future__ import annotations

import shutil
import typing as t

from ansible.plugins.action import ActionBase
from ansible.utils.color import stringc
from ansible.utils.display import Display
from ansible_collections.almashooq.redis.plugins.module_utils._health.tree import tree
from ansible_collections.almashooq.redis.plugins.module_utils._history import render, runs
from ansible_collections.almashooq.redis.plugins.plugin_utils import _json_file
from ansible_collections.almashooq.redis.plugins.plugin_utils._plain import plain

REPORT = (
    "deployment",
    "topology",
    "healthy",
    "summary",
    "counts",
    "findings",
    "muted",
    "checks",
    "not_made",
    "nodes",
    "sentinels",
    "timing",
)
COLOURS = {"error": "red", "warning": "yellow", "good": "green", "muted": "dark gray"}


class ActionModule(ActionBase):
    """Print reports of module health as trees, and write them as JSON."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Print, write, and return the sums."""
        super().run(tmp, task_vars)
        _checked, options = self.validate_argument_spec(
            {
                "reports": {"type": "list", "elements": "dict", "required": True},
                "history": {"type": "list", "elements": "dict", "default": []},
                "deployments": {"type": "list", "elements": "dict", "default": []},
                "width": {"type": "int", "default": 0},
                "json": {"type": "str", "default": ""},
            }
        )
        display = Display()
        width = options["width"] or shutil.get_terminal_size((100, 24)).columns
        last = _last_changes(plain(options["history"]), plain(options["deployments"]))
        for report in options["reports"]:
            for line in ["", *tree(report, width, _paint, last.get(report["deployment"]))]:
                display.display(line)
        display.display("")
        if options["json"]:
            reports = [_reported(report, last) for report in options["reports"]]
            _json_file.write(options["json"], {"deployments": reports})
        return {
            "changed": False,
            "error_count": sum(report["counts"]["error"] for report in options["reports"]),
            "warning_count": sum(report["counts"]["warning"] for report in options["reports"]),
        }


def _paint(colour: str, text: str) -> str:
    return str(stringc(text, COLOURS[colour]))


def _last_changes(records: list[t.Any], deployments: list[t.Any]) -> dict[str, runs.Run]:
    """Return, by the name of each deployment, the newest run that concerns it or one of its hosts."""
    found = runs.merged(map(runs.record_of, records))
    last: dict[str, runs.Run] = {}
    for one in deployments:
        hosts = {server.get("host") for server in (*one["nodes"], *(one.get("sentinels") or ()))}
        concerning = (runs.about(run, one["deployment"], hosts) for run in found)
        newest = next((run for run in concerning if run is not None), None)
        if newest is not None:
            last[one["deployment"]] = newest
    return last


def _reported(report: dict[str, t.Any], last: t.Mapping[str, runs.Run]) -> dict[str, t.Any]:
    # Neither what a loop adds to a result, nor the options that the module was called with.
    reported = {name: report[name] for name in REPORT if name in report}
    run = last.get(report["deployment"])
    return {**reported, "last_change": None if run is None else render.head_value(run)}
