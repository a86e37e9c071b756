#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action ``almashooq.redis.show_status``, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: show_status
version_added: 0.1.0
short_description: Print what module health has found as a tree, and write it as JSON
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Prints on the controller's terminal, in its width and with colours where Ansible uses them.
attributes:
  check_mode:
    description: Prints in C(check_mode) as well; it changes nothing but the file of O(json).
    support: full
  diff_mode:
    description: Returns what has changed in diff mode; this changes nothing.
    support: N/A
options:
  reports:
    description: Results of module M(almashooq.redis.health).
    type: list
    elements: dict
    required: true
  width:
    description: Columns to use. By default those of the terminal, 100 where there is none.
    type: int
    default: 0
  json:
    description: File on the controller to write the reports to, for a machine. By default none is written.
    type: str
    default: ""
seealso:
  - module: almashooq.redis.health
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Show it
  almashooq.redis.show_status:
    reports: ["{{ health }}"]
    json: status.json
"""

RETURN = r"""
error_count:
  description: Number of findings of severity V(error), over all reports.
  returned: success
  type: int
warning_count:
  description: Number of findings of severity V(warning), over all reports.
  returned: success
  type: int
"""
