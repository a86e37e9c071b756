#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.history_info``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: history_info
version_added: 0.2.0
short_description: Read what the collection has changed on a host, and how it ended
description:
  - Each call of a module of this collection that changes something keeps a record on its host, step by step. This
    module returns the records of the newest runs.
  - A call whose process was killed has a record without an end; its RV(records[].outcome) is V(interrupted).
  - Records hold no options of modules, and no secrets.
extends_documentation_fragment:
  - almashooq.redis.connection.info_attributes
options:
  directory:
    description:
      - Directory of the records, as C(redis_history_directory). One that does not exist has no records.
    type: path
    default: /var/lib/redis-history
  runs:
    description:
      - Number of runs to return, the newest first. 0 returns all that are kept, at most 500 records.
    type: int
    default: 10
seealso:
  - module: almashooq.redis.show_history
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Read what was changed last
  almashooq.redis.history_info:
    runs: 1
  become: true
  register: history
"""

RETURN = r"""
records:
  description: Calls of modules that have changed something, the newest first.
  returned: success
  type: list
  elements: dict
  contains:
    run: {description: "Key of the run, the same on all hosts. Empty if the run is not known.", type: str}
    host: {description: Name of the host in the inventory., type: str}
    deployments:
      description: Deployments that the call names. Empty for work on the host as a whole.
      type: list
      elements: str
    playbook: {description: Playbooks of the run., type: str}
    user: {description: "User on the controller, as the controller reports it.", type: str}
    controller: {description: Host name of the controller., type: str}
    account: {description: "User of this host that the module was started by, before sudo.", type: str}
    address: {description: "Address of the SSH client, where this host knows it.", type: str}
    verb: {description: Name of the module., type: str}
    began:
      description: When the call began to change something, in UTC (ISO 8601), by the clock of this host.
      type: str
    ended: {description: When it ended. Empty if it has not., type: str}
    seconds: {description: Duration up to the end or up to the last step., type: float}
    outcome:
      description: "V(done), V(failed), V(running), or V(interrupted): its process was killed."
      type: str
    plan: {description: "Steps that were planned. The middle of a long list is left out.", type: list, elements: str}
    planned: {description: Number of steps that were planned., type: int}
    done:
      description: Steps that were done, each with C(step) and the C(seconds) of its phase. The middle of a long list is
        left out.
      type: list
      elements: dict
    steps: {description: Number of steps that were done., type: int}
    failed: {description: "Steps that failed, and may be half done.", type: list, elements: str}
    step: {description: Step that was begun or came next when the record was written last., type: str}
    left: {description: Number of steps that the call has left to later calls of the run., type: int}
    part: {description: Whether the playbook of the run records its own end., type: bool}
    error: {description: "Error that ended the call, if it failed.", type: str}
count:
  description: Number of records on this host.
  returned: success
  type: int
unreadable:
  description: Names of files in the directory that are no records.
  returned: success
  type: list
  elements: str
"""


from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read
from ansible_collections.almashooq.redis.plugins.module_utils._history import info
from ansible_collections.almashooq.redis.plugins.module_utils._history.options import HISTORY


def main() -> None:
    """Read the records."""
    read(AnsibleModule(argument_spec=HISTORY, supports_check_mode=True), info.look, needs_client=False)


if __name__ == "__main__":
    main()
