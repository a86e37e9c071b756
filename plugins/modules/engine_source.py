#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.engine_source``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_source
version_added: 0.2.0
short_description: Install a build of an engine from source or a prebuilt archive, and activate it
description:
  - Builds the engine with TLS and systemd support in a private directory that is removed afterwards, checks the new
    server's engine and version, and installs the build as a whole. An installed build is never changed.
  - C(PREFIX/ENGINE/current) is one link that is replaced atomically. Switching to another version and back changes only
    this link.
  - An interrupted run leaves the current build unchanged; the next run removes the leftovers and starts over. Runs on
    one host wait for each other, and for compilers left running by a killed run.
  - "The module refuses the following before anything is changed: a wrong checksum, a broken archive, another engine or
    version in the archive, missing tools, headers or libraries, too little space, and a file system that does not allow
    execution."
  - Running servers keep the build that they were started from. The module restarts nothing, and warns.
extends_documentation_fragment:
  - almashooq.redis.engine_source
  - almashooq.redis.connection.attributes
  - almashooq.redis.connection.lock
options:
  make_arguments:
    description: Further arguments of C(make), for example V(MALLOC=libc).
    type: list
    elements: str
    default: []
  jobs:
    description: Number of parallel compilers; V(0) uses one per processor that this process may use.
    type: int
    default: 0
  activate:
    description: Whether to make the build the current one.
    type: bool
    default: true
  pack:
    description: Whether to pack the build as an archive for O(method=prebuilt), see RV(packed). The next run without
      this option removes the archive.
    type: bool
    default: false
  links:
    description: Directory for links to the current programs, such as V(/usr/local/bin). Default is none.
    type: path
  timeout:
    description: Timeout of the build, including the wait for another run on this host, in seconds.
    type: float
    default: 1800.0
seealso:
  - module: almashooq.redis.engine_source_info
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Build and activate an engine
  almashooq.redis.engine_source:
    version: 8.0.6
    checksum: sha256:{{ checksum_of_the_source }}
    archive: /var/tmp/redis-8.0.6.tar.gz
    links: /usr/local/bin

- name: Switch back to an installed build
  almashooq.redis.engine_source:
    version: 8.0.2
    checksum: sha256:{{ checksum_of_the_older_source }}
"""

RETURN = r"""
plan:
  description: Planned steps, one line each.
  returned: always
  type: list
  elements: str
done:
  description: Steps done, with their duration.
  returned: always
  type: list
  elements: dict
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
packed:
  description: Archive of the build, or null without O(pack).
  returned: success
  type: dict
  contains:
    path:
      description: Path on this host.
      type: str
    name:
      description: Suggested file name, with engine, version and platform.
      type: str
    checksum:
      description: SHA-256 of the archive, as V(sha256:HEX).
      type: str
"""


from ansible_collections.almashooq.redis.plugins.module_utils._argspec import LOCK
from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._engine_source.operation import SOURCE, EngineSource


def main() -> None:
    """Install one build of an engine, or remove it."""
    module = AnsibleModule(argument_spec={**LOCK, **SOURCE}, supports_check_mode=True)
    converge(module, EngineSource, needs_client=False)


if __name__ == "__main__":
    main()
