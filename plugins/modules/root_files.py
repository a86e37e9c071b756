#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.root_files``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: root_files
version_added: 0.1.0
short_description: Put several directories and files in place
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Makes one call to the host for all of them, where M(ansible.builtin.file), M(ansible.builtin.copy) and
    M(ansible.builtin.template) make one to three for each.
  - A file is replaced as a whole. Content is shown nowhere, also not in a diff, since it may be secret.
extends_documentation_fragment:
  - almashooq.redis.connection.attributes
options:
  directories:
    description: Directories, in the order in which they are made.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Path.
        type: path
        required: true
      owner:
        description: User that it belongs to.
        type: str
        default: root
      group:
        description: Group that it belongs to.
        type: str
        default: root
      mode:
        description: Mode, as an octal number.
        type: str
        default: "0755"
  files:
    description: Files; their directories have to be there or among O(directories).
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: Path.
        type: path
        required: true
      content:
        description: Text of the file.
        type: str
        required: true
      owner:
        description: User that it belongs to.
        type: str
        default: root
      group:
        description: Group that it belongs to.
        type: str
        default: root
      mode:
        description: Mode, as an octal number.
        type: str
        default: "0644"
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Install a program
  almashooq.redis.root_files:
    directories:
      - path: /usr/local/lib/example
    files:
      - path: /usr/local/lib/example/program
        content: "{{ lookup('ansible.builtin.file', 'program.py') }}"
        mode: "0755"
"""

RETURN = r"""
plan:
  description: What was to be done, one line each.
  returned: always
  type: list
  elements: str
  sample: [write /usr/local/lib/example/program]
done:
  description: What was done, and how long it took.
  returned: always
  type: list
  elements: dict
"""


from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._host.root_files import FilesOperation

OWNED = {
    "path": {"type": "path", "required": True},
    "owner": {"type": "str", "default": "root"},
    "group": {"type": "str", "default": "root"},
}
DIRECTORY = {**OWNED, "mode": {"type": "str", "default": "0755"}}
FILE = {
    **OWNED,
    "mode": {"type": "str", "default": "0644"},
    "content": {"type": "str", "required": True, "no_log": True},
}


def main() -> None:
    """Put in place what is not."""
    module = AnsibleModule(
        argument_spec={
            "directories": {"type": "list", "elements": "dict", "default": [], "options": DIRECTORY},
            "files": {"type": "list", "elements": "dict", "default": [], "options": FILE},
        },
        supports_check_mode=True,
    )
    converge(module, FilesOperation, needs_client=False)


if __name__ == "__main__":
    main()
