# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action ``almashooq.redis.show_summary``: what a run of playbook site ends with, on the controller's terminal."""

from __future__ import annotations

import os
import sys
import typing as t

from ansible import constants, context
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.almashooq.redis.plugins.plugin_utils import _summary

COLLECTION = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Registered results of action show_result, in the order in which they are shown.
RESULTS = (
    "__redis_cluster_shown",
    "__redis_replication_shown",
    "__redis_sentinel_shown",
    "__redis_node_shown",
    "__redis_sentinel_warned",
    "__redis_exporter_shown",
)
# The members that the run has restarted since (role redis_rolling).
RESTARTED = "__redis_rolling_restarted"


class ActionModule(ActionBase):
    """Print the results that the roles of a run have kept."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Print them, once for all hosts."""
        super().run(tmp, task_vars)
        self.validate_argument_spec({})
        known = task_vars or {}
        hosts = [known["hostvars"][host] for host in known["ansible_play_hosts"]]
        reports = [one for name in RESULTS for host in hosts for one in _reports(host.get(name))]
        restarted = {one for host in hosts for one in host.get(RESTARTED) or ()}
        shown = _summary.lines(reports, _next_command(), restarted) if reports else []
        for line in ["", *shown] if shown else []:
            Display().display(line)
        return {"changed": False, "lines": shown}


def _reports(registered: t.Any) -> list[t.Any]:
    if not registered or registered.get("skipped"):
        return []
    # Of replication sets there are several on a host, by name.
    return list(registered["reports"].values()) if "reports" in registered else [registered]


def _next_command() -> str:
    given = context.CLIARGS
    inventory = list(given.get("inventory") or ())
    arguments = [] if inventory == constants.DEFAULT_HOST_LIST else [part for one in inventory for part in ("-i", one)]
    arguments += ["-K"] if given.get("become_ask_pass") else []
    arguments += ["-J"] if given.get("ask_vault_pass") else []
    for one in given.get("vault_ids") or ():
        arguments += ["--vault-id", str(one)]
    for one in given.get("vault_password_files") or ():
        arguments += ["--vault-password-file", str(one)]
    command = sys.argv[0] if os.path.basename(sys.argv[0]) == "ansible-playbook" else "ansible-playbook"
    cwd = os.getcwd()
    command = command if command.startswith(os.path.join(cwd, "")) else "ansible-playbook"
    playbook = str(next(iter(given.get("args") or ()), ""))
    return _summary.next_command(command, playbook, COLLECTION, cwd, arguments)
