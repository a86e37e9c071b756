#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action ``almashooq.redis.acceptance_report``, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: acceptance_report
short_description: Write the report of an acceptance, and compare it with those before
version_added: 0.1.0
description:
  - Writes what playbook acceptance has found as one page that loads nothing from anywhere, and as JSON, into
    C(<directory>/<deployment>/<started>.html) and C(.json), with copies named C(latest).
  - Compares with the earlier results of the deployment in that directory, and says what got worse.
  - Computes the availability that the measured gaps allow, and tells the arithmetic.
  - A result that is not whole is refused, with the place of each fault. Values of secret settings are blanked.
  - Runs on the controller, as the user who runs Ansible, and connects to no host.
author:
  - The almashooq.redis authors (@almashooq)
extends_documentation_fragment:
  - almashooq.redis.connection.attributes
options:
  result:
    description:
      - What the acceptance has found.
    type: dict
    required: true
  directory:
    description:
      - Where reports are kept, with a directory for each deployment. A relative path starts at the playbook.
    type: path
    required: true
  keep:
    description:
      - How many reports to keep of the deployment. Older ones are removed.
    type: int
    default: 20
  worse_percent:
    description:
      - By how much a figure has to differ from the median of up to five earlier ones to be called worse or better.
    type: float
    default: 20.0
  targets:
    description:
      - Targets that follow from the drills; those of the load test are part of O(result).
    type: dict
    default: {}
    suboptions:
      availability_percent:
        description: Percentage of a month in which every shard is to take writes.
        type: float
  failures_per_month:
    description:
      - How often each primary is assumed to fail, for the availability.
    type: float
    default: 1.0
seealso:
  - module: almashooq.redis.load_test
"""

EXAMPLES = r"""
- name: Write the report
  almashooq.redis.acceptance_report:
    result: "{{ acceptance }}"
    directory: reports
    targets: {availability_percent: 99.9}
  run_once: true
"""

RETURN = r"""
result:
  description: The result with its availability and all targets; passed only where all of them are met.
  returned: success
  type: dict
html:
  description: Path of the page.
  returned: success
  type: str
json:
  description: Path of the JSON.
  returned: success
  type: str
history:
  description: The earlier acceptances that it was compared with, oldest first.
  returned: success
  type: list
  elements: dict
  contains:
    started: {description: When it started., type: str}
    passed: {description: Whether it passed., type: bool}
changes:
  description: What is not as before, worse first.
  returned: success
  type: list
  elements: dict
  contains:
    what: {description: What differs., type: str}
    before: {description: What it was., type: str}
    after: {description: What it is., type: str}
    percent: {description: The difference in percent; null where there is none., type: float}
    verdict: {description: "V(worse), V(changed) or V(better).", type: str}
summary:
  description: One line for people.
  returned: success
  type: str
plan:
  description: The files to write and to remove.
  returned: always
  type: list
  elements: str
done:
  description: What was done, and what it took in seconds.
  returned: always
  type: list
  elements: dict
faults:
  description: What is wrong with O(result), each with its place.
  returned: when it is refused
  type: list
  elements: str
"""
