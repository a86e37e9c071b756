#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action ``almashooq.redis.show_result``, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: show_result
version_added: 0.2.0
short_description: Print the topology and the warnings of a role, and fail if a deployment is not healthy
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Prints on the controller's terminal. In a run of playbook C(site) it prints only what it fails for; module
    M(almashooq.redis.show_summary) shows the rest at the end.
attributes:
  check_mode:
    description: Prints in C(check_mode) as well.
    support: full
  diff_mode:
    description: Returns what has changed in diff mode; this module changes nothing.
    support: N/A
options:
  result:
    description: Result of module M(almashooq.redis.cluster), M(almashooq.redis.replication),
      M(almashooq.redis.sentinel), or of one that reads the same.
    type: dict
    default: {}
  results:
    description: Several such results by name, for example of replication sets, in place of O(result).
    type: dict
    default: {}
  failure:
    description: Beginning of the message if the deployment is not healthy. With O(results), their names follow.
    type: str
    default: Not healthy
  user:
    description: User for the command that connects to the deployment. If empty, there is none.
    type: str
    default: ""
  warnings:
    description: Warnings, one sentence each.
    type: list
    elements: str
    default: []
  address:
    description: Address of the host's servers, for O(restarts) and O(unit_of).
    type: str
    default: ""
  restarts:
    description: Settings that need a restart, RV(almashooq.redis.instance#module:restart_required) of module
      M(almashooq.redis.instance).
    type: list
    elements: dict
    default: []
  unit_of:
    description: Ports of the running servers whose systemd unit has changed.
    type: list
    elements: int
    default: []
seealso:
  - module: almashooq.redis.show_summary
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Show the cluster, and fail if it is not healthy
  almashooq.redis.show_result:
    result: "{{ formed }}"
    user: admin
  register: shown
"""

RETURN = r"""
table:
  description: Topology as a table for people.
  returned: success, for one result
  type: str
connect:
  description: Command that connects to the deployment.
  returned: success, for one result
  type: str
notes:
  description: All warnings but those about restarts.
  returned: success, for one result
  type: list
  elements: str
waiting:
  description: What needs a restart, as O(address), O(restarts) and O(unit_of).
  returned: success, for one result
  type: dict
reports:
  description: For O(results), the same of each by name.
  returned: success, for several results
  type: dict
"""
