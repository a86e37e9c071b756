#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what Sentinels watch, and what is wrong with it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sentinel_info
short_description: Read what Sentinels monitor and report problems
version_added: 0.2.0
description:
  - Queries the given Sentinels and all others that they know, and returns the sets with their primaries as each of them
    sees them, and findings.
  - One Sentinel that answers is enough. A Sentinel that does not answer is a finding.
author:
  - The almashooq.redis authors (@almashooq)
extends_documentation_fragment:
  - almashooq.redis.sentinel
  - almashooq.redis.connection.sentinel_login
  - almashooq.redis.connection.info_attributes
options:
  timeout:
    description:
      - How long to wait, in seconds, until no finding is an error. Errors that remain are returned.
      - A Sentinel that has just restarted needs a second or two until all others have reconnected to it.
    type: float
    default: 0
  connect_timeout:
    description:
      - Timeout of a connection, and of each reply on it, in seconds.
    type: float
    default: 5.0
requirements:
  - redis-py (Python package C(redis)) 4.3 or later on the host that runs the module
seealso:
  - module: almashooq.redis.sentinel
"""

EXAMPLES = r"""
- name: Read the primary and whether all Sentinels agree
  almashooq.redis.sentinel_info:
    sentinel_username: admin
    sentinel_password: "{{ redis_node_admin_password }}"
    sentinels:
      - {address: 198.51.100.11, port: 26379}
  register: watched

- name: Show the summary
  ansible.builtin.debug:
    msg: "{{ watched.summary }}"
"""

RETURN = r"""
healthy:
  description: Whether there is no finding of severity V(error), and no server that a Sentinel counts is down.
  returned: success
  type: bool
sets:
  description: Each set by name, with its primary and how each Sentinel sees it.
  returned: success
  type: dict
sentinels:
  description: Sentinels with ID and version, or why one does not answer.
  returned: success
  type: list
  elements: dict
findings:
  description: Deviations from the desired state; check, severity (V(error) or V(warning)), node, message, hint,
    observed, expected.
  returned: success
  type: list
  elements: dict
summary:
  description: The Sentinels as a table for people.
  returned: success
  type: str
"""

from ansible_collections.almashooq.redis.plugins.module_utils._argspec import (
    CONNECT_TIMEOUT,
    SENTINEL_LOGIN,
    SENTINELS,
    sentinel_access,
)
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read
from ansible_collections.almashooq.redis.plugins.module_utils._sentinel.info import read_sentinels


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            **SENTINEL_LOGIN,
            **CONNECT_TIMEOUT,
            "sentinels": SENTINELS,
            "timeout": {"type": "float", "default": 0},
        },
        supports_check_mode=True,
    )
    read(
        module,
        lambda params, record: read_sentinels(params["sentinels"], sentinel_access(params), record, params["timeout"]),
    )


if __name__ == "__main__":
    main()
