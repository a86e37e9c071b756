#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.check_inventory``: its action does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: check_inventory
version_added: 0.1.0
short_description: Check the names and the values of this collection's variables in the inventory
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Checks the variables of all hosts in the groups of the playbooks as they were loaded, before a role converts them.
  - "Misspelled variables and groups are reported with the closest match. A variable that begins with the name of a role
    has to be one of the collection's, other names are compared with them; your own are listed in
    C(redis_node_accept_names)."
  - "Values that YAML or Ansible have turned into something else are reported: an unquoted C(0123), C(1_000), C(12:30),
    C(1.10), C(on), C(2026-01-31) or C(null) where text is expected, text where a list is expected, numbers that are
    written in octal or hexadecimal digits."
  - Runs on the controller, connects to no host, and changes nothing. Secrets are checked and never shown.
options:
  strict:
    description: Whether an error fails the task. Otherwise each one is a warning.
    type: bool
    default: true
attributes:
  check_mode:
    description: Runs in check mode as it does without.
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
  description: What was found, one sentence each.
  returned: success
  type: list
  elements: str
"""
