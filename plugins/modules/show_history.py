#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action ``almashooq.redis.show_history``, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: show_history
version_added: 0.2.0
short_description: Print the runs that have changed hosts, and write them as JSON
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Merges the records of all hosts to one entry per run, and prints them on the controller's terminal, the newest
    first.
attributes:
  check_mode:
    description: Prints in C(check_mode) as well; it changes only the file of O(json).
    support: full
  diff_mode:
    description: Returns what has changed in diff mode; this module changes nothing.
    support: N/A
options:
  results:
    description: Results of module M(almashooq.redis.history_info), by host.
    type: dict
    required: true
  hosts:
    description: Hosts that were to be read. Those without a result are named.
    type: list
    elements: str
    required: true
  runs:
    description: Number of runs to show. 0 shows all.
    type: int
    default: 10
  steps:
    description: Whether to show each step with its duration.
    type: bool
    default: false
  json:
    description: File on the controller to write the runs to as JSON. Default is none.
    type: str
    default: ""
seealso:
  - module: almashooq.redis.history_info
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Show what was changed
  almashooq.redis.show_history:
    results: "{{ {inventory_hostname: history} }}"
    hosts: ["{{ inventory_hostname }}"]
"""

RETURN = r"""
runs:
  description: Runs that are shown, the newest first.
  returned: success
  type: list
  elements: dict
  contains:
    run: {description: Key of the run., type: str}
    began: {description: "When its first change began, in UTC (ISO 8601), by the clock of that host.", type: str}
    ended: {description: When its last call ended. Empty if one has not., type: str}
    outcome:
      description:
        - "V(done), V(failed), V(running), or V(interrupted): the process of a call was killed."
        - "V(unfinished): all calls have ended, and the run has not. It was cut off between two of them, has failed in a
          task that is not recorded, or still works."
      type: str
    playbook: {description: Playbooks of the run., type: str}
    user: {description: User on the controller., type: str}
    controller: {description: Host name of the controller., type: str}
    hosts: {description: Hosts on which it worked., type: list, elements: str}
    deployments: {description: Deployments that its calls name., type: list, elements: str}
    steps: {description: Number of steps that were done., type: int}
    calls:
      description: Its calls in their order, as RV(almashooq.redis.history_info#module:records).
      type: list
      elements: dict
silent:
  description: Hosts that were not read.
  returned: success
  type: list
  elements: str
"""
