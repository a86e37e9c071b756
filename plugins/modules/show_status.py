#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action ``almashooq.redis.show_status``, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: show_status
version_added: 0.2.0
short_description: Print the findings of module health as a tree, and write them as JSON
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Prints on the controller's terminal, using its width, and colours if Ansible uses them.
attributes:
  check_mode:
    description: Prints in C(check_mode) as well; it changes only the file of O(json).
    support: full
  diff_mode:
    description: Returns what has changed in diff mode; this module changes nothing.
    support: N/A
options:
  reports:
    description: Results of module M(almashooq.redis.health).
    type: list
    elements: dict
    required: true
  history:
    description: Records of the hosts, from RV(almashooq.redis.health_host_info#module:history). The newest run that
      concerns a deployment is shown with it.
    type: list
    elements: dict
    default: []
  deployments:
    description: Deployments with their C(nodes) and C(sentinels), each of which has a C(host).
    type: list
    elements: dict
    default: []
  width:
    description: Width in columns. Default is that of the terminal, or 100 without one.
    type: int
    default: 0
  json:
    description: File on the controller to write the reports to as JSON. Default is none.
    type: str
    default: ""
seealso:
  - module: almashooq.redis.health
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Show the summary
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
