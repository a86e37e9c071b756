#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the action ``almashooq.redis.acceptance_report``, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: acceptance_report
short_description: Write the report of an acceptance and compare it with earlier reports
version_added: 0.2.0
description:
  - Writes the result of playbook acceptance as one self-contained page and as JSON, to
    C(<directory>/<deployment>/<started>.html) and C(.json), with copies named C(latest).
  - Compares it with the earlier results of the deployment in that directory, and reports what got worse.
  - Computes the availability that the measured gaps allow, and shows the calculation.
  - An incomplete result is refused, with the location of each fault. Values of secret settings are masked.
  - Runs on the controller as the user who runs Ansible, and connects to no host.
author:
  - The almashooq.redis authors (@almashooq)
extends_documentation_fragment:
  - almashooq.redis.connection.attributes
options:
  result:
    description:
      - Result of the acceptance.
    type: dict
    required: true
  directory:
    description:
      - Directory of the reports, with a subdirectory for each deployment. A relative path is relative to the playbook.
    type: path
    required: true
  keep:
    description:
      - Number of reports of the deployment to keep. Older ones are removed.
    type: int
    default: 20
  worse_percent:
    description:
      - Difference to the median of up to five earlier figures from which a figure is reported as worse or better.
    type: float
    default: 20.0
  targets:
    description:
      - Targets that follow from the drills; those of the load test are part of O(result).
    type: dict
    default: {}
    suboptions:
      availability_percent:
        description: Percentage of a month in which every shard must accept writes.
        type: float
  failures_per_month:
    description:
      - Assumed failures of each primary per month, to compute the availability.
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
  description: Result with its availability and all targets. It is passed only if all targets are met.
  returned: success
  type: dict
html:
  description: Path of the HTML page.
  returned: success
  type: str
json:
  description: Path of the JSON file.
  returned: success
  type: str
history:
  description: Earlier acceptances that the result was compared with, oldest first.
  returned: success
  type: list
  elements: dict
  contains:
    started: {description: When it started., type: str}
    passed: {description: Whether it passed., type: bool}
changes:
  description: What has changed, worse first.
  returned: success
  type: list
  elements: dict
  contains:
    what: {description: What differs., type: str}
    before: {description: Earlier value., type: str}
    after: {description: Type of the service., type: str}
    percent: {description: Difference in percent; null if there is none., type: float}
    verdict: {description: "V(worse), V(changed) or V(better).", type: str}
summary:
  description: Summary in one line.
  returned: success
  type: str
plan:
  description: Files to write and to remove.
  returned: always
  type: list
  elements: str
done:
  description: Steps done, with their duration in seconds.
  returned: always
  type: list
  elements: dict
faults:
  description: Faults in O(result), each with its location.
  returned: when it is refused
  type: list
  elements: str
"""
