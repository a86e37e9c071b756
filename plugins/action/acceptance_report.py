# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action ``almashooq.redis.acceptance_report``: it writes on the controller, where Jinja2 and the templates are."""

from __future__ import annotations

import os
import typing as t

from ansible.plugins.action import ActionBase
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import converge_action
from ansible_collections.almashooq.redis.plugins.module_utils._report.operation import Report
from ansible_collections.almashooq.redis.plugins.plugin_utils._plain import plain
from ansible_collections.almashooq.redis.plugins.plugin_utils._report.page import page

OPTIONS: dict[str, dict[str, t.Any]] = {
    "result": {"type": "dict", "required": True},
    "directory": {"type": "path", "required": True},
    "keep": {"type": "int", "default": 20},
    "worse_percent": {"type": "float", "default": 20.0},
    "targets": {"type": "dict", "default": {}, "options": {"availability_percent": {"type": "float"}}},
    "failures_per_month": {"type": "float", "default": 1.0},
}


class ActionModule(ActionBase):
    """Write the report of an acceptance, and compare it with those before."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Write page and figures, remove reports that are too many, and return what module acceptance_report does."""
        super().run(tmp, task_vars)
        _checked, options = self.validate_argument_spec(OPTIONS)
        params = plain(options)
        params["directory"] = os.path.join(self._loader.get_basedir(), params["directory"])
        return converge_action(self._task, params, lambda params, record: Report(page, params, record))
