#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.history_end``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: history_end
version_added: 0.2.0
short_description: Record the end of a run on a host on which it has changed something
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Last task of a playbook of several modules. A run that is cut off between two of them has no such record, and is
    shown as unfinished.
  - Records nothing on a host without records of the run.
extends_documentation_fragment:
  - almashooq.redis.connection.lock
  - almashooq.redis.connection.attributes
seealso:
  - module: almashooq.redis.history_info
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Record the end of the run
  almashooq.redis.history_end:
  become: true
  changed_when: false
"""

RETURN = r"""# """


from ansible_collections.almashooq.redis.plugins.module_utils._argspec import LOCK
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._history_notes import NoteOperation, end


def main() -> None:
    """Record the end."""
    module = AnsibleModule(argument_spec={**LOCK}, supports_check_mode=True)
    converge(module, lambda params, record: NoteOperation(end, params), needs_client=False)


if __name__ == "__main__":
    main()
