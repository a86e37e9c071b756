# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action ``almashooq.redis.show_history``: it prints on the controller, to the person who asked."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase
from ansible.utils.color import stringc
from ansible.utils.display import Display
from ansible_collections.almashooq.redis.plugins.module_utils._history import render, runs
from ansible_collections.almashooq.redis.plugins.plugin_utils import _json_file
from ansible_collections.almashooq.redis.plugins.plugin_utils._plain import plain

COLOURS = {"error": "red", "warning": "yellow", "good": "green"}


class ActionModule(ActionBase):
    """Print the runs that results of module history_info are about, and write them as JSON."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Print, write, and return the runs."""
        super().run(tmp, task_vars)
        _checked, options = self.validate_argument_spec(
            {
                "results": {"type": "dict", "required": True},
                "hosts": {"type": "list", "elements": "str", "required": True},
                "runs": {"type": "int", "default": 10},
                "steps": {"type": "bool", "default": False},
                "json": {"type": "str", "default": ""},
            }
        )
        results = {host: one for host, one in plain(options["results"]).items() if "records" in one}
        silent = [host for host in options["hosts"] if host not in results]
        records = [runs.record_of(one) for result in results.values() for one in result["records"]]
        found = runs.merged(records, options["runs"])
        display = Display()
        for line in _lines(found, options["steps"]) + _notes(results, silent):
            display.display(line)
        values = [render.as_value(one) for one in found]
        if options["json"]:
            _json_file.write(options["json"], {"runs": values, "silent": silent})
        return {"changed": False, "runs": values, "silent": silent}


def _lines(found: t.Sequence[runs.Run], steps: bool) -> list[str]:
    if not found:
        return ["", "No changes are recorded."]
    return [line for run in found for line in ["", *render.entry(run, _paint, steps=steps)]]


def _notes(results: t.Mapping[str, t.Any], silent: t.Sequence[str]) -> list[str]:
    """Return what is not known: hosts that were not read, and files that are no records."""
    notes = [
        f"{host}: {', '.join(one['unreadable'])} cannot be read" for host, one in results.items() if one["unreadable"]
    ]
    if silent:
        notes.append(f"Not read, so their part is missing: {', '.join(silent)}")
    return ["", *notes, ""] if notes else [""]


def _paint(colour: str, text: str) -> str:
    return str(stringc(text, COLOURS[colour]))
