#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action ``almashooq.redis.run_by``, which runs before modules that take a lock."""

from __future__ import annotations

DOCUMENTATION = r"""
module: run_by
version_added: 0.2.0
short_description: Pass the name of the caller to modules that take a deployment's lock
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Not a task of its own. It runs on the controller before modules that take a deployment's lock, and passes the names
    of the controller, its user and the playbook, which a waiting run reports.
attributes:
  check_mode:
    description: Behaves as the module that it runs for.
    support: full
  diff_mode:
    description: Behaves as the module that it runs for.
    support: full
seealso:
  - module: almashooq.redis.cluster
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Create the cluster; a run that waits for this one reports who runs it
  almashooq.redis.cluster:
    username: admin
    password: "{{ redis_node_admin_password }}"
    nodes:
      - {address: 198.51.100.11, port: 7000}
      - {address: 198.51.100.12, port: 7000}
      - {address: 198.51.100.13, port: 7000}
    replicas: 0
"""

RETURN = r"""# """
