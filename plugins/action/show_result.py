# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action ``almashooq.redis.show_result``: a role's topology and warnings, now or at the end of the run."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.defaults import value
from ansible_collections.almashooq.redis.plugins.plugin_utils import _summary

# Set by playbook site, which shows everything at its end (action show_summary).
LATER = "__redis_summary_follows"


class ActionModule(ActionBase):
    """Print a table and warnings, unless a summary follows, and fail for what is not healthy."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return what the summary shows."""
        super().run(tmp, task_vars)
        _checked, options = self.validate_argument_spec(
            {
                "result": {"type": "dict", "default": {}},
                "results": {"type": "dict", "default": {}},
                "failure": {"type": "str", "default": "Not healthy"},
                "user": {"type": "str", "default": ""},
                "warnings": {"type": "list", "elements": "str", "default": []},
                "address": {"type": "str", "default": ""},
                "restarts": {"type": "list", "elements": "dict", "default": []},
                "unit_of": {"type": "list", "elements": "int", "default": []},
            }
        )
        known = task_vars or {}
        results = options["results"] or {"": options["result"]}
        engine = str(self._templar.template(value(known, "redis_install_engine")))
        # The summary is later than a restart at the end of the run: what waits for one is a warning only there.
        waiting = {name: options[name] for name in ("address", "restarts", "unit_of")}
        reports = {
            name: {
                "table": _summary.table(result),
                "connect": _summary.connect(result, options["user"], engine),
                "notes": [*_summary.warnings(result), *options["warnings"]],
                "waiting": waiting,
            }
            for name, result in results.items()
        }
        failures = [
            f"{name}: {'; '.join(found)}" if name else "; ".join(found)
            for name, result in results.items()
            if (found := _summary.failures(result))
        ]
        if failures or not known.get(LATER):
            for line in _lines(reports.values(), _summary.restart_warnings(**waiting)):
                Display().display(line)
        if failures:
            return {"failed": True, "changed": False, "msg": f"{options['failure']}: {'; '.join(failures)}"}
        return {"changed": False, **({"reports": reports} if options["results"] else reports[""])}


def _lines(reports: t.Iterable[t.Mapping[str, t.Any]], restarts: t.Iterable[str]) -> t.Iterator[str]:
    notes: dict[str, None] = {}
    for report in reports:
        notes.update(dict.fromkeys(report["notes"]))
        yield from [*report["table"].split("\n"), ""] if report["table"] else []
    notes.update(dict.fromkeys(restarts))
    yield from (f"WARNING: {one}" for one in notes)
