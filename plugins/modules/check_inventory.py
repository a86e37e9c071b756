#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.check_inventory``: its action does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: check_inventory
version_added: 0.2.0
short_description: Check the names and values of this collection's variables in the inventory
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Checks the variables of all hosts in the groups of the playbooks as they were loaded, before a role converts them.
  - Misspelled variables and groups are reported with the closest match. A variable that begins with the name of a role
    must be one of the collection's; other names are compared with them. List your own similar names in
    C(redis_node_accept_names).
  - "Values that YAML or Ansible has converted are reported: an unquoted C(0123), C(1_000), C(12:30), C(1.10), C(on),
    C(2026-01-31) or C(null) where text is expected, text where a list is expected, and numbers written in octal or
    hexadecimal digits."
  - Runs on the controller and connects to no host. Read-only. Secrets are checked and never shown.
options:
  strict:
    description: Whether an error fails the task. If false, each error is a warning.
    type: bool
    default: true
attributes:
  check_mode:
    description: Runs the same way in check mode.
    support: full
  diff_mode:
    description: Has nothing to compare.
    support: none
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Check the inventory
  almashooq.redis.check_inventory:
  run_once: true
"""

RETURN = r"""
problems:
  description: Findings, one sentence each.
  returned: success
  type: list
  elements: str
"""
