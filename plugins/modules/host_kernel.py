#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.host_kernel``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: host_kernel
version_added: 0.1.0
short_description: Kernel settings that an instance's host should have
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Sets them in the running kernel, and in files for the next boot.
  - Where a container does not let anybody set them, says so in RV(not_set) and goes on, the same in each run.
extends_documentation_fragment:
  - almashooq.redis.connection.attributes
options:
  sysctl:
    description: Settings by name, with the value that they are to have.
    type: dict
    default: {}
  sysctl_at_least:
    description: Settings by name that may also have a higher value than this.
    type: dict
    default: {}
  transparent_hugepage:
    description:
      - Mode of transparent huge pages. Where V(never) is in force, it stays.
      - Without it, the mode is left alone.
    type: str
    choices: [never, madvise, always]
  sysctl_file:
    description: File that sets O(sysctl) and O(sysctl_at_least) at boot. Without it, none is written.
    type: path
  tmpfiles_file:
    description: File for systemd-tmpfiles that sets O(transparent_hugepage) at boot. Without it, none is written.
    type: path
  required:
    description: Whether a setting that cannot be set here is an error.
    type: bool
    default: false
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Let forks succeed while memory is half full
  almashooq.redis.host_kernel:
    sysctl:
      vm.overcommit_memory: 1
    sysctl_file: /etc/sysctl.d/90-redis-node.conf
"""

RETURN = r"""
plan:
  description: What was to be done, one line each.
  returned: always
  type: list
  elements: str
done:
  description: What was done, and how long it took.
  returned: always
  type: list
  elements: dict
not_set:
  description: One sentence for each setting that differs and cannot be set here.
  returned: success
  type: list
  elements: str
  sample: ["could not be set here: vm.overcommit_memory is 0, wanted 1"]
"""


from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._host.kernel import KernelOperation


def main() -> None:
    """Set what can be set."""
    module = AnsibleModule(
        argument_spec={
            "sysctl": {"type": "dict", "default": {}},
            "sysctl_at_least": {"type": "dict", "default": {}},
            "transparent_hugepage": {"type": "str", "choices": ["never", "madvise", "always"]},
            "sysctl_file": {"type": "path"},
            "tmpfiles_file": {"type": "path"},
            "required": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    converge(module, KernelOperation, needs_client=False)


if __name__ == "__main__":
    main()
