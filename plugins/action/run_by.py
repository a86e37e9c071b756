# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action ``almashooq.redis.run_by``: tells a module that takes a deployment's lock who runs it.

Nobody calls it: ``meta/runtime.yml`` puts it before these modules.  A module does not learn its controller from
Ansible, and another run that has to wait is to know whom to ask.
"""

from __future__ import annotations

import getpass
import os
import socket
import typing as t

from ansible import context
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.vars import merge_hash


def run_by() -> dict[str, str]:
    """Return host and user of the controller, and the names of the playbooks that it runs."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.geteuid())
    given = context.CLIARGS.get("args") or ()
    # Of ansible itself it is the pattern of hosts, one text.
    playbooks = [os.path.basename(str(one)) for one in given] if isinstance(given, (list, tuple)) else []
    return {"host": socket.gethostname(), "user": user, "playbook": " ".join(playbooks)}


class ActionModule(ActionBase):
    """Run the module as Ansible's own action does, with one option more."""

    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return what the module returns."""
        result = super().run(tmp, task_vars)
        if self._task.action.rpartition(".")[2] == "run_by":
            raise AnsibleActionFail("run_by is no task of its own: it runs before modules that take a lock")
        background = self._task.async_val and not self._connection.has_native_async
        options = {"run_by": run_by(), **self._task.args}
        done = self._execute_module(module_args=options, task_vars=task_vars, wrap_async=background)
        if not background:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return t.cast("dict[str, t.Any]", merge_hash(result, done))
