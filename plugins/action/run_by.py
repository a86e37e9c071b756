# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action ``almashooq.redis.run_by``: informs a module that changes something of who runs it.

It is not called directly: ``meta/runtime.yml`` puts it before these modules.  A module does not learn its controller
from Ansible. Another run that has to wait must report who runs this one, and so must the record of what was changed.
"""

from __future__ import annotations

import getpass
import os
import socket
import typing as t

from ansible import constants, context
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.vars import merge_hash
from ansible_collections.almashooq.redis.plugins.module_utils._inventory.defaults import value

# Set by a playbook that records its own end (module history_end).
PART = "__redis_history_ends"
# A fact: the run that last changed something on the host.
FACT = "almashooq_redis_changed_by"
# Modules that have no option for the name of their deployment.
NAMELESS = ("cluster", "cluster_switchover")


def run_by() -> dict[str, str]:
    """Return host and user of the controller, the names of the playbooks that it runs, and what identifies the run."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.geteuid())
    given = context.CLIARGS.get("args") or ()
    # Of ansible itself it is the pattern of hosts, one text.
    playbooks = [os.path.basename(str(one)) for one in given] if isinstance(given, (list, tuple)) else []
    # Each run of Ansible has a temporary directory with a name of its own, which all of its workers know.
    run = os.path.basename(str(constants.DEFAULT_LOCAL_TMP))
    return {"host": socket.gethostname(), "user": user, "playbook": " ".join(playbooks), "run": run}


def changed_by() -> dict[str, str]:
    """Return the fact of a host that this run has changed: its end is recorded where there is something to end.

    Facts of a delegated task belong to the host that it was delegated to only with ``delegate_facts``.
    """
    return {FACT: run_by()["run"]}


def identity(action: ActionBase, module: str, task_vars: t.Mapping[str, t.Any]) -> dict[str, str]:
    """Return option ``run_by`` for a module: who runs it, and where on its host the record of the call belongs."""
    task = action._task
    host = str(task.delegate_to or task_vars.get("inventory_hostname") or "")
    # Variables of the host that the module runs on, where a task is delegated.
    known = {**task_vars, **((task_vars.get("ansible_delegated_vars") or {}).get(host) or {})}
    directory = action._templar.template(value(known, "redis_history_directory"))
    deployment = ""
    if module.rpartition(".")[2] in NAMELESS and "redis_cluster_deployment" in known:
        deployment = str(action._templar.template(known["redis_cluster_deployment"]))
    return {
        **run_by(),
        "on": host,
        "deployment": deployment,
        "directory": str(directory or ""),
        "part": "yes" if known.get(PART) else "",
    }


class ActionModule(ActionBase):
    """Run the module as Ansible's own action does, with one option more."""

    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return what the module returns."""
        result = super().run(tmp, task_vars)
        if self._task.action.rpartition(".")[2] == "run_by":
            raise AnsibleActionFail("run_by is not a task: it runs before modules that change something")
        background = self._task.async_val and not self._connection.has_native_async
        known = task_vars or {}
        options = {"run_by": identity(self, self._task.action, known), **self._task.args}
        done = self._execute_module(module_args=options, task_vars=task_vars, wrap_async=background)
        if not background:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        if done.get("changed"):
            done["ansible_facts"] = {**done.get("ansible_facts", {}), **changed_by()}
        return t.cast("dict[str, t.Any]", merge_hash(result, done))
