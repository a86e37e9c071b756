#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.host_http_info``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: host_http_info
version_added: 0.2.0
short_description: Gather what services of a host answer over HTTP
description:
  - Internal to the roles and playbooks of this collection; its options and results may change in any release.
  - Queries all addresses at once, and repeats those without an answer until they answer, in one call to the host.
  - Uses no proxy, and verifies no certificate.
extends_documentation_fragment:
  - almashooq.redis.connection.info_attributes
options:
  urls:
    description: URLs to query.
    type: list
    elements: str
    required: true
  codes:
    description: Status codes that count as an answer.
    type: list
    elements: int
    default: [200]
  not_yet:
    description: Regular expression. An answer that contains a match does not count yet.
    type: str
  lines:
    description: Regular expression. Only lines that contain a match are returned. Default is all lines.
    type: str
  timeout:
    description: Timeout of one request, in seconds.
    type: float
    default: 5.0
  within:
    description: Timeout until all have answered, in seconds.
    type: float
    default: 30.0
  hint:
    description: What to do about a service that does not answer, as a sentence.
    type: str
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Query both services
  almashooq.redis.host_http_info:
    urls: ["http://192.0.2.11:9180/health", "http://192.0.2.11:9121/metrics"]
    hint: "`journalctl -u example` says why."
  register: answered
"""

RETURN = r"""
answers:
  description: Answers, in the order of O(urls).
  returned: success
  type: list
  elements: dict
  contains:
    url: {description: Address of the server., type: str}
    code: {description: Status code., type: int}
    text: {description: "Text of the answer, filtered by O(lines).", type: str}
"""


from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read
from ansible_collections.almashooq.redis.plugins.module_utils._host import answers


def main() -> None:
    """Ask all addresses."""
    module = AnsibleModule(
        argument_spec={
            "urls": {"type": "list", "elements": "str", "required": True},
            "codes": {"type": "list", "elements": "int", "default": [200]},
            "not_yet": {"type": "str"},
            "lines": {"type": "str"},
            "timeout": {"type": "float", "default": 5.0},
            "within": {"type": "float", "default": 30.0},
            "hint": {"type": "str"},
        },
        supports_check_mode=True,
    )
    read(module, answers.look, needs_client=False)


if __name__ == "__main__":
    main()
