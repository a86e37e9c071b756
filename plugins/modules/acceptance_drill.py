#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action ``almashooq.redis.acceptance_drill``, which calls a module on the host of its task."""

from __future__ import annotations

DOCUMENTATION = r"""
module: acceptance_drill
short_description: Run one step of a drill
version_added: 0.2.0
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Runs the module of a step on the host that the task is delegated to, and adds its result to the journal. A step that
    fails does not fail the task; after it, only the steps that restore the deployment are run.
  - A step that does not apply is skipped.
extends_documentation_fragment:
  - almashooq.redis.connection
  - almashooq.redis.connection.sentinel_login
  - almashooq.redis.connection.attributes
options:
  step:
    description:
      - Step to run, from RV(almashooq.redis.acceptance_evaluate#module:steps) or
        RV(almashooq.redis.acceptance_plan#module:interrupted).
    type: dict
    required: true
  journal:
    description: Journal so far, RV(journal) of the previous step.
    type: list
    elements: dict
    required: true
  deployment:
    description: Deployment, as returned by P(almashooq.redis.monitored_deployments#filter).
    type: dict
    required: true
  directory:
    description: Directory on the hosts for the drill's records.
    type: str
    default: /var/lib/redis-acceptance
  timeout:
    description: Timeout of each wait, in seconds.
    type: float
    default: 120.0
  interval:
    description: Pause between two writes of a stream, in milliseconds.
    type: float
    default: 2.0
seealso:
  - module: almashooq.redis.acceptance_fault
  - module: almashooq.redis.acceptance_watch
  - module: almashooq.redis.acceptance_writer
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Run the next step
  almashooq.redis.acceptance_drill:
    username: admin
    password: "{{ redis_node_admin_password }}"
    step: "{{ step }}"
    journal: "{{ drilled.journal }}"
    deployment: "{{ deployment }}"
  delegate_to: "{{ step.host }}"
  become: true
  register: drilled
"""

RETURN = r"""
journal:
  description: Result of each step that was run.
  returned: success
  type: list
  elements: dict
  contains:
    shard: {description: "Primary that is drilled, as V(address:port).", type: str}
    step: {description: Name of the step., type: str}
    began: {description: "Start time, in seconds since 1970.", type: float}
    ended: {description: "End time, in seconds since 1970.", type: float}
    problem: {description: What went wrong; empty if nothing did., type: str}
    result: {description: Results of the module that later steps need., type: dict}
problems:
  description: What went wrong in all steps.
  returned: success
  type: list
  elements: str
"""
