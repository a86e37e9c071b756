#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action ``almashooq.redis.show_summary``, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: show_summary
version_added: 0.2.0
short_description: Print the deployments of a run, how to connect, the next command and all warnings
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Prints on the controller's terminal what M(almashooq.redis.show_result) has kept on the hosts of the play.
attributes:
  check_mode:
    description: Prints in C(check_mode) as well.
    support: full
  diff_mode:
    description: Returns what has changed in diff mode; this module changes nothing.
    support: N/A
options: {}
seealso:
  - module: almashooq.redis.show_result
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Show the deployments
  almashooq.redis.show_summary:
  run_once: true
"""

RETURN = r"""
lines:
  description: Lines that were printed.
  returned: success
  type: list
  elements: str
"""
