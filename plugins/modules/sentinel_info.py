#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what Sentinels watch, and what is wrong with it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sentinel_info
short_description: Read what Sentinels watch, and what is wrong with it
version_added: 0.1.0
description:
  - Asks the named Sentinels and all others that they know, and returns the sets with their primaries as each of them
    sees them, and findings.
  - One Sentinel that answers is enough. One that does not is a finding.
author:
  - The almashooq.redis authors (@almashooq)
extends_documentation_fragment:
  - almashooq.redis.sentinel
  - almashooq.redis.connection
  - almashooq.redis.connection.info_attributes
options:
  timeout:
    description:
      - How long the Sentinels may take until there is no error among the findings, in seconds. What is wrong then is
        returned.
      - One that has just been restarted takes a second or two until all others have their links to it again.
    type: float
    default: 0
seealso:
  - module: almashooq.redis.sentinel
"""

EXAMPLES = r"""
- name: Who is primary, and do all agree
  almashooq.redis.sentinel_info:
    username: admin
    password: "{{ redis_node_admin_password }}"
    sentinels:
      - {address: 198.51.100.11, port: 26379}
  register: watched

- name: Show it
  ansible.builtin.debug:
    msg: "{{ watched.summary }}"
"""

RETURN = r"""
healthy:
  description: Whether there is no finding of severity V(error), and nothing that a Sentinel counts is down.
  returned: success
  type: bool
sets:
  description: Each set by name, with its primary and how each Sentinel sees it.
  returned: success
  type: dict
sentinels:
  description: The Sentinels with id and version, or why one does not answer.
  returned: success
  type: list
  elements: dict
findings:
  description: What is not as it should be; check, severity (V(error) or V(warning)), node, message, hint, observed,
    expected.
  returned: success
  type: list
  elements: dict
summary:
  description: The Sentinels as a table for a person.
  returned: success
  type: str
"""

from ansible_collections.almashooq.redis.plugins.module_utils._argspec import CONNECTION, SENTINELS, access
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.info import read_sentinels


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={**CONNECTION, "sentinels": SENTINELS, "timeout": {"type": "float", "default": 0}},
        supports_check_mode=True,
    )
    read(
        module,
        lambda params, record: read_sentinels(params["sentinels"], access(params), record, params["timeout"]),
    )


if __name__ == "__main__":
    main()
