#!/usr/bin/python
# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module ``almashooq.redis.engine_source``."""

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_source
version_added: 0.1.0
short_description: Have a build of an engine, from its source or made elsewhere, and have it current
description:
  - Builds the engine with TLS and systemd support, in a private directory that is removed, asks the fresh server
    what it is, and puts the build
    in place as a whole. A build that is there is never touched again.
  - "C(PREFIX/ENGINE/current) is one link, replaced in one step: going to another version and back is that link."
  - A run that is cut off leaves the current build as it was; the next one removes what is left and starts anew. Runs
    on one host wait for
    each other, and for the compilers of one that was killed.
  - A wrong checksum, a broken archive, another engine or version in it, missing tools, headers or libraries, too
    little space and a file system without
    the right to execute are refused before anything is changed.
  - "Servers that run go on with the build that they were started from: this module restarts nothing, and warns."
extends_documentation_fragment:
  - almashooq.redis.engine_source
  - almashooq.redis.connection.attributes
options:
  make_arguments:
    description: Further arguments of C(make), for example V(MALLOC=libc).
    type: list
    elements: str
    default: []
  jobs:
    description: How many compilers run at once; V(0) is one for each processor that this process may use.
    type: int
    default: 0
  activate:
    description: Whether the build is to be current.
    type: bool
    default: true
  pack:
    description: Whether to pack the build as an archive for O(method=prebuilt), see RV(packed). The next run without
      this option removes it.
    type: bool
    default: false
  links:
    description: Directory that gets links to the current programs, for people, such as V(/usr/local/bin). None by
      default.
    type: path
  timeout:
    description: How long the build, and waiting for another run on this host, may take at most, in seconds.
    type: float
    default: 1800.0
seealso:
  - module: almashooq.redis.engine_source_info
author:
  - The almashooq.redis authors (@almashooq)
"""

EXAMPLES = r"""
- name: Build an engine, and have it current
  almashooq.redis.engine_source:
    version: 8.0.6
    checksum: sha256:{{ checksum_of_the_source }}
    archive: /var/tmp/redis-8.0.6.tar.gz
    links: /usr/local/bin

- name: Go back to a build that is installed
  almashooq.redis.engine_source:
    version: 8.0.2
    checksum: sha256:{{ checksum_of_the_older_source }}
"""

RETURN = r"""
plan:
  description: What was to be done, one line each.
  returned: always
  type: list
  elements: str
done:
  description: What was done, and how long it took.
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
  description: The archive of the build, or null without O(pack).
  returned: success
  type: dict
  contains:
    path:
      description: Path on this host.
      type: str
    name:
      description: A name to keep it by, with engine, version and platform.
      type: str
    checksum:
      description: Its SHA-256, as V(sha256:HEX).
      type: str
"""


from ansible_collections.almashooq.redis.plugins.module_utils._engine.module import AnsibleModule, converge
from ansible_collections.almashooq.redis.plugins.module_utils._engine_source.operation import SOURCE, EngineSource


def main() -> None:
    """Have one build of an engine."""
    module = AnsibleModule(argument_spec=SOURCE, supports_check_mode=True)
    converge(module, EngineSource, needs_client=False)


if __name__ == "__main__":
    main()
