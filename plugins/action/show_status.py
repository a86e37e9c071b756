# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action ``almashooq.redis.show_status``: it prints on the controller, to the person who asked."""

from __future__ import annotations

import json
import shutil
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.color import stringc
from ansible.utils.display import Display
from ansible_collections.almashooq.redis.plugins.module_utils._health.tree import tree

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
                "width": {"type": "int", "default": 0},
                "json": {"type": "str", "default": ""},
            }
        )
        display = Display()
        width = options["width"] or shutil.get_terminal_size((100, 24)).columns
        for report in options["reports"]:
            for line in ["", *tree(report, width, _paint)]:
                display.display(line)
        display.display("")
        if options["json"]:
            _write(options["json"], [_told(report) for report in options["reports"]])
        return {
            "changed": False,
            "error_count": sum(report["counts"]["error"] for report in options["reports"]),
            "warning_count": sum(report["counts"]["warning"] for report in options["reports"]),
        }


def _paint(colour: str, text: str) -> str:
    return str(stringc(text, COLOURS[colour]))


def _told(report: dict[str, t.Any]) -> dict[str, t.Any]:
    # Neither what a loop adds to a result, nor the options that the module was called with.
    return {name: report[name] for name in REPORT if name in report}


def _write(path: str, reports: list[dict[str, t.Any]]) -> None:
    try:
        with open(path, "w", encoding="utf-8") as stream:
            json.dump({"deployments": reports}, stream, indent=2, sort_keys=True, default=str)
            stream.write("\n")
    except OSError as error:
        raise AnsibleActionFail(
            f"{path} cannot be written: {error.strerror}. Give a path on the controller."
        ) from error
