#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.engine_source_info``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_source_info
version_added: 0.2.0
short_description: List the builds of an engine on a host, and report obstacles to a new one
description:
  - Read-only; needs no server. An archive that is broken or does not match its description is refused.
extends_documentation_fragment:
  - almashooq.redis.engine_source
  - almashooq.redis.connection.info_attributes
options:
  tools:
    description: Whether to look for the tools, headers and libraries that compiling needs, see RV(lacking).
    type: bool
    default: false
  libraries:
    description: Libraries of a prebuilt archive to look for.
    type: list
    elements: str
    default: []
seealso:
  - module: almashooq.redis.engine_source
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Inspect an archive on the controller
  almashooq.redis.engine_source_info:
    version: 8.0.6
    checksum: sha256:{{ checksum_of_the_source }}
    archive: files/redis-8.0.6.tar.gz
  delegate_to: localhost
"""

RETURN = r"""
installed:
  description: Whether the build is installed.
  returned: success
  type: bool
path:
  description: Directory of the build.
  returned: success
  type: str
builds:
  description: Names of all builds of this engine.
  returned: success
  type: list
  elements: str
current:
  description: Name of the current build.
  returned: success
  type: str
platform:
  description: Platform of builds made on this host, for example V(debian-12-x86_64).
  returned: success
  type: str
lacking:
  description: Missing tools, headers and libraries; empty if the build is installed.
  returned: success
  type: list
  elements: str
obstacles:
  description: Reasons why the build cannot be installed, one sentence each, except those that O(tools) finds.
  returned: success
  type: list
  elements: str
libraries:
  description: Libraries that the build in O(archive) loads, for a prebuilt archive.
  returned: success
  type: list
  elements: str
made_for:
  description: Platform of the build in O(archive), for a prebuilt archive.
  returned: success
  type: str
"""


from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, read
from ansible_collections.almashooq.redis.plugins.module_utils._engine_source.operation import INFO, look


def main() -> None:
    """Inspect builds, change nothing."""
    module = AnsibleModule(argument_spec=INFO, supports_check_mode=True)
    read(module, look, needs_client=False)


if __name__ == "__main__":
    main()
