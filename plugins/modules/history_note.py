#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.history_note``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: history_note
version_added: 0.2.0
short_description: Record changes that other tasks have made
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - For changes by tasks that keep no record, such as the installation of packages.
extends_documentation_fragment:
  - almashooq.redis.connection.lock
  - almashooq.redis.connection.attributes
options:
  changes:
    description: What was changed, one line each, without secrets.
    type: list
    elements: str
    required: true
seealso:
  - module: almashooq.redis.history_info
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Record the packages that were installed
  almashooq.redis.history_note:
    changes: [install redis-server]
  become: true
  changed_when: false
"""

RETURN = r"""# """


from ansible_collections.almashooq.redis.plugins.module_utils._argspec import LOCK
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._history_notes import NoteOperation, changes


def main() -> None:
    """Record the changes."""
    module = AnsibleModule(
        argument_spec={**LOCK, "changes": {"type": "list", "elements": "str", "required": True}},
        supports_check_mode=True,
    )
    converge(module, lambda params, record: NoteOperation(changes, params), needs_client=False)


if __name__ == "__main__":
    main()
