#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action ``almashooq.redis.acceptance_plan``, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: acceptance_plan
short_description: Plan the acceptance of a deployment
version_added: 0.2.0
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Reads what tasks of role P(almashooq.redis.redis_acceptance#role) have set on the hosts of the deployment, and the
    variables of the application hosts. Read-only; connects to no host.
extends_documentation_fragment:
  - almashooq.redis.connection.info_attributes
options:
  deployment:
    description: Deployment, as returned by P(almashooq.redis.monitored_deployments#filter).
    type: dict
    required: true
  from:
    description: Host that queries and writes. Default is the first host that could be reached.
    type: str
    default: ""
  load_from:
    description: Host that generates the load. Default is the host that queries.
    type: str
    default: ""
  clients:
    description: Application hosts.
    type: list
    elements: str
    default: []
  monitoring:
    description: Prometheus hosts; the first one is queried.
    type: list
    elements: str
    default: []
  prometheus_url:
    description: URL of Prometheus. Default is that of the first host in O(monitoring).
    type: str
    default: ""
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Plan the acceptance
  almashooq.redis.acceptance_plan:
    deployment: "{{ deployment }}"
"""

RETURN = r"""
run:
  description: Name of this acceptance.
  returned: success
  type: str
started:
  description: Time of the plan.
  returned: success
  type: str
deployment:
  description: Deployment, as in the option O(deployment).
  returned: success
  type: dict
hosts:
  description: Hosts of the deployment, including those of its Sentinels.
  returned: success
  type: list
  elements: str
told:
  description: Results of M(almashooq.redis.acceptance_host_info) for them.
  returned: success
  type: list
  elements: dict
asks:
  description: Host that queries and writes.
  returned: success
  type: str
load_from:
  description: Host that generates the load.
  returned: success
  type: str
was_put_back:
  description: Whether this run has restored what an interrupted drill had stopped.
  returned: success
  type: bool
connections:
  description: Host, name and JSON file of each application connection.
  returned: success
  type: list
  elements: dict
prometheus:
  description: C(url) of Prometheus, C(asks) (the host that queries it) and C(node) (its own name). Without a URL there
    is no Prometheus.
  returned: success
  type: dict
interrupted:
  description: Steps that move primaries replaced by interrupted drills back, for M(almashooq.redis.acceptance_drill).
  returned: success
  type: list
  elements: dict
"""
