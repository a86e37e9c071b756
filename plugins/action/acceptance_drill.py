# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action ``almashooq.redis.acceptance_drill``: one step of a drill, on the host of its task."""

from __future__ import annotations

import dataclasses
import time
import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.almashooq.redis.plugins.action.run_by import changed_by, identity
from ansible_collections.almashooq.redis.plugins.module_utils._acceptance import calls, plan_steps, scope
from ansible_collections.almashooq.redis.plugins.module_utils._argspec import CONNECTION, SENTINEL_LOGIN
from ansible_collections.almashooq.redis.plugins.plugin_utils._plain import plain

OPTIONS: dict[str, dict[str, t.Any]] = {
    **CONNECTION,
    **SENTINEL_LOGIN,
    "step": {"type": "dict", "required": True},
    "journal": {"type": "list", "elements": "dict", "required": True},
    "deployment": {"type": "dict", "required": True},
    "directory": {"type": "str", "default": "/var/lib/redis-acceptance"},
    "timeout": {"type": "float", "default": 120.0},
    "interval": {"type": "float", "default": 2.0},
}
# What the steps after it, the report and a person who reads the output want of a module's result.
KEPT = ("at", "successor", "primaries", "report", "from", "to", "plan")
Result = t.Dict[str, t.Any]


class ActionModule(ActionBase):
    """Call the module of a step, and write into the journal what it has come to: a step that fails ends no run."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        """Return the journal with the outcome of the step; one that is not due is skipped."""
        super().run(tmp, task_vars)
        _checked, options = self.validate_argument_spec(OPTIONS)
        journal = plan_steps.make_journal(plain(options["journal"]))
        step = plan_steps.make_step(plain(options["step"]))
        if not plan_steps.is_due(step, journal):
            return {**_reported(journal, changed=False), "skipped": True, "skip_reason": "not due"}
        call = calls.call(step, journal, _setting(step, options, task_vars or {}))
        began = time.time()
        result = self._call(call, options, task_vars or {})
        outcome = plan_steps.Outcome(
            shard=step.shard["primary"],
            step=step.name,
            began=round(began, 3),
            ended=round(time.time(), 3),
            problem=str(result.get("msg") or "it failed") if result.get("failed") else "",
            result={} if result.get("failed") else {name: result[name] for name in KEPT if name in result},
        )
        reported = _reported((*journal, outcome), changed=bool(result.get("changed")))
        if reported["changed"] and call.module in calls.LOCKING:
            reported["ansible_facts"] = changed_by()
        return {**reported, "warnings": [outcome.problem]} if outcome.problem else reported

    def _call(self, call: calls.Call, options: t.Mapping[str, t.Any], task_vars: dict[str, t.Any]) -> Result:
        arguments = {**call.options, **_logins(call.module, options)}
        if call.module in calls.LOCKING:
            arguments["run_by"] = {
                **identity(self, call.module, task_vars),
                "deployment": str(options["deployment"]["deployment"]),
            }
        try:
            done = self._execute_module(f"almashooq.redis.{call.module}", module_args=arguments, task_vars=task_vars)
        except AnsibleError as error:
            # A host that is lost in the middle of a drill is a reason to put everything back, not to end here.
            return {"failed": True, "msg": str(error)}
        return t.cast("Result", plain(done))


def _setting(step: plan_steps.Step, options: t.Mapping[str, t.Any], task_vars: t.Mapping[str, t.Any]) -> calls.Setting:
    return calls.Setting(
        deployment=plain(options["deployment"]),
        layout=plain(scope.layout(task_vars["hostvars"], step.shard["host"])),
        directory=options["directory"],
        timeout=options["timeout"],
        interval_ms=options["interval"],
    )


def _logins(module: str, options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the logins of a module: at the instances, and at the Sentinels where it asks them."""
    if module == calls.FAULT:
        return {
            f"admin_{new}": options[name]
            for new, name in (("user", "username"), ("password", "password"), ("password_old", "password_old"))
            if options[name] is not None
        }
    names = [*CONNECTION, *(SENTINEL_LOGIN if module in (calls.WATCH, calls.TO_SET) else ())]
    return {name: options[name] for name in names if options[name] is not None}


def _reported(journal: plan_steps.Journal, changed: bool) -> Result:
    return {
        "changed": changed,
        "journal": [dataclasses.asdict(one) for one in journal],
        "problems": [problem for one in journal if (problem := plan_steps.problem_of(one))],
    }
